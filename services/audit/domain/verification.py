"""A verification, of the record or of grades: what is asked, how far it has come, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from services.audit.domain.differences import Difference, PhaseName
from services.audit.domain.verdicts import Verdict
from shared.ledger.instants import Instant

State: TypeAlias = Literal["running", "equal", "different", "failed"]

Kind: TypeAlias = Literal["record", "grades"]

PHASES: Mapping[Kind, tuple[PhaseName, ...]] = MappingProxyType(
    {
        "record": ("ledger", "topic", "states", "learners", "grades", "reviews", "redos", "feedback"),
        "grades": ("ledger", "grades"),
    }
)
UNITS: Mapping[PhaseName, str] = MappingProxyType(
    {
        "ledger": "entries",
        "topic": "records",
        "states": "states",
        "learners": "learners",
        "grades": "grades",
        "reviews": "reviews",
        "redos": "redos",
        "feedback": "pieces",
    }
)

INTERRUPTED = "interrupted: the process that ran it ended before it did"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is verified: the record or the grades, one learner's, or where `learner` is None the whole district's.

    Of grades, a learner is never named without the one `grade`: the id of an event that said something of it.
    """

    learner: str | None = None
    kind: Kind = "record"
    grade: str | None = None

    @property
    def is_whole(self) -> bool:
        return self.learner is None


@dataclass(frozen=True, slots=True)
class Phase:
    """How far one comparison has come. `total` is None until it is known."""

    name: PhaseName
    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification. `found` counts every difference; `differences` are the first of them, in order of finding.

    `set_aside` counts what nobody can refold: states under review, and learners held back before their first state; and
    the rows kept beside states of learners under review.
    `reason` says why a verification failed. `verdicts` are those of grades: of the one asked for, or of the district's
    the first that differ; `different` counts all that do.
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
    different: int = 0
    verdicts: tuple[Verdict, ...] = ()


class VerificationError(Exception):
    """A verification cannot be finished; the message is a plain sentence of ours."""
