"""States as they are stored: all of them, and those of a section."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Learner
from shared.rulebook.known import Pin
from shared.rulebook.override import Override
from shared.rulebook.state import Status
from shared.runtime.definitions.view import DefinitionsView


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
    is in quarantine. `refolding` says that states wait to be folded again under a newer definition. `of_course` are the
    competencies of which anything is recorded in the course that was asked for, none where none was.
    """

    cells: Sequence[StoredCell]
    learners: Mapping[str, Learner]
    held: frozenset[str]
    view: DefinitionsView
    refolding: bool
    of_course: frozenset[str]


class Sections(Protocol):
    """The stored states of many learners at once."""

    async def mark(self, learners: Sequence[str]) -> str:
        """Another one whenever anything has changed that a grid of these learners shows."""
        ...

    async def read(self, learners: Sequence[str], course: str | None = None) -> StoredSection: ...
