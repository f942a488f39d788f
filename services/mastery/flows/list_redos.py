"""Redos that wait for who may record: for a conference, an opening or a score, the longest waiting first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.mastery.flows.whose import Worklist, learners_of, reached
from services.mastery.ports import District, WaitingRedo
from shared.ledger.instants import Instant
from shared.rulebook.contribution import Contribution
from shared.rulebook.known import EVERYTHING, Pin
from shared.rulebook.redoing import ON_TEACHER, Cycle, OnTeacher, Standing, required_before, standing, task_done_over
from shared.runtime.definitions.view import DefinitionsView


@dataclass(frozen=True, slots=True)
class ListedRedo:
    """A redo, and what it waits for since when."""

    cycle: Cycle
    standing: Standing
    code: str | None


@dataclass(frozen=True, slots=True)
class RedoPage:
    """Redos, those first that wait longest; `next` goes on after them, None at the end."""

    redos: tuple[ListedRedo, ...]
    next: tuple[Instant, str] | None
    reached: tuple[Pin, ...]
    now: Instant


async def list_redos(
    asked: Worklist, waits_for: OnTeacher | None, after: tuple[Instant, str] | None, limit: int, district: District
) -> RedoPage:
    """A page of what waits for the teacher, for staff who may record for these learners. Raises UnknownError."""
    await district.applied.reached(asked.at_least)
    learners = await learners_of(asked, district)
    pins = await reached(learners, district)
    view, waiting = await district.redos.waiting(learners)
    tasks = {task for one in waiting if (task := task_of(one.cycle, one.pieces)) is not None}
    expected = await district.redos.relearning(tasks, EVERYTHING)
    listed = [_listed(one, view, expected) for one in waiting]
    mine = sorted(
        (one for one in listed if one.standing.turn in ON_TEACHER and waits_for in {None, one.standing.turn}),
        key=_place,
    )
    rest = [one for one in mine if after is None or _place(one) > after]
    page = rest[:limit]
    return RedoPage(tuple(page), _place(page[-1]) if len(rest) > limit else None, pins, district.now())


def task_of(cycle: Cycle, pieces: Sequence[Contribution]) -> str | None:
    """The task to be done over: what the opening names, else that of the piece, or of what stands in its place."""
    if cycle.opened is not None and cycle.opened.task is not None:
        return cycle.opened.task
    return task_done_over(cycle.evidence, pieces)


def _listed(one: WaitingRedo, view: DefinitionsView, expected: Mapping[str, Sequence[str]]) -> ListedRedo:
    adoption = view.definitions.in_force(one.learner, one.cycle.competency)
    policy = None if adoption is None else adoption.policy
    required = required_before(policy, expected.get(task_of(one.cycle, one.pieces) or "", ()))
    named = view.competency(one.cycle.competency, EVERYTHING)
    seen = standing(one.cycle, required, one.pieces, one.handed_in)
    return ListedRedo(one.cycle, seen, None if named is None else named.code)


def _place(one: ListedRedo) -> tuple[Instant, str]:
    return one.standing.since, one.cycle.id
