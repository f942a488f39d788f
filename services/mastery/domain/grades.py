"""Grades as they were released, amended and upheld, and whether the record has moved on since. Pure.

A grade never moves by itself (DESIGN §5). It is affected where the state of one of its competencies is another by now
than the one that was last looked at: released, amended or upheld with. A policy newly adopted may change a state as
well as evidence may; both affect the grade, for both change what it would say today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

from shared.contracts.events import decode
from shared.contracts.grades import GradeAmended, GradeReleased, GradeUpheld
from shared.ledger.decimals import scaled
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.rulebook.definitions import Definitions
from shared.rulebook.known import EVERYTHING, Known, Pin

GradeState: TypeAlias = Literal["released", "amended", "upheld"]

DECISIONS = frozenset({"GradeReleased", "GradeAmended", "GradeUpheld"})


class Graded(NamedTuple):
    """A level of a grade: it begins `at` on the scale of `policy`; `state` is the digest of the state released."""

    competency: str
    status: str
    at: str | None
    policy: str | None
    override: str | None
    state: str


class Decision(NamedTuple):
    """One entry of a grade's stream. An upholding has no levels; `seen` are the states looked at, by competency."""

    event: str
    state: GradeState
    version: int
    position: int
    recorded_at: Instant
    actor: str
    reason_ref: str | None
    levels: tuple[Graded, ...]
    seen: dict[str, str]
    pins: tuple[Pin, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade with every decision about it, the release first. It is named by the event that released it."""

    id: str
    learner: str
    course: str
    period: str
    decisions: tuple[Decision, ...]

    @property
    def latest(self) -> Decision:
        return self.decisions[-1]

    @property
    def set_by(self) -> Decision:
        """The decision whose levels stand."""
        return next(decision for decision in reversed(self.decisions) if decision.levels)

    @property
    def seen(self) -> Mapping[str, str]:
        """By competency of the grade, the digest of the state that was last looked at."""
        seen: dict[str, str] = {}
        for decision in self.decisions:
            own = decision.seen.items()
            seen = dict(own) if decision.levels else seen | {name: digest for name, digest in own if name in seen}
        return seen


def decision_of(entry: Entry) -> tuple[str, str, str, Decision]:
    """The grade's id, course and period, and the decision that an entry is.

    Raises pydantic's ValidationError for a body that breaks its contract, KeyError for an entry of another kind.
    """
    body = decode(entry, _BODIES[entry.event])
    grade = entry.id if isinstance(body, GradeReleased) else body.grade
    levels = () if isinstance(body, GradeUpheld) else tuple(Graded(**level.model_dump()) for level in body.levels)
    states = body.states if isinstance(body, GradeUpheld) else body.levels
    decision = Decision(
        event=entry.id,
        state=_STATES[entry.event],
        version=entry.version,
        position=entry.position,
        recorded_at=entry.recorded_at,
        actor=entry.actor,
        reason_ref=None if isinstance(body, GradeReleased) else body.reason_ref,
        levels=levels,
        seen={state.competency: state.state for state in states},
        pins=tuple(Pin(pin.ledger, pin.shard, pin.position) for pin in body.pins),
    )
    return grade, body.course, body.period, decision


def with_decision(grade: Grade, decision: Decision) -> Grade:
    """The grade with one more decision."""
    return replace(grade, decisions=(*grade.decisions, decision))


def as_known(grades: Sequence[Grade], known: Known = EVERYTHING) -> list[Grade]:
    """The grades as known: later decisions gone, and with them the grades that were not released yet."""
    seen = [replace(g, decisions=tuple(d for d in g.decisions if known.of_learner(d))) for g in grades]
    return [grade for grade in seen if grade.decisions]


def level_name(graded: Graded, definitions: Definitions) -> str | None:
    """What a graded level is called on the scale of its policy; None where there is no level."""
    adoption = None if graded.policy is None else definitions.adopted(graded.policy)
    if adoption is None or graded.at is None:
        return None
    level = adoption.policy.scale.level_at(scaled(graded.at))
    return None if level is None else level.name


_BODIES: Mapping[str, type[GradeReleased | GradeAmended | GradeUpheld]] = {
    body.__name__: body for body in (GradeReleased, GradeAmended, GradeUpheld)
}
_STATES: Mapping[str, GradeState] = {
    "GradeReleased": "released",
    "GradeAmended": "amended",
    "GradeUpheld": "upheld",
}
