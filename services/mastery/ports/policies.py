"""Policies: adopted, tried, and folded anew."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.mastery.domain.policies import Adopted, Concerned
from services.mastery.domain.what_ifs import Asked, Asking, Change, Count, UnderWay, WhatIf
from shared.ledger.instants import Instant
from shared.rulebook.scope import Scope


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


class WhatIfs(Protocol):
    """What-ifs that were asked for, and what they came to. One that is removed is not there any more."""

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
