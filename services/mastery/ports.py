"""What the flows of `mastery` need of the world, as protocols."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple, Protocol, TypeAlias

from services.mastery.domain.grades import Decision, Grade
from services.mastery.domain.policies import Adopted, Concerned
from services.mastery.domain.reviews import Review, ReviewState
from services.mastery.domain.what_ifs import Asked, Asking, Change, Count, UnderWay, WhatIf
from shared.ledger.instants import Instant
from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Enrolment, Learner
from shared.rulebook.known import Known, Pin
from shared.rulebook.outline import Outline
from shared.rulebook.override import Override
from shared.rulebook.prerequisites import Prerequisites
from shared.rulebook.redoing import Cycle
from shared.rulebook.scope import Scope
from shared.rulebook.state import Status
from shared.runtime.definitions.view import DefinitionsView


@dataclass(frozen=True, slots=True)
class Record:
    """Everything known of one learner, read at one moment; contributions and overrides are of the same competencies.

    `evidence` and `definitions` are how far both ledgers are applied to it. `held` says that the learner is in
    quarantine: then `evidence` is where it stopped. Of one who is `forgotten` there is nothing else. Grades are read
    where they were asked for, and so are redos, and the words that scores came with by piece (`feedback`, with redos
    too).
    """

    learner: Learner
    contributions: Mapping[str, Sequence[Contribution]]
    overrides: Mapping[str, Sequence[Override]]
    view: DefinitionsView
    evidence: int
    definitions: int
    held: bool
    forgotten: bool = False
    grades: Sequence[Grade] = ()
    redos: Sequence[Cycle] = ()
    feedback: Mapping[str, str] = field(default_factory=dict)

    @property
    def reached(self) -> tuple[Pin, ...]:
        """How far this record goes, as pins."""
        return (Pin("definitions", 0, self.definitions), Pin("evidence", self.learner.shard, self.evidence))


class Records(Protocol):
    """Records of learners. A learner of whom nothing is known has an empty one."""

    async def of(
        self, learner: str, *, grades: bool = False, redos: bool = False, feedback: bool = False
    ) -> Record: ...

    def shard(self, learner: str) -> int:
        """The shard of the evidence ledger in which the learner's entries lie."""
        ...


class Transcripts(Protocol):
    """Codes of transcripts that were given out, and the order in which transcripts are read."""

    async def issue(self, code: str, learner: str) -> None:
        """Keep a code; repeatable. Of the forgotten none is kept."""
        ...

    async def learner(self, code: str) -> str | None:
        """Whose transcript had this code; None where none had."""
        ...

    async def outline(self, known: Known) -> Outline:
        """The frameworks as known."""
        ...


class StoredState(NamedTuple):
    """A state as it is stored; `contributions` is a digest of what it is folded from, None where they are broken."""

    shard: int
    learner: str
    competency: str
    contributions: str | None
    evidence: int
    counted: int
    level: str | None
    value: int | None
    scope: str | None
    policy: str | None
    method: str | None
    digest: str
    evidence_position: int | None
    definitions_position: int | None
    status: str
    judged_under: str | None


class StoredStates(Protocol):
    """The states as they are stored; of a learner in quarantine they say that they are under review."""

    async def after(self, key: tuple[int, str, str] | None, limit: int) -> list[StoredState]:
        """Those after one of this shard, learner and competency, in that order; from the first on after None."""
        ...

    async def of(self, learner: str) -> list[StoredState]:
        """Those of one learner, by competency."""
        ...


StateKey: TypeAlias = tuple[int, str, str]
"""A shard, a learner and a competency."""


@dataclass(frozen=True, slots=True)
class StateRead:
    """A state as everyone is told of it who may read all; `value` is scaled by 10^6."""

    shard: int
    learner: str
    competency: str
    status: str
    level: str | None
    value: int | None
    policy: str | None
    method: str | None
    scope: str | None
    counted: int
    evidence: int
    digest: str
    pins: tuple[Pin, ...]


