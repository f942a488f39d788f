"""What a piece of evidence names must be known and fit: competencies, a rubric's criteria, works, earlier pieces."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Literal, TypeAlias

from services.evidence.domain.commands import Guard
from services.evidence.domain.errors import Invalid
from services.evidence.domain.plain_attempts import PlainAttempt, PlainResult
from shared.contracts.bodies import AttemptRecorded, Result, RubricScored
from shared.contracts.pieces import ObservationRecorded, PriorMasteryAttested, ReflectionRecorded
from shared.contracts.tasks import Criterion, Moves, SteppedCriterion
from shared.ledger.decimals import scaled
from shared.ledger.instants import Instant, instant_text
from shared.ledger.streams import evidence_stream

MAX_AHEAD = 5 * 60 * 1000
"""Milliseconds that `occurred_at` may lie in the future: other clocks are not exact."""

Criteria: TypeAlias = Mapping[str, Criterion]
"""A rubric's criteria by their codes."""

Body: TypeAlias = AttemptRecorded | RubricScored | ObservationRecorded | ReflectionRecorded | PriorMasteryAttested
"""What evidence can be."""

Read: TypeAlias = Body | PlainAttempt
"""The same, as it may have been read from a request."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Which members a kind of evidence has for what may need to be known: its results, an earlier piece, a work, a
    rubric, and the one text that it may refer to.
    """

    results: Literal["results", "ratings"] = "results"
    earlier: Literal["redo_of", "evidence"] | None = "redo_of"
    work: Literal["work"] | None = "work"
    rubric: Literal["rubric"] | None = None
    text: Literal["feedback_ref", "note_ref", "text_ref"] | None = None


KINDS: Mapping[type[Read], Kind] = {
    AttemptRecorded: Kind(),
    PlainAttempt: Kind(),
    RubricScored: Kind(rubric="rubric", text="feedback_ref"),
    ObservationRecorded: Kind(rubric="rubric", text="note_ref"),
    ReflectionRecorded: Kind(results="ratings", earlier="evidence", text="text_ref"),
    PriorMasteryAttested: Kind(earlier=None, work=None, text="note_ref"),
}
"""By the very type of a body: asking each time what it is an instance of costs a plain attempt a tenth of its time."""


@dataclass(frozen=True, slots=True)
class Known:
    """What evidence is judged against.

    `learners` are those for whom the caller may record, `forgotten` those for whom she did; `rubrics` the published
    ones among those named, `moves` the published lists of a seminar's moves; `pieces` says whose the evidence is that
    redos and reflections name, `works` who the members are of the works that are named, where the ledger holds them.
    """

    learners: Container[str]
    competencies: Container[str]
    rubrics: Mapping[str, Criteria]
    pieces: Mapping[str, str]
    works: Mapping[str, Container[str]] = field(default_factory=dict)
    forgotten: Container[str] = ()
    moves: Mapping[str, Moves] = field(default_factory=dict)


_EARLIER_AND_WORK: Mapping[type[Read], Callable[[Read], tuple[str | None, str | None]]] = {
    body: attrgetter(kind.earlier, kind.work) if kind.earlier and kind.work else lambda _: (None, None)
    for body, kind in KINDS.items()
}


def results_of(body: Read) -> Sequence[Result | PlainResult]:
    """The results of a piece; of a reflection what the learner would give herself."""
    results: Sequence[Result | PlainResult] = getattr(body, KINDS[type(body)].results)
    return results


def rubric_of(body: Read) -> str | None:
    """The rubric that a piece was judged by, where it was by one."""
    member = KINDS[type(body)].rubric
    rubric: str | None = None if member is None else getattr(body, member)
    return rubric


def named_by(body: Read) -> tuple[str | None, str | None]:
    """The earlier piece and the work that a piece names, where it does."""
    return _EARLIER_AND_WORK[type(body)](body)


def check_instant(occurred_at: Instant | None, now: Instant) -> None:
    """Raise Invalid where something is said to have happened in the future."""
    if occurred_at is not None and occurred_at > now + MAX_AHEAD:
        raise Invalid(
            f"occurred_at must not be more than 5 minutes after now, {instant_text(now)}.",
            field="/occurred_at",
            reason="later-than-now",
        )


