"""In which relations people stand, as pages need to know it, and for what somebody so reads of somebody else."""

from collections.abc import Sequence
from typing import Protocol

from services.gateway.domain.disclosures import Purpose
from services.gateway.http.visitors import Visitor
from shared.runtime.access.questions import Standing


class Relations(Protocol):
    """In which relations somebody stands. Each raises `problems.unavailable` where that is not known."""

    async def standing(self, person: str) -> Standing: ...

    async def members(self, scope: str) -> list[str]: ...

    async def is_guardian(self, person: str, learner: str) -> bool: ...

    async def schools_of(self, sections: Sequence[str]) -> dict[str, str]: ...

    async def courses_of(self, sections: Sequence[str]) -> dict[str, str]: ...


async def purpose_for(visitor: Visitor, learner: str, relations: Relations) -> Purpose:
    """For what somebody reads a learner's name and texts on her page, as it is written down."""
    if visitor.person == learner:
        return "own-record"
    return "family" if await relations.is_guardian(visitor.person, learner) else "teaching"
