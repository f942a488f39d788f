"""Relearning and redoing: what may happen next in the stream `redo/{learner}/{competency}`. `shared.rulebook.redoing`
says what a cycle is and when it is over.

One cycle is open at a time: another one begins when the one before is over. A caller who says no `expected_version`
decides on the one that is read; whatever comes in between makes the decision stale.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from services.evidence.domain.commands import Command, Expectation, Guard
from services.evidence.domain.errors import Conflict, Invalid
from services.evidence.domain.facts import new_event
from services.evidence.domain.pieces import EVIDENCE, Piece
from shared.contracts.redos import RedoOffered, RedoOpened, RedoRequested, RelearnLogged
from shared.contracts.tasks import RicherTask, Task
from shared.contracts.upcasting import as_current
from shared.contracts.values import Contract
from shared.ledger.canonical import parse
from shared.ledger.entry import Entry
from shared.ledger.streams import evidence_stream, learner_stream, redo_stream
from shared.rulebook.contributing import Body, contributions_of, gather
from shared.rulebook.contribution import Contribution, Kind
from shared.rulebook.policy import Policy
from shared.rulebook.redoing import OWN, Begun, Cycle, Opening, done_by, latest_cycle, missing, required_before


@dataclass(frozen=True, slots=True)
class BeginRedo:
    """A caller's offer or request: to do over a piece of evidence, or to show a competency anew."""

    id: str
    learner: str
    competency: str
    evidence: str | None
    note: str | None
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class LogRelearn:
    """What a learner did to learn it, as she or who may record says."""

    id: str
    redo: str
    kind: str
    evidence: str | None
    note: str | None
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class OpenRedo:
    """A caller's decision, on the version that she saw, that the learner may do it over.

    Without `evidence` it is the piece of the cycle, unless the competency is to be shown `anew`.
    """

    id: str
    redo: str
    evidence: str | None
    task: str | None
    anew: bool
    note: str | None
    expected_version: int


Wish: TypeAlias = BeginRedo | LogRelearn | OpenRedo


class DoneOver(NamedTuple):
    """The piece that is done over, and the work that it is of."""

    evidence: str | None = None
    work: str | None = None


@dataclass(frozen=True, slots=True)
class Redoing:
    """The stream of a learner and a competency: its version, where it ends, whether that is over, and what is in it."""

    learner: str
    competency: str
    version: int
    cycle: Cycle | None
    done: Contribution | None
    events: Collection[str]

    def goes_on(self, redo: str) -> Cycle:
        """The cycle of this name, which is the latest and not over. Raises Conflict."""
        if self.cycle is None or self.cycle.id != redo or self.done is not None:
            raise Conflict(
                "This redo is over: it was done over. Another one can be asked for or offered.", reason="redo-is-over"
            )
        return self.cycle


def opening_of(stream: Sequence[Entry]) -> Opening | None:
    """The opening of a stream's latest cycle."""
    cycle = latest_cycle(_read(stream))
    return None if cycle is None else cycle.opened


def redoing_of(learner: str, competency: str, stream: Sequence[Entry], own: Sequence[Entry]) -> Redoing:
    """Where a learner is with doing a competency over; `own` are her entries after the latest cycle's opening, and the
    piece that it names.
    """
    cycle = latest_cycle(_read(stream))
    done = None
    if cycle is not None and cycle.opened is not None:
        pieces = gather(_read(own)).contributions.get(competency, ())
        done = done_by(cycle.opened, pieces)
    version = stream[-1].version if stream else 0
    return Redoing(learner, competency, version, cycle, done, frozenset(entry.id for entry in stream))


def decide_begin(  # noqa: PLR0913 - what it rests on
    begin: BeginRedo, begun: Begun, redoing: Redoing, note_ref: str | None, *, tenant: str, actor: str
) -> Command:
    """The command that begins a cycle. Raises Conflict where one is under way, on the version that the caller knows."""
    if redoing.cycle is not None and redoing.done is None and _judges(begin, redoing):
        raise Conflict(f"The redo {redoing.cycle.id} of this competency is under way already.", reason="redo-under-way")
    contract = RedoOffered if begun == "offered" else RedoRequested
    body = contract(learner=begin.learner, competency=begin.competency, evidence=begin.evidence, note_ref=note_ref)
    return _command(begin, body, redoing, begin.evidence, tenant=tenant, actor=actor)


def decide_relearn(log: LogRelearn, redoing: Redoing, note_ref: str | None, *, tenant: str, actor: str) -> Command:
    """The command that logs relearning, also after the opening, until it was done over. Raises Conflict."""
    if _judges(log, redoing):
        redoing.goes_on(log.redo)
    body = RelearnLogged(
        learner=redoing.learner,
        competency=redoing.competency,
        cycle=log.redo,
        kind=log.kind,
        evidence=log.evidence,
        note_ref=note_ref,
    )
    return _command(log, body, redoing, None, tenant=tenant, actor=actor)


