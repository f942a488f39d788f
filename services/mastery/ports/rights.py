"""Who may see what."""

from collections.abc import Sequence
from typing import Protocol


class Rights(Protocol):
    """Who may see what, from relations. `shared.runtime.access` answers; default deny."""

    async def may_see(self, person: str, learner: str) -> bool: ...

    async def may_read_all(self, person: str) -> bool: ...

    async def visible(self, person: str, learners: Sequence[str]) -> set[str]: ...

    async def recordable(self, person: str, learners: Sequence[str]) -> set[str]: ...

    async def gradable(self, person: str, course: str, learners: Sequence[str]) -> set[str]: ...

    async def is_administrator(self, person: str, scope: str) -> bool: ...

    async def verified_scopes(self, person: str) -> set[str]: ...

    async def courses_of(self, sections: Sequence[str]) -> dict[str, str]:
        """The course of each of the sections that there is."""
        ...

    async def members(self, scope: str) -> list[str]:
        """The learners of `section/{id}` or `school/{id}`."""
        ...
