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


async def purpose_for(visitor: Visitor, learners: Sequence[str], relations: Relations) -> Purpose:
    """For what somebody reads of these learners, as it is written down: by what she is to them, or to the district."""
    if visitor.person in learners:
        return "own-record"
    for learner in learners:
        if await relations.is_guardian(visitor.person, learner):
            return "family"
    return _by_role(await relations.standing(visitor.person)) or "teaching"


def purpose_here(standing: Standing) -> Purpose:
    """For what somebody reads of an exhibition, or of whatever else shows many: by what she is here."""
    return _by_role(standing) or ("own-record" if standing.is_learner else "family")


async def purpose_in(visitor: Visitor, section: str, relations: Relations) -> Purpose:
    """The same of whoever a section has: its teacher's, or that of who administers its school."""
    standing = await relations.standing(visitor.person)
    return "teaching" if section in standing.teaches else "administration"


def _by_role(standing: Standing) -> Purpose | None:
    """The purpose of the first role that she has here, None where she has none."""
    if standing.teaches:
        return "teaching"
    if standing.administers:
        return "administration"
    return "audit" if standing.audits else None
