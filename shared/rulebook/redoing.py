"""Relearning and redoing: one cycle at a time for a learner and a competency, and whose turn it is (DESIGN §6). Pure.

A cycle begins by an offer or a request, which names it; relearning is logged; it is opened; and it is **over** with the
first piece of evidence that does it over. That is an attempt, a rubric score or an observation, for any purpose but
practice, that shows this competency, was recorded after the opening and was neither voided nor superseded; where the
opening names a piece, its `redo_of` names that one or what stands in its place by now; where the opening names a task
only, it is of that task.

What is to be relearned is a list of kinds, in the order in which they are waited for; they may be logged in any order.
Nothing here counts how often anything was tried, and nothing has a date by which it must be done.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias, get_args

from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.rulebook.contributing import Body
from shared.rulebook.contribution import Contribution, Kind
from shared.rulebook.known import Known
from shared.rulebook.policy import Policy

REDO = frozenset({"RedoOffered", "RedoRequested", "RelearnLogged", "RedoOpened"})
"""The events of the cycle."""

OWN = frozenset({"practice", "reflection"})
"""What a learner may log of herself; a conference, and whatever else, is logged by who may record."""

Begun: TypeAlias = Literal["offered", "requested"]

_DOES_OVER = frozenset({Kind.ATTEMPT.value, Kind.RUBRIC_SCORE.value, Kind.OBSERVATION.value})


class Relearned(NamedTuple):
    """Relearning that was logged; `version` is the stream's, as in all of these."""

    event: str
    position: int
    version: int
    recorded_at: Instant
    actor: str
    kind: str
    evidence: str | None
    note_ref: str | None


class Opening(NamedTuple):
    """She may do over `evidence`, or the task, or show the competency anew."""

    event: str
    position: int
    version: int
    recorded_at: Instant
    actor: str
    evidence: str | None
    task: str | None
    work: str | None
    note_ref: str | None


class Cycle(NamedTuple):
    """A cycle by the event that began it, and how far its own events tell it."""

    id: str
    learner: str
    competency: str
    begun: Begun
    position: int
    version: int
    recorded_at: Instant
    actor: str
    evidence: str | None
    note_ref: str | None
    relearned: tuple[Relearned, ...] = ()
    opened: Opening | None = None

    @property
    def newest(self) -> int:
        """The version of the stream after the newest of the cycle's events."""
        steps = (*self.relearned, *(() if self.opened is None else (self.opened,)))
        return max((step.version for step in steps), default=self.version)


class Turn(StrEnum):
    """What a cycle waits for: of the learner relearning or the redo; of who may record a conference (or whatever else
    she alone may log), the opening or a score. Nothing, where it is over.
    """

    RELEARNING = "relearning"
    CONFERENCE = "conference"
    OPENING = "opening"
    REDO = "redo"
    SCORE = "score"
    OVER = "over"


OnTeacher: TypeAlias = Literal[Turn.CONFERENCE, Turn.OPENING, Turn.SCORE]
"""What a cycle waits for of who may record."""

ON_TEACHER: frozenset[Turn] = frozenset(get_args(OnTeacher))


class Standing(NamedTuple):
    """What a cycle waits for, and since when; `missing` is what is still to be relearned, the first of it first. `anew`
    says that the piece it began with is withdrawn and nothing stands in its place, so that it is opened anew.
    """

    turn: Turn
    since: Instant
    missing: tuple[str, ...] = ()
    done: Contribution | None = None
    anew: bool = False


def begun_by(entry: Entry, body: Body) -> Cycle:
    """The cycle that a RedoOffered or a RedoRequested begins. Raises KeyError for a body that breaks its contract."""
    return Cycle(
        entry.id,
        body["learner"],
        body["competency"],
        "offered" if entry.event == "RedoOffered" else "requested",
        entry.position,
        entry.version,
        entry.recorded_at,
        entry.actor,
        body.get("evidence"),
        body.get("note_ref"),
    )


def gone_on(cycle: Cycle, entry: Entry, body: Body) -> Cycle:
    """The cycle after an event of its own. Raises ValueError for one of another cycle, or a second opening."""
    if body["cycle"] != cycle.id or body["competency"] != cycle.competency:
        raise ValueError(f"Entry {entry.id} is of the redo {body['cycle']}, which is not the one that goes on.")
    at = entry.id, entry.position, entry.version, entry.recorded_at, entry.actor
    if entry.event == "RelearnLogged":
        more = Relearned(*at, body["kind"], body.get("evidence"), body.get("note_ref"))
        return cycle._replace(relearned=(*cycle.relearned, more))
    if cycle.opened is not None:
        raise ValueError(f"Entry {entry.id} opens the redo {cycle.id} again.")
    return cycle._replace(opened=Opening(*at, *(body.get(name) for name in ("evidence", "task", "work", "note_ref"))))


