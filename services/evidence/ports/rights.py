"""Who may do what, and who is forgotten."""

from collections.abc import Collection, Sequence
from typing import Protocol

from services.evidence.domain.forgetting import Forgetting, ForgettingState


class Rights(Protocol):
    """Who may do what, from relations. `shared.runtime.access` answers; default deny."""

    async def may_see(self, person: str, learner: str) -> bool:
        """Whether a person may see what is recorded of a learner."""
        ...

    async def recordable(self, person: str, learners: Sequence[str]) -> set[str]:
        """The learners among these for whom a person may record and correct evidence."""
        ...

    async def is_administrator(self, person: str, scope: str) -> bool:
        """Whether a person administers `district` or `school/{id}`; the district's administrators do both."""
        ...

    async def verified_scopes(self, person: str) -> set[str]:
        """The scopes, `district` and `school/{id}`, of which a person is an administrator or auditor."""
        ...

    async def visible(self, person: str, learners: Sequence[str]) -> set[str]:
        """The learners among these that a person may see."""
        ...

    async def gradable(self, person: str, course: str, learners: Sequence[str]) -> set[str]:
        """The learners among these whom a person may grade in a course: as a teacher of a current section of that
        course in which they are, or as an administrator.
        """
        ...

    async def administered(self, person: str, learners: Sequence[str]) -> set[str]:
        """The learners among these whose school, or whose district, a person administers."""
        ...

    async def is_guardian(self, person: str, learner: str) -> bool:
        """Whether a person is a guardian of a learner."""
        ...

    async def may_publish(self, person: str) -> bool:
        """Whether a person teaches a current section or administers anything: then she may share tasks and rubrics."""
        ...

    async def taught(self, person: str) -> Collection[str]:
        """The current sections that a person teaches."""
        ...

    async def classmates(self, person: str, learners: Sequence[str]) -> set[str]:
        """The learners among these with whom a learner is in a current section."""
        ...

    async def exhibited(self, person: str, works: Sequence[str]) -> set[str]:
        """The works among these that an exhibition shows in which a person is a panelist now."""
        ...

    async def panels(self, person: str) -> list[str]:
        """The exhibitions on whose panels a person sits or sat, in ascending order."""
        ...

    async def members(self, scope: str) -> list[str]:
        """The learners enrolled in `section/{id}` or `school/{id}`, in ascending order."""
        ...


class Forgettings(Protocol):
    """Who is to be forgotten and who is, as far as the service's own projection has come."""

    async def forgotten(self, learners: Collection[str]) -> set[str]:
        """The learners among these who are forgotten."""
        ...

    async def known_to(self, person: str, learners: Collection[str]) -> set[str]:
        """The forgotten among these of whom a person has recorded something: she knew them anyway."""
        ...

    async def listed(self, state: ForgettingState | None, after: str | None, limit: int) -> Sequence[Forgetting]:
        """Requests in one state or all, the oldest first, from the one after `after` on, at most `limit`."""
        ...
