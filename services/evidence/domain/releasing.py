"""Grades: released snapshots of levels, amended or upheld by a decision and never by themselves (DESIGN §5).

Whoever decides on a grade sends the digests of the states on the page before her. What stands in the event is folded
anew from the record, and the digests must be the same: a wrong page cannot release a level.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from msgspec.structs import replace

from services.evidence.domain.commands import Command, Expectation, Guard, NewEvent
from services.evidence.domain.errors import Gone, Invalid, StaleState, StaleStates
from services.evidence.domain.facts import new_event
from services.evidence.domain.standing import LearnerStanding
from shared.contracts.events import decode
from shared.contracts.grades import GradeAmended, GradedLevel, GradePin, GradeReleased, GradeUpheld, SeenState
from shared.ledger.entry import Entry
from shared.ledger.streams import grade_stream, learner_stream
from shared.rulebook.known import Pin

Digests: TypeAlias = Mapping[str, str]
"""The digests of the states that somebody saw, by competency."""

Judgement: TypeAlias = GradeReleased | GradeAmended | GradeUpheld

_JUDGEMENTS: Mapping[str, type[Judgement]] = {
    model.__name__: model for model in (GradeReleased, GradeAmended, GradeUpheld)
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a grade is of: one learner, course and period. There is one grade of each."""

    learner: str
    course: str
    period: str

    @property
    def stream(self) -> str:
        return grade_stream(self.learner, self.course, self.period)


@dataclass(frozen=True, slots=True)
class ReleaseGrade:
    """A caller's wish to release what she saw, `expected_version` being 0 where there is no such grade yet."""

    id: str
    occasion: Occasion
    seen: Digests
    expected_version: int


@dataclass(frozen=True, slots=True)
class JudgeGrade:
    """A caller's wish to amend or uphold a grade that was released, for a reason, in the sight of these states."""

    id: str
    grade: str
    seen: Digests
    expected_version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One entry of a grade's stream with its body."""

    entry: Entry
    body: Judgement


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade as it stands now: the fold of its stream, the release first."""

    history: tuple[Judged, ...]

    @property
    def id(self) -> str:
        return self.history[0].entry.id

    @property
    def occasion(self) -> Occasion:
        body = self.history[0].body
        return Occasion(body.learner, body.course, body.period)

    @property
    def version(self) -> int:
        return self.history[-1].entry.version

    @property
    def set_by(self) -> Judged:
        """The release or amendment whose levels stand."""
        return next(judged for judged in reversed(self.history) if not isinstance(judged.body, GradeUpheld))

    @property
    def levels(self) -> Sequence[GradedLevel]:
        body = self.set_by.body
        assert not isinstance(body, GradeUpheld)
        return body.levels


def grade_of(stream: Sequence[Entry]) -> Grade | None:
    """The grade that the entries of a stream `grade/…` make; None where they make none."""
    if not stream or stream[0].event != "GradeReleased":
        return None
    return Grade(tuple(Judged(entry, decode(entry, _JUDGEMENTS[entry.event])) for entry in stream))


def decide_release(release: ReleaseGrade, standing: LearnerStanding, *, tenant: str, actor: str) -> Command:
    """The command that releases a grade. Raises StaleStates where another state was seen, Gone."""
    check_seen(standing, release.seen)
    of = release.occasion
    body = GradeReleased(
        learner=of.learner,
        course=of.course,
        period=of.period,
        levels=tuple(standing.levels.values()),
        pins=_pins(standing.pins),
    )
    return _command(new_event(tenant, release.id, body), release.expected_version, actor)


def decide_amend(  # noqa: PLR0913 - the wish, the grade, and what is needed to judge it
    amend: JudgeGrade, of: Occasion, standing: LearnerStanding, *, reason_ref: str, tenant: str, actor: str
) -> Command:
    """The command that sets a grade anew, once `check_seen` has let it pass."""
    body = GradeAmended(
        learner=of.learner,
        course=of.course,
        period=of.period,
        grade=amend.grade,
        levels=tuple(standing.levels.values()),
        pins=_pins(standing.pins),
        reason_ref=reason_ref,
    )
    return _command(new_event(tenant, amend.id, body), amend.expected_version, actor)


def decide_uphold(  # noqa: PLR0913 - the wish, the grade, and what is needed to judge it
    uphold: JudgeGrade, of: Occasion, standing: LearnerStanding, *, reason_ref: str, tenant: str, actor: str
) -> Command:
    """The command that upholds a grade, once `check_seen` has let it pass."""
    states = tuple(SeenState(competency=level.competency, state=level.state) for level in standing.levels.values())
    body = GradeUpheld(
        learner=of.learner,
        course=of.course,
        period=of.period,
        grade=uphold.grade,
        states=states,
        pins=_pins(standing.pins),
        reason_ref=reason_ref,
    )
    return _command(new_event(tenant, uphold.id, body), uphold.expected_version, actor)


def check_seen(standing: LearnerStanding, seen: Digests) -> None:
    """Raise StaleStates where a state is by now another than was seen, Gone where the learner's record is closed."""
    if standing.closed:
        raise Gone("This learner's record is closed.")
    stale = [
        StaleState(competency, standing.levels[competency].state, digest)
        for competency, digest in sorted(seen.items())
        if standing.levels[competency].state != digest
    ]
    if stale:
        raise StaleStates(stale)


def check_of_grade(grade: Grade, seen: Digests) -> None:
    """Raise Invalid where a competency was seen that is no part of the grade."""
    graded = {level.competency for level in grade.levels}
    for index, competency in enumerate(seen):
        if competency not in graded:
            raise Invalid("This competency is no part of the grade.", field=f"/states/{index}/competency")


def repeats(stored: Entry, wish: ReleaseGrade | JudgeGrade, name: str, *, reason_ref: str | None = None) -> bool:
    """Whether an entry is what this wish had led to before: the same decision, taken in sight of the same states.

    At which pins it was folded then is no part of the wish. `name` is the event that the wish leads to.
    """
    if stored.event != name:
        return False
    body = decode(stored, _JUDGEMENTS[name])
    states = body.states if isinstance(body, GradeUpheld) else body.levels
    if {state.competency: state.state for state in states} != dict(wish.seen):
        return False
    if isinstance(wish, ReleaseGrade):
        return Occasion(body.learner, body.course, body.period) == wish.occasion
    assert not isinstance(body, GradeReleased)
    return (body.grade, body.reason_ref) == (wish.grade, reason_ref)


def again(stored: Entry, actor: str) -> Command:
    """The command that an entry of a grade came from, to be sent to the ledger once more: it answers Repeated, or
    that the learner's record is closed by now.
    """
    event = NewEvent(stored.id, stored.type, stored.schema, stored.owner, stored.stream, None, stored.body)
    return replace(_command(event, 0, actor), expects=())


def _command(event: NewEvent, version: int, actor: str) -> Command:
    return Command(
        event.id,
        actor,
        "evidence",
        (event,),
        expects=(Expectation(event.owner, event.stream, version),),
        guards=(Guard(event.owner, learner_stream(event.owner), "open"),),
    )


def _pins(pins: Iterable[Pin]) -> tuple[GradePin, ...]:
    return tuple(GradePin(ledger=pin.ledger, shard=pin.shard, position=pin.position) for pin in pins)
