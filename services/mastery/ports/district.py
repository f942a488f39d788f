"""All of it together: what every flow is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from services.mastery.ports.policies import Policies, WhatIfs
from services.mastery.ports.records import Applied, Frameworks, Records, Transcripts
from services.mastery.ports.rights import Rights
from services.mastery.ports.states import AllStates, Sections
from services.mastery.ports.worklists import Redos, Worklists
from shared.ledger.instants import Instant


@dataclass(frozen=True, slots=True)
class District:
    """The one district that a process serves: its zone, its clock, and the ports. Given to every flow."""

    zone: tzinfo
    now: Callable[[], Instant]
    records: Records
    rights: Rights
    applied: Applied
    worklists: Worklists
    states: AllStates
    frameworks: Frameworks
    policies: Policies
    redos: Redos
    sections: Sections
    what_ifs: WhatIfs
    transcripts: Transcripts
