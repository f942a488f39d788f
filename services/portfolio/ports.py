"""What the flows of `portfolio` need of the world, as protocols."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from services.portfolio.domain.record import Piece, Work
from shared.ledger.instants import Instant
from shared.rulebook.known import Pin
from shared.runtime.definitions.view import DefinitionsView


@dataclass(frozen=True, slots=True)
class Record:
    """What is stored of some learners and works, read at one moment; `reached` is how far each shard is applied.

    In the shards `held` the entries of somebody whom the record tells of wait in quarantine: there `reached` is where
    the first of them stopped. `is_known` says that the learner asked for has a record at all; `forgotten` that it is no
    more.
    """

    pieces: Sequence[Piece]
    works: Sequence[Work]
    view: DefinitionsView
    reached: Mapping[tuple[str, int], int]
    held: AbstractSet[int] = frozenset()
    is_known: bool = True
    forgotten: bool = False


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


class Rights(Protocol):
    """Who may see what, from relations. `shared.runtime.access` answers; default deny."""

    async def visible(self, person: str, learners: Sequence[str]) -> set[str]: ...


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
    rights: Rights
    applied: Applied