def decide_open(  # noqa: PLR0913 - what it rests on
    open_: OpenRedo,
    redoing: Redoing,
    required: Sequence[str],
    done_over: DoneOver,
    note_ref: str | None,
    *,
    tenant: str,
    actor: str,
) -> Command:
    """The command that opens a redo; `required` is what must be relearned.

    Raises Conflict where it is over or was opened before, or where relearning is still to be logged.
    """
    if _judges(open_, redoing):
        cycle = redoing.goes_on(open_.redo)
        if cycle.opened is not None:
            raise Conflict("This redo was opened before.", reason="redo-is-open")
        left = missing(cycle, required)
        if left:
            raise Conflict(
                f"Before this redo is opened, this is to be logged: {', '.join(left)}.", reason="relearning-missing"
            )
    body = RedoOpened(
        learner=redoing.learner,
        competency=redoing.competency,
        cycle=open_.redo,
        evidence=done_over.evidence,
        task=open_.task,
        work=done_over.work,
        note_ref=note_ref,
    )
    return _command(open_, body, redoing, done_over.evidence, tenant=tenant, actor=actor)


def required_for(policy: Policy | None, task: Task | None) -> tuple[str, ...]:
    """What is to be relearned before a redo, by the policy in force and then by the task, in order."""
    return required_before(policy, [one.kind for one in task.relearning] if isinstance(task, RicherTask) else ())


HOW_ELSE = " With anew it can be opened all the same: the competency is then shown anew. So can it with another piece."
"""What is said where the piece that a redo began with can be done over no more."""


def check_piece(piece: Piece | None, learner: str, competency: str, how_else: str = "") -> Entry:
    """What was recorded as the piece that is to be done over; a refusal ends with `how_else`.

    Raises Invalid where it is none of this learner's, or does not show this competency; Conflict where it was
    withdrawn.
    """
    if piece is None or piece.learner != learner:
        raise Invalid(
            "evidence must name a piece of evidence of this learner.", field="/evidence", reason="piece-of-another"
        )
    shown = contributions_of(piece.recorded, _body(piece.recorded)).get(competency)
    if shown is None or shown.kind == Kind.REFLECTION.value:
        wrong = f"evidence must name a piece of evidence that shows this competency.{how_else}"
        raise Invalid(wrong, field="/evidence")
    if piece.withdrawn is not None:
        instead = "" if piece.replacement is None else f": {piece.replacement} stands in its place"
        raise Conflict(
            f"This piece of evidence was withdrawn{instead}.{how_else}", field="/evidence", reason="piece-withdrawn"
        )
    return piece.recorded


def check_own(entry: Entry | None, learner: str) -> None:
    """Raise Invalid where what was done to relearn is no piece of evidence of this learner's."""
    if entry is None or entry.owner != learner or entry.event not in EVIDENCE:
        raise Invalid(
            "evidence must name a piece of evidence of this learner.", field="/evidence", reason="piece-of-another"
        )


def check_kind(kind: str, *, records: bool) -> None:
    """Raise Invalid where a learner logs what only who may record may."""
    if not records and kind not in OWN:
        raise Invalid(
            f"kind must be {' or '.join(sorted(OWN))}: whatever else was done, a conference too, is logged by who may "
            "record.",
            field="/kind",
        )


def check_task(task: Task | None, competency: str) -> None:
    """Raise Invalid where the task that she may do was not published, or is not of this competency."""
    if task is None:
        raise Invalid("No task of this id was published.", field="/task")
    if competency not in task.competencies:
        raise Invalid("task must name a task of this competency.", field="/task")


def check_anew(open_: OpenRedo) -> None:
    """Raise Invalid where an opening says both a piece and anew."""
    if open_.evidence is not None and open_.anew:
        raise Invalid("anew means that no piece is done over; leave out evidence.", field="/anew")


def task_of(recorded: Entry) -> str | None:
    """The task that a piece of evidence is of."""
    named = _body(recorded).get("task")
    return named if isinstance(named, str) else None


def done_over_in(recorded: Entry | None) -> DoneOver:
    """What is done over where this is the piece."""
    if recorded is None:
        return DoneOver()
    work = _body(recorded).get("work")
    return DoneOver(recorded.id, work if isinstance(work, str) else None)


def done_over_before(open_: OpenRedo, before: Entry) -> DoneOver:
    """What a repeated opening says that it is of: what was recorded, but for a piece that it names itself."""
    if before.event != "RedoOpened":
        return DoneOver(open_.evidence)
    body = _body(before)
    recorded = DoneOver(body.get("evidence"), body.get("work"))
    named = None if open_.anew else open_.evidence or recorded.evidence
    return recorded if named == recorded.evidence else DoneOver(named)


def _judges(wish: Wish, redoing: Redoing) -> bool:
    """Whether the decision is taken here. A repeated one, and one on another version, are left to the ledger."""
    return wish.id not in redoing.events and wish.expected_version in {None, redoing.version}


def _command(  # noqa: PLR0913 - the wish, its body, and what must be so
    wish: Wish, body: Contract, redoing: Redoing, evidence: str | None, *, tenant: str, actor: str
) -> Command:
    learner, stream = redoing.learner, redo_stream(redoing.learner, redoing.competency)
    version = redoing.version if wish.expected_version is None else wish.expected_version
    named = () if evidence is None else (Guard(learner, evidence_stream(evidence), "open"),)
    return Command(
        wish.id,
        actor,
        "evidence",
        (new_event(tenant, wish.id, body),),
        expects=(Expectation(learner, stream, version),),
        guards=(Guard(learner, learner_stream(learner), "open"), *named),
    )


def _read(entries: Sequence[Entry]) -> list[tuple[Entry, Body]]:
    return [(entry, _body(entry)) for entry in entries]


def _body(entry: Entry) -> Body:
    body = as_current(entry, parse(entry.body))
    assert isinstance(body, dict)
    return body
