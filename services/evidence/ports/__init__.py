"""What the flows of `evidence` need of the world, as protocols: a file a subject."""

from services.evidence.ports.definitions import Definitions, Documents, Roster
from services.evidence.ports.district import District
from services.evidence.ports.exhibitions import BallotBox, BallotBoxes, Exhibitions
from services.evidence.ports.files import ArtefactsUnavailable, Files, NoRoom, TooSlow
from services.evidence.ports.grades import Batches, Standings
from services.evidence.ports.ledger import Applied, Ledger, LedgerBusy, LedgerUnavailable
from services.evidence.ports.rights import Forgettings, Rights
from services.evidence.ports.vault import Vault, VaultUnavailable
from services.evidence.ports.waiting import Waiting, Waits

__all__ = [
    "Applied",
    "ArtefactsUnavailable",
    "BallotBox",
    "BallotBoxes",
    "Batches",
    "Definitions",
    "District",
    "Documents",
    "Exhibitions",
    "Files",
    "Forgettings",
    "Ledger",
    "LedgerBusy",
    "LedgerUnavailable",
    "NoRoom",
    "Rights",
    "Roster",
    "Standings",
    "TooSlow",
    "Vault",
    "VaultUnavailable",
    "Waiting",
    "Waits",
]
