"""A learner's redos: what to relearn, where each stands, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.mastery.domain.horizon import Horizon
from services.mastery.flows.learner_standings import learner_standings
from services.mastery.flows.list_redos import task_of
from services.mastery.flows.look_ahead import Ahead, ahead_of
from services.mastery.flows.reading import Question, graph_known, opened
from services.mastery.ports import District, Record
from shared.ledger.instants import Instant
from shared.rulebook.contribution import Contribution
from shared.rulebook.known import known_of
from shared.rulebook.readiness import Standings
from shared.rulebook.redoing import (
    Cycle,
    Standing,
    as_known,
    latest,
    required_before,
    standing,
    standing_for,
    weakest_of,
)
from shared.runtime.definitions.view import PlacedCompetency
from shared.runtime.pace import Pace


@dataclass(frozen=True, slots=True)
class SeenRedo:
    """A redo as known, what it waits for, and what there is to relearn: the criterion of the piece with the most room
    to grow, the words that it came with, the work that it is of, and what the competency rests on.
    """

    cycle: Cycle
    standing: Standing
    required: tuple[str, ...]
    named: PlacedCompetency | None
    weakest: str | None
    feedback_ref: str | None
    work: str | None
    ahead: Ahead | None


@dataclass(frozen=True, slots=True)
class Redos:
    """A learner's redos within a horizon, the latest of each competency, in the order in which they began."""

    learner: str
    horizon: Horizon
    redos: tuple[SeenRedo, ...]


async def read_redos(question: Question, district: District) -> Redos:
    """The redos of a learner. Raises UnknownError, ForgottenError and NotReachedError."""
    record, horizon = await opened(question, district, redos=True)
    graph = await graph_known(horizon, district)
    begun = {cycle.competency for cycle in record.redos}.intersection(graph.members)
    among = begun.union(*(graph.below(competency) for competency in begun))
    standings = await learner_standings(record, horizon, graph, district, among)
    return await redos_of(record, horizon, standings, district)


async def redos_of(
    record: Record, horizon: Horizon, standings: Standings | None, district: District, competency: str | None = None
) -> Redos:
    """The redos of a record that was read with them, as known; of one competency, where it is given.

    `standings` are the learner's with what they are of and all below it; None where no framework holds that.
    """
    cycles = latest(
        cycle
        for one in record.redos
        if competency in {None, one.competency} and (cycle := as_known(one, horizon.known)) is not None
    )
    pieces = {
        cycle.competency: known_of(record.contributions.get(cycle.competency, ()), horizon.known) for cycle in cycles
    }
    tasks = {task for cycle in cycles if (task := task_of(cycle, pieces[cycle.competency])) is not None}
    expected = await district.redos.relearning(tasks, horizon.known)
    works = {cycle.opened.work for cycle in cycles if cycle.opened is not None and cycle.opened.work is not None}
    handed_in = await district.redos.handed_in(works, horizon.known)
    seen: list[SeenRedo] = []
    pace = Pace()
    for cycle in cycles:
        ahead = None if standings is None else ahead_of(cycle.competency, standings)
        seen.append(_seen(cycle, pieces[cycle.competency], record, horizon, expected, handed_in, ahead))
        await pace.breathe()
    return Redos(record.learner.id, horizon, tuple(seen))


def _seen(  # noqa: PLR0913, PLR0917 - all that is told of a redo
    cycle: Cycle,
    pieces: Sequence[Contribution],
    record: Record,
    horizon: Horizon,
    expected: Mapping[str, Sequence[str]],
    handed_in: Mapping[str, Instant],
    ahead: Ahead | None,
) -> SeenRedo:
    adoption = record.view.definitions.in_force(record.learner, cycle.competency, horizon.known)
    required = required_before(
        None if adoption is None else adoption.policy, expected.get(task_of(cycle, pieces) or "", ())
    )
    work = None if cycle.opened is None else cycle.opened.work
    piece = _done_over(cycle, pieces)
    return SeenRedo(
        cycle=cycle,
        standing=standing(cycle, required, pieces, handed_in.get(work or "")),
        required=required,
        named=record.view.competency(cycle.competency, horizon.known),
        weakest=None if piece is None else weakest_of(piece),
        feedback_ref=None if piece is None else record.feedback.get(piece.event),
        work=None if piece is None else piece.work,
        ahead=ahead,
    )


def _done_over(cycle: Cycle, pieces: Sequence[Contribution]) -> Contribution | None:
    """The piece that is done over: what the opening names, else what the redo began with, or what stands in its place
    by now. None where that was voided: of what was withdrawn there is nothing to relearn.
    """
    piece = standing_for(cycle.evidence if cycle.opened is None else cycle.opened.evidence, pieces)
    return None if piece is None or piece.withdrawn is not None else piece
