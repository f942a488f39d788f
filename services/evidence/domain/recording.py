"""Whether a piece of evidence may stand: what is handed in against what is known (DESIGN §3, §9)."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from services.evidence.domain.commands import Command, Guard
from services.evidence.domain.errors import Invalid, NotFound
from services.evidence.domain.facts import new_event
from shared.contracts.bodies import AttemptRecorded, CriterionResult, RubricScored
from shared.contracts.documents import Criterion
from shared.ledger.instants import Instant, instant_text
from shared.ledger.streams import evidence_stream, learner_stream

MAX_AHEAD = 5 * 60 * 1000
"""Milliseconds that `occurred_at` may lie in the future: other clocks are not exact."""

Criteria: TypeAlias = Mapping[str, Criterion]
"""A rubric's criteria by their codes."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of evidence as it was handed in. Its shape is sound; whether it may stand is not yet judged."""

    id: str
    occurred_at: Instant
    body: AttemptRecorded | RubricScored


@dataclass(frozen=True, slots=True)
class Known:
    """What an item is judged against.

    `learners` are those for whom the caller may record; `rubrics` the published ones among those named; `pieces`
    says whose the evidence is that redos name, where the ledger holds it.
    """

    learners: Container[str]
    competencies: Container[str]
    rubrics: Mapping[str, Criteria]
    pieces: Mapping[str, str]


def decide_record(  # noqa: PLR0913 - the district, the caller, the clock, and the three things that are compared
    item: Item, earlier: Mapping[str, str], *, known: Known, tenant: str, actor: str, now: Instant
) -> Command:
    """The command that records an item, guarded by its learner being open.

    `earlier` says whose the items are that stand before it in the same request; a redo of one of them is guarded by
    that one having been recorded. Raises Invalid or NotFound, which name the field.
    """
    body = item.body
    if body.learner not in known.learners:
        raise NotFound("learner", field="/body/learner")
    if item.occurred_at > now + MAX_AHEAD:
        raise Invalid(
            f"occurred_at must not be more than 5 minutes after now, {instant_text(now)}.", field="/occurred_at"
        )
    if isinstance(body, RubricScored):
        _check_criteria(body, known.rubrics)
    else:
        _check_competencies(body, known.competencies)
    guards = (Guard(body.learner, learner_stream(body.learner), "open"), *_redo_guard(item, earlier, known.pieces))
    event = new_event(tenant, item.id, body, occurred_at=item.occurred_at)
    return Command(item.id, actor, "evidence", (event,), guards=guards)


def _check_competencies(body: AttemptRecorded, known: Container[str]) -> None:
    for index, result in enumerate(body.results):
        if result.competency not in known:
            raise Invalid(
                f"No published framework holds the competency {result.competency}.",
                field=f"/body/results/{index}/competency",
            )


def _check_criteria(body: RubricScored, rubrics: Mapping[str, Criteria]) -> None:
    if body.feedback_ref is not None:  # what names nothing would name it for ever
        raise Invalid("No text of this reference is kept; leave feedback_ref out.", field="/body/feedback_ref")
    criteria = rubrics.get(body.rubric)
    if criteria is None:
        raise Invalid("No rubric of this digest was published.", field="/body/rubric")
    seen: set[tuple[str, str]] = set()
    for index, result in enumerate(body.results):
        where = f"/body/results/{index}"
        criterion = criteria.get(result.criterion)
        if criterion is None:
            raise Invalid(
                f"The rubric's criteria are {', '.join(criteria)}; {result.criterion} is none of them.",
                field=f"{where}/criterion",
            )
        _check_result(result, criterion, where)
        if (result.criterion, result.competency) in seen:
            raise Invalid(f"{result.criterion} was scored for this competency already.", field=f"{where}/criterion")
        seen.add((result.criterion, result.competency))


def _check_result(result: CriterionResult, criterion: Criterion, where: str) -> None:
    if result.competency not in criterion.competencies:
        raise Invalid(
            f"The criterion {criterion.code} shows {', '.join(criterion.competencies)}.", field=f"{where}/competency"
        )
    if result.possible != criterion.possible:
        raise Invalid(
            f"For the criterion {criterion.code} possible must be {criterion.possible}.", field=f"{where}/possible"
        )
    levels = [level.earned for level in criterion.levels]
    if result.earned not in levels:
        raise Invalid(
            f"A level of the criterion {criterion.code} earns {', '.join(levels)}; {result.earned} is none of them.",
            field=f"{where}/earned",
        )


def _redo_guard(item: Item, earlier: Mapping[str, str], pieces: Mapping[str, str]) -> tuple[Guard, ...]:
    redo_of, learner = item.body.redo_of, item.body.learner
    if redo_of is None:
        return ()
    if redo_of != item.id:
        if redo_of in pieces:
            if pieces[redo_of] == learner:
                return ()
        elif earlier.get(redo_of) == learner:
            return (Guard(learner, evidence_stream(redo_of), "open"),)
    raise Invalid(
        "redo_of must name an earlier piece of evidence of the same learner, recorded before or standing before this "
        "one in the request.",
        field="/body/redo_of",
    )
