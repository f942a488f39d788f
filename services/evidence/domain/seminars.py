"""A Socratic seminar: what one observer counted of many learners, one piece of evidence a learner (DESIGN §6).

The observer's device makes every id, and may have been without a network all the while: whatever is sent twice, late,
or once in parts and once as a whole is recorded once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.evidence.domain.commands import Command, Guard, NewEvent, Outcome, Refused
from services.evidence.domain.errors import Gone, Mismatch, NotFound, Refusal
from services.evidence.domain.recording import Item
from shared.contracts.bodies import CriterionResult, Purpose
from shared.contracts.pieces import Move, ObservationRecorded
from shared.contracts.tasks import Moves
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.ledger.streams import learner_stream


@dataclass(frozen=True, slots=True)
class Observed:
    """What was counted of one learner, and her levels by the list's rubric where the observer gave any."""

    id: str
    learner: str
    moves: tuple[Move, ...]
    results: tuple[CriterionResult, ...]
    redo_of: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RecordSeminar:
    """A caller's wish: these observations of one seminar, all of them or none."""

    seminar: str
    moves_by: str
    purpose: Purpose
    task: str | None
    course: str | None
    occurred_at: Instant
    observations: tuple[Observed, ...]

    @property
    def learners(self) -> tuple[str, ...]:
        return tuple(one.learner for one in self.observations)


def items_of(seminar: RecordSeminar, moves: Moves | None) -> tuple[Item, ...]:
    """Each learner's observation as a piece of evidence; results are by the rubric that the list of moves names."""
    rubric = None if moves is None else moves.rubric
    return tuple(
        Item(
            one.id,
            seminar.occurred_at,
            ObservationRecorded(
                learner=one.learner,
                rubric=rubric if one.results else None,
                task=seminar.task,
                course=seminar.course,
                purpose=seminar.purpose,
                redo_of=one.redo_of,
                seminar=seminar.seminar,
                moves_by=seminar.moves_by,
                moves=one.moves,
                results=one.results,
            ),
            one.note,
        )
        for one in seminar.observations
    )


def check_may_observe(seminar: RecordSeminar, recordable: Collection[str], gone: Collection[str]) -> None:
    """Raise Gone or NotFound, naming everyone for whom the caller may not record; `gone` are those forgotten."""
    for n, learner in enumerate(seminar.learners):
        if learner in gone:
            raise forgotten_learner(seminar, learner)
        if learner not in recordable:
            others = [place(k) for k, one in enumerate(seminar.learners) if one not in recordable]
            raise NotFound("learner" if len(others) == 1 else f"learner as {' or '.join(others)}", field=place(n))


def place(n: int) -> str:
    """Where the n-th learner stands in the request, from 0."""
    return f"/observations/{n}/learner"


def where(field: str | None, n: int) -> str | None:
    """Where something stands in the request that is said of a field of the n-th observation, from 0."""
    if field in {None, "/occurred_at"}:
        return field
    if field in {"/body/moves_by", "/body/rubric"}:
        return "/moves_by"
    return f"/observations/{n}{str(field).removeprefix('/body').replace('/texts/', '/')}"


def unrecorded(events: Sequence[NewEvent], entries: Mapping[str, Entry]) -> list[NewEvent]:
    """The observations that the ledger does not hold yet. Raises Mismatch where it holds another under one's id."""
    for n, event in enumerate(events):
        if event.id in entries and not _is(entries[event.id], event):
            raise Mismatch(
                f"The id {event.id} stands for something else already; give this observation an id of its own.",
                field=f"/observations/{n}/id",
            )
    return [event for event in events if event.id not in entries]


def _is(entry: Entry, event: NewEvent) -> bool:
    said = (entry.type, entry.owner, entry.stream, entry.occurred_at, entry.body)
    return said == (event.type, event.owner, event.stream, event.occurred_at, event.body)


def decide_seminar(events: Sequence[NewEvent], guards: Sequence[Guard], *, actor: str) -> Command:
    """The command that records these observations, all or none. Every learner must be open."""
    return Command(events[0].id, actor, "evidence", tuple(events), guards=tuple(dict.fromkeys(guards)))


def refused_learner(outcome: Outcome, seminar: RecordSeminar) -> Refusal | None:
    """What to tell where the ledger refused a seminar for one learner's sake; None where it did not."""
    if not isinstance(outcome, Refused):
        return None
    for n, learner in enumerate(seminar.learners):
        if outcome.stream == learner_stream(learner):
            if outcome.state == "absent":
                return NotFound("learner", field=place(n))
            return forgotten_learner(seminar, learner)
    return None


def forgotten_learner(seminar: RecordSeminar, learner: str) -> Gone:
    """What to tell where somebody observed is forgotten."""
    return Gone(
        f"The learner {learner} is forgotten; send the seminar without her.",
        field=place(seminar.learners.index(learner)),
    )
