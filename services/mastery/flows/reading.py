"""What reading a learner's mastery begins with, whatever is read: wait, ask for the right, find the horizon."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from services.mastery.domain.errors import ForgottenError, NotReachedError, UnknownError
from services.mastery.domain.horizon import Horizon, instant_horizon, now_horizon, pins_horizon
from services.mastery.flows.folding import folded
from services.mastery.ports import District, Record
from shared.ledger.instants import Instant, instant_text
from shared.rulebook.as_of import AsOf, AtInstant, AtPins, pins_text
from shared.rulebook.known import Known, Pin, Recorded
from shared.rulebook.prerequisites import Prerequisites
from shared.rulebook.state import State
from shared.runtime.definitions.view import PlacedCompetency
from shared.runtime.pace import Pace


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks, of which learner, as of when, and after which positions at least."""

    reader: str
    learner: str
    as_of: AsOf = None
    at_least: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenState:
    """A state as known, the competency's name where a framework gives it one, and how many pieces are known of.

    `recorded` says whether anything is: a piece, or a level that was set.
    """

    state: State
    named: PlacedCompetency | None
    evidence: int
    recorded: bool


async def graph_known(horizon: Horizon, district: District) -> Prerequisites:
    """The prerequisites as known: of each framework the latest publication."""
    shard = next(pin.shard for pin in horizon.pins if pin.ledger == "evidence")
    return await district.frameworks.graph(Known.at_pins(horizon.pins, shard))


async def opened(
    question: Question, district: District, *, grades: bool = False, redos: bool = False, feedback: bool = False
) -> tuple[Record, Horizon]:
    """The learner's record, with what is asked for of grades, redos and feedback, and how far the answer may see.

    Waits for what is asked at least, and tells by the horizon where it did not come. Raises UnknownError for a
    learner who is not the reader's to see or of whom nothing is recorded, ForgottenError, and NotReachedError.
    """
    shard = district.records.shard(question.learner)
    wanted = question.as_of.pins if isinstance(question.as_of, AtPins) else ()
    await district.applied.reached(
        [*question.at_least, *[pin for pin in wanted if pin[:2] in {("evidence", shard), ("definitions", 0)}]]
    )
    if not await district.rights.may_see(question.reader, question.learner):
        raise UnknownError("learner")
    instant = question.as_of.at if isinstance(question.as_of, AtInstant) else None
    complete = instant is None or await district.applied.known_at(shard, instant)
    record = await district.records.of(question.learner, grades=grades, redos=redos, feedback=feedback)
    if record.forgotten:
        raise ForgottenError(record.reached)
    if not (record.learner.schools or record.contributions or record.grades or record.held):
        raise UnknownError("learner")
    match question.as_of:
        case None:
            return record, now_horizon(record.reached, held=record.held)
        case AtPins():
            return record, pins_horizon(question.as_of, record.reached)
        case AtInstant(at=at):
            if not complete:
                raise NotReachedError(_not_complete(at, record), record.reached)
            last = record.view.position_at(at)
            entries = list(_entries(record))
            return record, instant_horizon(question.as_of, shard, entries, last, held=record.held)


def _not_complete(at: Instant, record: Record) -> str:
    reached = pins_text(record.reached)
    return f"What was recorded by {instant_text(at)} may not all be known here yet; this record reaches {reached}."


async def seen_state(record: Record, horizon: Horizon, competency: str) -> SeenState:
    """One state, folded from the record as known."""
    pieces, overrides = record.contributions.get(competency, ()), record.overrides.get(competency, ())
    known = horizon.known
    state = await folded(record.learner, competency, pieces, record.view.definitions, known, overrides)
    evidence = sum(known.of_learner(piece) for piece in pieces)
    recorded = evidence > 0 or any(known.of_learner(override) for override in overrides)
    return SeenState(state, record.view.competency(competency, known), evidence, recorded)


async def seen_states(record: Record, horizon: Horizon, among: Collection[str] | None = None) -> dict[str, SeenState]:
    """Every state of which anything is recorded as known, by its competency; only those `among`, where it is given."""
    states: dict[str, SeenState] = {}
    pace = Pace()
    for competency in record.contributions:
        if among is None or competency in among:
            seen = await seen_state(record, horizon, competency)
            if seen.recorded:
                states[competency] = seen
            await pace.breathe()
    return states


def _entries(record: Record) -> Iterator[Recorded]:
    """The learner's entries that count for anything."""
    yield from record.learner.schools
    for pieces in record.contributions.values():
        yield from pieces
        yield from (piece.withdrawn for piece in pieces if piece.withdrawn is not None)
    for grade in record.grades:
        yield from grade.decisions
    for cycle in record.redos:
        yield cycle
        yield from cycle.relearned
        yield from () if cycle.opened is None else (cycle.opened,)
    for overrides in record.overrides.values():
        yield from overrides
        yield from (override.cleared for override in overrides if override.cleared is not None)
