"""The grades that somebody should look at again: released, and the record has moved on since."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from services.mastery.domain.grades import Grade
from services.mastery.domain.horizon import now_horizon
from services.mastery.flows.read_grades import SeenGrade, seen_grades
from services.mastery.flows.whose import Worklist, learners_of, reached
from services.mastery.ports import District, Record
from shared.ledger.instants import Instant
from shared.rulebook.definitions import Definitions
from shared.rulebook.known import Pin

AT_A_TIME = 100
"""Grades that are looked at in one go."""

FIRST = ("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000")


@dataclass(frozen=True, slots=True)
class Affected:
    """A grade that is affected, and since when: the newest change of what it would say today."""

    seen: SeenGrade
    since: Instant | None
    definitions: Definitions


@dataclass(frozen=True, slots=True)
class AffectedPage:
    """Affected grades by learner and id; `next` goes on after them, None at the end."""

    items: tuple[Affected, ...]
    next: tuple[str, str] | None
    reached: tuple[Pin, ...]


async def list_affected_grades(
    asked: Worklist, after: tuple[str, str] | None, limit: int, district: District
) -> AffectedPage:
    """A page of what is affected, of the grades that are the reader's to give. Raises UnknownError.

    Candidates are those that differ from a stored state; they are then folded, so that none is listed that is not
    affected. One that only a definition has changed is found once its states are folded again: until then the page
    says that it sees no further than just before that definition.
    """
    await district.applied.reached(asked.at_least)
    learners = await learners_of(asked, district)
    pins = _folded(await reached(learners, district), await district.worklists.awaiting())
    items: list[Affected] = []
    place = after or FIRST
    while True:
        touched = await district.worklists.touched(learners, place, AT_A_TIME)
        allowed = await _gradable(asked.reader, touched, district)
        for learner, own in groupby(touched, key=lambda grade: grade.learner):
            grades = [grade for grade in own if grade.id in allowed]
            for affected in await _affected(learner, grades, district) if grades else []:
                items.append(affected)
                if len(items) == limit:
                    grade = affected.seen.grade
                    return AffectedPage(tuple(items), (grade.learner, grade.id), pins)
        if len(touched) < AT_A_TIME:
            return AffectedPage(tuple(items), None, pins)
        place = (touched[-1].learner, touched[-1].id)


def _folded(pins: tuple[Pin, ...], awaiting: int | None) -> tuple[Pin, ...]:
    """How far all states are folded, where those that a definition concerns still wait for it."""
    if awaiting is None:
        return pins
    return tuple(
        pin._replace(position=min(pin.position, awaiting - 1)) if pin.ledger == "definitions" else pin for pin in pins
    )


async def _gradable(reader: str, grades: Sequence[Grade], district: District) -> set[str]:
    """The ids of those grades that the reader may give."""
    allowed: set[str] = set()
    for course in {grade.course for grade in grades}:
        own = [grade for grade in grades if grade.course == course]
        learners = await district.rights.gradable(reader, course, [grade.learner for grade in own])
        allowed |= {grade.id for grade in own if grade.learner in learners}
    return allowed


async def _affected(learner: str, grades: Sequence[Grade], district: District) -> list[Affected]:
    record = await district.records.of(learner)
    horizon = now_horizon(record.reached, held=record.held)
    seen = await seen_grades(record, horizon, grades)
    return [Affected(one, _since(one, record), record.view.definitions) for one in seen if one.affected]


def _since(seen: SeenGrade, record: Record) -> Instant | None:
    """When the newest entry was recorded that an affected state rests on."""
    moments: list[Instant] = []
    for competency in seen.affected:
        for piece in record.contributions.get(competency, ()):
            moments += [piece.recorded_at, *([piece.withdrawn.recorded_at] if piece.withdrawn else [])]
        for override in record.overrides.get(competency, ()):
            moments += [override.recorded_at, *([override.cleared.recorded_at] if override.cleared else [])]
        adoption = seen.now[competency].state.adoption
        moments += [] if adoption is None else [adoption.recorded_at]
    return max(moments, default=None)
