"""What the flows of `portfolio` need of the world, as protocols."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from services.portfolio.domain.exhibition import Exhibition
from services.portfolio.domain.library import Shelf, Shelved
from services.portfolio.domain.record import Piece, Work
from services.portfolio.domain.reflecting import TaskVersion
from services.portfolio.domain.school_year import SchoolYear
from shared.ledger.instants import Instant
from shared.rulebook.curated import CuratedEntry
from shared.rulebook.known import Known, Pin
from shared.rulebook.outline import Outline
from shared.runtime.definitions.view import DefinitionsView


@dataclass(frozen=True, slots=True)
class Record:
    """What is stored of some learners and works, read at one moment; `reached` is how far each shard is applied.

    In the shards `held` the entries of somebody whom the record tells of wait in quarantine: there `reached` is where
    the first of them stopped. `is_known` says that the learner asked for has a record at all; `forgotten` that it is no
    more. `curated` are the events of her portfolio, oldest first. `moves` has, by the list's digest, the words of the
    moves that were counted in her seminars, by their codes; `tasks` the versions of the works' tasks, in order.
    """

    pieces: Sequence[Piece]
    works: Sequence[Work]
    view: DefinitionsView
    reached: Mapping[tuple[str, int], int]
    held: AbstractSet[int] = frozenset()
    is_known: bool = True
    forgotten: bool = False
    curated: Sequence[CuratedEntry] = ()
    moves: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tasks: Mapping[str, Sequence[TaskVersion]] = field(default_factory=dict)


class Records(Protocol):
    """The stored works and pieces."""

    async def of_learner(self, learner: str) -> Record:
        """A learner's pieces, and the works that she is a member of."""
        ...

    async def of_work(self, work: str) -> Record:
        """A work, with the pieces of its members that name it. `works` is empty where there is none."""
        ...

    def shard(self, owner: str) -> int:
        """The shard of the evidence ledger in which an owner's entries lie."""
        ...


Reached: TypeAlias = tuple[Pin, ...]
"""How far each shard of each ledger is applied, in order."""

Place: TypeAlias = tuple[Instant, str]
"""Where something stands in a list: an exhibition by when it was planned first, a work by when it was touched last, and
its id.
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many exhibitions of any of these sections, schools and learners, below a place in the list."""

    sections: Sequence[str]
    schools: Sequence[str]
    learners: Sequence[str]
    before: Place
    limit: int


@dataclass(frozen=True, slots=True)
class Found:
    """An exhibition, or that there is none, and how far this was read."""

    exhibition: Exhibition | None
    reached: Reached


@dataclass(frozen=True, slots=True)
class Listed:
    """Exhibitions, the one planned last first, and how far this was read."""

    exhibitions: list[Exhibition]
    reached: Reached


@dataclass(frozen=True, slots=True)
class ListedWork:
    """A work in a list. `members` are those who are not forgotten, `touched_at` is when it was started or its latest
    version came, and `scored_at` when a score of it that still stands was recorded last.
    """

    id: str
    started: Mapping[str, Any]
    members: tuple[str, ...]
    versions: int
    touched_at: Instant
    scored_at: Instant | None


class Works(Protocol):
    """The stored works, as lists."""

    async def page(self, learners: Collection[str], before: Place, limit: int) -> tuple[Sequence[ListedWork], Reached]:
        """Works of which one of the learners is a member, below a place in the list, the one touched last first."""
        ...


class Exhibitions(Protocol):
    """The stored exhibitions."""

    async def one(self, exhibition: str) -> Found: ...

    async def page(self, wanted: Wanted) -> Listed:
        """Those planned for a section or a school, or at which a work of a learner is shown, below a place."""
        ...

    async def due(self, learners: Collection[str], year: SchoolYear) -> tuple[list[str], Reached]:
        """Those of the learners of whom no work was shown at an exhibition opened in the year, in order of their ids.

        Nobody who is forgotten is among them.
        """
        ...


class Outlines(Protocol):
    """The frameworks, as people read them."""

    async def known(self, known: Known) -> Outline:
        """Of each framework the latest publication known."""
        ...


class Library(Protocol):
    """The tasks and rubrics that were published."""

    async def shelved(self, shelf: Shelf) -> tuple[Sequence[Shelved], Pin]:
        """What is asked of it, the newest first, below the position `after`. And how far the definitions are known."""
        ...


class Rights(Protocol):
    """Who may see what, from relations. `shared.runtime.access` answers; default deny."""

    async def visible(self, person: str, learners: Sequence[str]) -> set[str]: ...

    async def recordable(self, person: str, learners: Sequence[str]) -> set[str]: ...

    async def exhibited(self, person: str, works: Sequence[str]) -> set[str]:
        """The works among these that an exhibition shows on whose panel a person sits now."""
        ...

    async def members(self, scope: str) -> list[str]:
        """The learners enrolled in `section/{id}` or `school/{id}`, in ascending order."""
        ...

    async def is_staff(self, person: str) -> bool:
        """Whether a person teaches, administers or audits anything."""
        ...

    async def verified_scopes(self, person: str) -> set[str]:
        """The scopes, `district` and `school/{id}`, of which the person is an administrator or auditor."""
        ...


class Applied(Protocol):
    """How far the projections have come."""

    async def reached(self, pins: Collection[Pin]) -> bool:
        """Wait until the projections have come to these positions; False where they had not in a few seconds."""
        ...

    async def known_at(self, shards: Collection[int], at: Instant) -> bool:
        """Wait until everything that was recorded by `at` in these shards is here; False where it did not come."""
        ...


@dataclass(frozen=True, slots=True)
class District:
    """The ports. Given to every flow."""

    records: Records
    works: Works
    exhibitions: Exhibitions
    outlines: Outlines
    library: Library
    rights: Rights
    applied: Applied
