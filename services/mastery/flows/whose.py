"""Whose worklist is asked for: a section's or a school's learners, or one, as far as they are the reader's."""

from dataclasses import dataclass
from typing import Literal

from services.mastery.domain.errors import UnknownError
from services.mastery.ports import District
from shared.rulebook.known import Pin


@dataclass(frozen=True, slots=True)
class Whose:
    """Everyone in the section or school with this id, or the learner with it."""

    kind: Literal["section", "school", "learner"]
    id: str


@dataclass(frozen=True, slots=True)
class Worklist:
    """Whose, who asks, and after which positions at least."""

    reader: str
    whose: Whose
    at_least: tuple[Pin, ...] = ()


async def learners_of(asked: Worklist, district: District) -> list[str]:
    """The learners asked for whom the reader may record for, in ascending order. Raises UnknownError for none."""
    whose = asked.whose
    named = [whose.id] if whose.kind == "learner" else await district.rights.members(f"{whose.kind}/{whose.id}")
    allowed = await district.rights.recordable(asked.reader, named)
    if not allowed:
        raise UnknownError(whose.kind)
    return sorted(allowed)


async def reached(learners: list[str], district: District) -> tuple[Pin, ...]:
    """How far the tables have come where these learners' entries lie. Asked before anything else is read."""
    shards = {("definitions", 0), *(("evidence", district.records.shard(learner)) for learner in learners)}
    return tuple(pin for pin in await district.applied.positions() if pin[:2] in shards)