def latest_cycle(stream: Iterable[tuple[Entry, Body]]) -> Cycle | None:
    """The cycle that the entries of a stream `redo/{learner}/{competency}` end in; None where they are none."""
    cycle: Cycle | None = None
    for entry, body in stream:
        if entry.event in {"RedoOffered", "RedoRequested"}:
            cycle = begun_by(entry, body)
        elif cycle is None:
            raise ValueError(f"Entry {entry.id} goes on with a redo that did not begin.")
        else:
            cycle = gone_on(cycle, entry, body)
    return cycle


def latest(cycles: Iterable[Cycle]) -> list[Cycle]:
    """The latest cycle of each competency, in the order in which they began: those before are over."""
    by_competency: dict[str, Cycle] = {}
    for cycle in sorted(cycles, key=lambda cycle: cycle.position):
        by_competency.pop(cycle.competency, None)
        by_competency[cycle.competency] = cycle
    return list(by_competency.values())


def as_known(cycle: Cycle, known: Known) -> Cycle | None:
    """What is known of a cycle; None where it had not begun."""
    if not known.of_learner(cycle):
        return None
    relearned = tuple(one for one in cycle.relearned if known.of_learner(one))
    opened = None if cycle.opened is None or not known.of_learner(cycle.opened) else cycle.opened
    return cycle._replace(relearned=relearned, opened=opened)


def required_before(policy: Policy | None, by_task: Iterable[str]) -> tuple[str, ...]:
    """What is to be relearned before a redo: what the policy in force asks for, then what the task does."""
    return tuple(dict.fromkeys((*(() if policy is None else policy.relearn), *by_task)))


def weakest_of(piece: Contribution) -> str | None:
    """The criterion of a piece with the most room to grow; None where all was shown, or nothing says by criteria."""
    shares = {
        result.criterion: Fraction(result.earned, result.possible)
        for result in reversed(piece.results)
        if result.criterion is not None and result.earned < result.possible
    }
    return min(reversed(shares), key=shares.__getitem__, default=None)


def missing(cycle: Cycle, required: Iterable[str]) -> tuple[str, ...]:
    """The kinds of relearning that are required and not logged, in their order."""
    logged = {one.kind for one in cycle.relearned}
    return tuple(dict.fromkeys(kind for kind in required if kind not in logged))


def standing_for(event: str | None, pieces: Sequence[Contribution]) -> Contribution | None:
    """A piece of a competency, or what stands in its place by now; None where it is not known, or where what took its
    place does not show the competency.
    """
    line = _line(event, pieces)
    return next((piece for piece in pieces if line and piece.event == line[-1]), None)


def task_done_over(event: str | None, pieces: Sequence[Contribution]) -> str | None:
    """The task of a piece, or of what stands in its place by now."""
    of_event = {piece.event: piece.task for piece in pieces}
    return next((of_event[one] for one in reversed(_line(event, pieces)) if one in of_event), None)


def _line(event: str | None, pieces: Sequence[Contribution]) -> list[str]:
    """A piece, then what took its place, then what took the place of that."""
    places = {piece.event: piece.withdrawn.by for piece in pieces if piece.withdrawn is not None}
    line: list[str] = []
    while event is not None and event not in line:
        line.append(event)
        event = places.get(event)
    return line


def done_by(opening: Opening, pieces: Sequence[Contribution]) -> Contribution | None:
    """The first piece that did it over; `pieces` are those of the competency that were recorded after the opening, and
    any others.
    """
    meant = _line(opening.evidence, pieces)
    for piece in sorted(pieces, key=lambda piece: piece.position):
        if piece.position <= opening.position or piece.withdrawn is not None or not _does_over(piece):
            continue
        if piece.redo_of in meant if opening.evidence is not None else opening.task in {None, piece.task}:
            return piece
    return None


def _does_over(piece: Contribution) -> bool:
    return piece.kind in _DOES_OVER and piece.purpose != "practice"


def standing(
    cycle: Cycle, required: Sequence[str], pieces: Sequence[Contribution], handed_in: Instant | None = None
) -> Standing:
    """Whose turn it is. `required` are the kinds of relearning in their order, `pieces` those of the competency;
    `handed_in` is when the work was last handed in, where it was.
    """
    opened = cycle.opened
    if opened is None:
        return _before(cycle, required)._replace(anew=_withdrawn(cycle, pieces))
    done = done_by(opened, pieces)
    if done is not None:
        return Standing(Turn.OVER, done.recorded_at, done=done)
    if handed_in is not None and handed_in > opened.recorded_at:
        return Standing(Turn.SCORE, handed_in)
    return Standing(Turn.REDO, opened.recorded_at)


def _withdrawn(cycle: Cycle, pieces: Sequence[Contribution]) -> bool:
    known = any(piece.event == cycle.evidence for piece in pieces)
    piece = standing_for(cycle.evidence, pieces)
    return known and (piece is None or piece.withdrawn is not None)


def _before(cycle: Cycle, required: Sequence[str]) -> Standing:
    first = {one.kind: one.recorded_at for one in reversed(cycle.relearned)}
    left, since = missing(cycle, required), cycle.recorded_at
    for kind in required:
        if kind not in first:
            return Standing(Turn.RELEARNING if kind in OWN else Turn.CONFERENCE, since, left)
        since = max(since, first[kind])
    return Standing(Turn.OPENING, since)