@dataclass(frozen=True, slots=True)
class StatesPage:
    """States in the order of their keys, the number of the last change told of each shard, and how far both ledgers
    were applied, all of one moment.
    """

    states: Sequence[StateRead]
    seqs: Mapping[int, int]
    pins: tuple[Pin, ...]


class AllStates(Protocol):
    """Every state of the district."""

    async def after(self, key: StateKey | None, limit: int) -> StatesPage:
        """Those after a key, in order; from the first on after None."""
        ...


class KeptGrade(NamedTuple):
    """A grade as it is stored; `decisions` is None where what holds them cannot be read."""

    grade: str
    course: str
    period: str
    decisions: tuple[Decision, ...] | None


class KeptRedo(NamedTuple):
    """A redo as it is stored, `began` at a position; `cycle` is None where what holds it cannot be read."""

    redo: str
    competency: str
    began: int
    opened: bool
    work: str | None
    cycle: Cycle | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored of one learner in one shard beside her states, and how far that shard was applied then.

    `enrolled` says whether there is a row of her schools: then `school` is the one current, and `schools` is None
    where what holds them cannot be read. `graded` are the states last looked at, by grade and competency; `reviews`
    have all their columns. `feedback` are references by piece. Of one `under_review` all that may be old.
    """

    shard: int
    learner: str
    applied: int
    under_review: bool
    enrolled: bool
    school: str | None
    schools: tuple[Enrolment, ...] | None
    forgotten: int | None
    grades: Sequence[KeptGrade]
    graded: Sequence[tuple[str, str, str]]
    reviews: Sequence[Mapping[str, str | int | None]]
    redos: Sequence[KeptRedo]
    feedback: Sequence[tuple[str, str]]


class StoredKept(Protocol):
    """What is stored of learners beside their states, each answer in one snapshot."""

    async def after(self, key: tuple[int, str] | None, limit: int) -> list[Kept]:
        """Of the learners after one of this shard and id, in that order; from the first on after None."""
        ...

    async def of(self, learner: str) -> Kept:
        """Of one learner, where she belongs; also where that is nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Refold:
    """A refold under way: whose states, the definition (by its position) that asked for it, how many are done."""

    position: int
    scope: str
    done: int


class Refolds(Protocol):
    """The refolds that are not done."""

    async def waiting(self) -> Sequence[Refold]:
        """The next ones first. Raises what the database raises."""
        ...


class Rights(Protocol):
    """Who may see what, from relations. `shared.runtime.access` answers; default deny."""

    async def may_see(self, person: str, learner: str) -> bool: ...

    async def may_read_all(self, person: str) -> bool: ...

    async def visible(self, person: str, learners: Sequence[str]) -> set[str]: ...

    async def recordable(self, person: str, learners: Sequence[str]) -> set[str]: ...

    async def gradable(self, person: str, course: str, learners: Sequence[str]) -> set[str]: ...

    async def is_administrator(self, person: str, scope: str) -> bool: ...

    async def verified_scopes(self, person: str) -> set[str]: ...

    async def members(self, scope: str) -> list[str]:
        """The learners of `section/{id}` or `school/{id}`."""
        ...


class Worklists(Protocol):
    """What spans learners and waits for somebody to decide; never in an order of levels."""

    async def touched(self, learners: Sequence[str], after: tuple[str, str], limit: int) -> list[Grade]:
        """Grades that the stored states say are affected, after one of this learner and id, in that order."""
        ...

    async def awaiting(self) -> int | None:
        """The position of the first definition under which stored states wait to be folded again; None for none."""
        ...

    async def reviews(
        self, learners: Sequence[str], state: ReviewState | None, after: tuple[Instant, str], limit: int
    ) -> list[Review]:
        """Reviews in the order in which they were asked for, after one asked for at this instant with this id."""
        ...


@dataclass(frozen=True, slots=True)
class WaitingRedo:
    """A redo that may wait for the teacher, whose it is, what is recorded of its competency, and when its work was last
    handed in.
    """

    cycle: Cycle
    learner: Learner
    pieces: Sequence[Contribution]
    handed_in: Instant | None