def check_results(body: Read, known: Known) -> Sequence[Result | PlainResult]:
    """The results of a piece. Raises Invalid where one fits neither what is published nor, where there is one, the
    piece's rubric.
    """
    results = results_of(body)
    rubric = rubric_of(body)
    if rubric is not None:
        check_criteria(rubric, results, known.rubrics)
        return results
    for index, result in enumerate(results):
        if result.competency not in known.competencies:
            raise Invalid(
                f"No published framework holds the competency {result.competency}.",
                field=f"/body/{KINDS[type(body)].results}/{index}/competency",
                reason="competency-unknown",
            )
    return results


def check_criteria(
    rubric: str, results: Sequence[Result | PlainResult], rubrics: Mapping[str, Criteria], *, below: str = "/body"
) -> None:
    """Raise Invalid where results do not fit the rubric of this digest; both stand `below` there."""
    criteria = rubrics.get(rubric)
    if criteria is None:
        raise Invalid("No rubric of this digest was published.", field=f"{below}/rubric", reason="rubric-not-found")
    seen: set[tuple[str, str]] = set()
    for index, result in enumerate(results):
        where = f"{below}/results/{index}"
        code = result.criterion or ""  # every result names one: the contract sees to it
        criterion = criteria.get(code)
        if criterion is None:
            raise Invalid(
                f"The rubric's criteria are {', '.join(criteria)}; {code} is none of them.", field=f"{where}/criterion"
            )
        _check_result(result, criterion, where)
        if (code, result.competency) in seen:
            raise Invalid(f"{code} was scored for this competency already.", field=f"{where}/criterion")
        seen.add((code, result.competency))


def _check_result(result: Result | PlainResult, criterion: Criterion, where: str) -> None:
    if result.competency not in criterion.competencies:
        raise Invalid(
            f"The criterion {criterion.code} shows {', '.join(criterion.competencies)}.", field=f"{where}/competency"
        )
    if result.possible != criterion.possible:
        raise Invalid(
            f"For the criterion {criterion.code} possible must be {criterion.possible}.", field=f"{where}/possible"
        )
    levels = [level.earned for level in criterion.levels]
    step = criterion.step if isinstance(criterion, SteppedCriterion) else None
    if result.earned not in levels and (step is None or scaled(result.earned) % scaled(step)):
        between = "" if step is None else f", or a multiple of {step}"
        raise Invalid(
            f"A level of the criterion {criterion.code} earns {', '.join(levels)}{between}; {result.earned} is none of"
            " them.",
            field=f"{where}/earned",
        )


def moves_by(body: Read) -> str | None:
    """The list by which the moves of a seminar were counted, where a piece is of one."""
    return body.moves_by if isinstance(body, ObservationRecorded) else None


def check_moves(body: Read, lists: Mapping[str, Moves]) -> None:
    """Raise Invalid where a move was counted that the list it was counted by does not have."""
    named = moves_by(body)
    if named is None or not isinstance(body, ObservationRecorded):
        return
    if named not in lists:
        raise Invalid("No list of moves of this digest was published.", field="/body/moves_by")
    listed = [move.code for move in lists[named].moves]
    for index, counted in enumerate(body.moves or ()):
        if counted.move not in listed:
            raise Invalid(
                f"The moves of this list are {', '.join(listed)}; {counted.move} is none of them.",
                field=f"/body/moves/{index}/move",
            )


def check_work(body: Read, work: str, works: Mapping[str, Container[str]]) -> None:
    """Raise Invalid where a piece names a work that was not started, or not with this learner."""
    if body.learner not in works.get(work, ()):
        raise Invalid("work must name a started work that has this learner among its members.", field="/body/work")


def earlier_guard(
    body: Read, named: str, id_: str, earlier: Mapping[str, str], pieces: Mapping[str, str]
) -> tuple[Guard, ...]:
    """The guard of a piece, to be recorded under `id_`, that names an earlier one of the same learner.

    One that the ledger holds needs no guard; one that only stands before in the same request must have been recorded.
    Raises Invalid where what is named is neither.
    """
    if named != id_:
        if named in pieces:
            if pieces[named] == body.learner:
                return ()
        elif earlier.get(named) == body.learner:
            return (Guard(body.learner, evidence_stream(named), "open"),)
    member = KINDS[type(body)].earlier
    raise Invalid(
        f"{member} must name an earlier piece of evidence of the same learner, recorded before or standing before "
        "this one in the request.",
        field=f"/body/{member}",
    )
