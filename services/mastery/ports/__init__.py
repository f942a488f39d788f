"""What the flows of `mastery` need of the world, as protocols: a file a subject."""

from services.mastery.ports.district import District
from services.mastery.ports.kept import Kept, KeptGrade, KeptRedo, StoredKept
from services.mastery.ports.policies import Policies, Refold, Refolds, WhatIfs
from services.mastery.ports.records import Applied, Frameworks, Record, Records, Transcripts
from services.mastery.ports.rights import Rights
from services.mastery.ports.states import (
    AllStates,
    Sections,
    StateKey,
    StateRead,
    StatesPage,
    StoredCell,
    StoredSection,
    StoredState,
    StoredStates,
)
from services.mastery.ports.worklists import Redos, WaitingRedo, Worklists

__all__ = [
    "AllStates",
    "Applied",
    "District",
    "Frameworks",
    "Kept",
    "KeptGrade",
    "KeptRedo",
    "Policies",
    "Record",
    "Records",
    "Redos",
    "Refold",
    "Refolds",
    "Rights",
    "Sections",
    "StateKey",
    "StateRead",
    "StatesPage",
    "StoredCell",
    "StoredKept",
    "StoredSection",
    "StoredState",
    "StoredStates",
    "Transcripts",
    "WaitingRedo",
    "WhatIfs",
    "Worklists",
]