class Redos(Protocol):
    """What redos wait for, across learners."""

    async def waiting(self, learners: Sequence[str]) -> tuple[DefinitionsView, Sequence[WaitingRedo]]:
        """Of each competency of these learners the latest redo, where it is not opened or its work was ever handed in;
        and the definitions of the same moment.
        """
        ...

    async def handed_in(self, works: Collection[str], known: Known) -> Mapping[str, Instant]:
        """When the latest version of each of these works came; nothing as of earlier."""
        ...

    async def relearning(self, tasks: Collection[str], known: Known) -> Mapping[str, Sequence[str]]:
        """What the latest version known of each of these tasks expects to be relearned, by the tasks' own ids."""
        ...


class WhatIfs(Protocol):
    """What-ifs that were asked for, and what they came to. One that is removed is not there any more."""

class StoredCell(NamedTuple):
    """A learner's state of one competency as a section's grid takes it. `position` is that of its newest piece.

    `pieces`, with the overrides, are what it is folded from, where the level cannot say yet whether it holds.
    """

    learner: str
    competency: str
    status: Status
    level: str | None
    position: int
    pieces: Sequence[Contribution]
    overrides: Sequence[Override]


@dataclass(frozen=True, slots=True)
class StoredSection:
    """What is stored of some learners, read at one moment: their states, who they are to the rulebook, and who of them
    is in quarantine. `refolding` says that states wait to be folded again under a newer definition.
    """

    cells: Sequence[StoredCell]
    learners: Mapping[str, Learner]
    held: frozenset[str]
    view: DefinitionsView
    refolding: bool


class Sections(Protocol):
    """The stored states of many learners at once."""

    async def mark(self, learners: Sequence[str]) -> str:
        """Another one whenever anything has changed that a grid of these learners shows."""
        ...

    async def read(self, learners: Sequence[str]) -> StoredSection: ...


    async def policy(self, digest: str) -> bytes | None:
        """The bytes of a published policy."""
        ...

    async def is_scope(self, kind: str, name: str) -> bool:
        """Whether anything is known of a framework, a competency, a learner or a learner's school of this id."""
        ...

    async def ask(self, asked: Asked) -> Asking: ...

    async def find(self, id_: str) -> WhatIf | None: ...

    async def counts(self, id_: str) -> Sequence[Count]: ...

    async def codes(self, competencies: Collection[str]) -> dict[str, str]:
        """The codes of these competencies, where a framework gives them one."""
        ...

    async def changes(self, id_: str, competency: str, after: str | None, limit: int) -> Sequence[Change]:
        """Who would stand elsewhere with a competency, after a learner, in the order of their ids."""
        ...

    async def remove(self, id_: str, now: Instant) -> None:
        """Cancel it where it is under way, and keep nothing of it."""
        ...

    async def under_way(self) -> Sequence[UnderWay]: ...


class Policies(Protocol):
    """What was adopted for a scope, and who stands within it, by what is stored."""

    async def line(self, scope: str) -> Sequence[Adopted]:
        """The adoptions of a scope, the newest first."""
        ...

    async def refolded(self, position: int) -> int | None:
        """How many states the refold that this adoption asked for has done; None where none is under way."""
        ...

    async def concerned(self, scope: Scope) -> Concerned:
        """Every state within a scope, counted by the policy under which it is."""
        ...


class Frameworks(Protocol):
    """What the published frameworks say rests on what."""

    async def graph(self, known: Known) -> Prerequisites:
        """The prerequisites of the latest publications known, one a framework."""
        ...


class Applied(Protocol):
    """How far the projections have come."""

    async def reached(self, pins: Sequence[Pin]) -> bool:
        """Wait until the projections have come to these positions; False where they had not in a few seconds."""
        ...

    async def positions(self) -> tuple[Pin, ...]:
        """Where the projections stand, in order."""
        ...

    async def known_at(self, shard: int, at: Instant) -> bool:
        """Wait until all that was recorded by an instant in a shard of evidence, and in the definitions, is applied.

        False where it was not in a few seconds, or nobody can tell.
        """
        ...


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
    what_ifs: WhatIfs
    transcripts: Transcripts
    sections: Sections
