"""All of it together: what every flow is given."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.evidence.ports.definitions import Definitions, Documents, Roster
from services.evidence.ports.exhibitions import BallotBoxes, Exhibitions
from services.evidence.ports.files import Files
from services.evidence.ports.grades import Batches, Standings
from services.evidence.ports.ledger import Applied, Ledger
from services.evidence.ports.rights import Forgettings, Rights
from services.evidence.ports.vault import Vault
from shared.ledger.instants import Instant


@dataclass(frozen=True, slots=True)
class District:
    """The one district that a process serves: its name, its clock, and the ports. Given to every flow.

    `peer_feedback`: learners may give feedback on works of those in a section with them.
    """

    tenant: str
    zone: ZoneInfo
    peer_feedback: bool
    roster_key: bytes
    now: Callable[[], Instant]
    ledger: Ledger
    rights: Rights
    definitions: Definitions
    documents: Documents
    roster: Roster
    applied: Applied
    forgettings: Forgettings
    vault: Vault
    files: Files
    standings: Standings
    batches: Batches
    exhibitions: Exhibitions
    boxes: BallotBoxes
