"""A verification: what is asked, how far it has come, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from services.audit.domain.differences import Difference, PhaseName
from shared.ledger.instants import Instant

State: TypeAlias = Literal["running", "equal", "different", "failed"]

PHASES: tuple[PhaseName, ...] = ("ledger", "topic", "states")
UNITS: Mapping[PhaseName, str] = MappingProxyType({"ledger": "entries", "topic": "records", "states": "states"})

INTERRUPTED = "interrupted: the process that ran it ended before it did"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose record is verified: one learner's, or where `learner` is None the whole district's."""

    learner: str | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """How far one comparison has come. `total` is None until it is known."""

    name: PhaseName
    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification. `found` counts every difference; `differences` are the first of them, in order of finding.

    `set_aside` counts what nobody can refold: states under review, and learners held back before their first state.
    `reason` says why a verification failed.
    """

    id: str
    subject: Subject
    asked_by: str
    state: State
    began_at: Instant
    ended_at: Instant | None
    phases: tuple[Phase, ...]
    found: int
    set_aside: int
    reason: str | None
    differences: tuple[Difference, ...] = ()


class VerificationError(Exception):
    """A verification cannot be finished; the message is a plain sentence of ours."""
