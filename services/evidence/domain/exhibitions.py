"""Exhibitions: works shown to an audience that votes (DESIGN §6): planned, opened, closed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.evidence.domain.commands import Command, Expectation, Guard
from services.evidence.domain.errors import Conflict, Invalid
from services.evidence.domain.facts import new_event
from shared.contracts.events import decode
from shared.contracts.exhibitions import Asked, ExhibitionClosed, ExhibitionOpened, ExhibitionPlanned, PlannedPanel
from shared.contracts.tasks import ChoiceQuestion, Question, Questions
from shared.ledger.entry import Entry
from shared.ledger.streams import exhibition_stream, learner_stream, work_stream

MOST_ASKED = 4_000
"""Bytes of the longest answers to everything that is asked: sealed, they must go into an event's body."""


@dataclass(frozen=True, slots=True)
class PlanExhibition:
    """A caller's wish. With an `exhibition` it takes the place of an earlier plan, at `expected_version`."""

    id: str
    exhibition: str | None
    expected_version: int | None
    school: str
    section: str | None
    works: tuple[str, ...]
    roles: tuple[str, ...]
    questions: str | None
    panel: PlannedPanel | None
    planned_for: str | None
    title: str | None

    @property
    def owner(self) -> str:
        """The exhibition's id: that of the event that first planned it."""
        return self.exhibition or self.id


@dataclass(frozen=True, slots=True)
class Change:
    """A caller's wish to open or close an exhibition, on the version of its stream that it saw."""

    id: str
    exhibition: str
    expected_version: int


@dataclass(frozen=True, slots=True)
class Exhibition:
    """An exhibition as its stream tells it. `opened_by` and `closed_by` are the events that did it, `events` all."""

    id: str
    plan: ExhibitionPlanned
    opened: ExhibitionOpened | None
    opened_by: str | None
    closed_by: str | None
    events: frozenset[str]


@dataclass(frozen=True, slots=True)
class Opened:
    """What an exhibition was opened with, which nothing changes any more."""

    asked: tuple[Asked, ...]
    works: tuple[str, ...]
    questions: Questions
    title_ref: str | None = None


def exhibition_of(stream: Sequence[Entry]) -> Exhibition | None:
    """The exhibition that the entries of a stream `exhibition/{id}` make; None where there are none."""
    if not stream:
        return None
    plan = decode([entry for entry in stream if entry.event == "ExhibitionPlanned"][-1], ExhibitionPlanned)
    opened = next((entry for entry in stream if entry.event == "ExhibitionOpened"), None)
    closed = next((entry for entry in stream if entry.event == "ExhibitionClosed"), None)
    return Exhibition(
        stream[0].owner,
        plan,
        None if opened is None else decode(opened, ExhibitionOpened),
        None if opened is None else opened.id,
        None if closed is None else closed.id,
        frozenset(entry.id for entry in stream),
    )


def asked_of(works: Sequence[str], questions: Questions) -> tuple[Asked, ...]:
    """What stands on a ballot: every choice once, every rating once a work, in the document's order.

    Raises Invalid where that is nothing, or more than a ballot can hold.
    """
    asked = tuple(one for question in questions.questions for one in _asked(question, works))
    if not asked:
        raise Invalid("The questions rate works, and no work is exhibited.", field="/works", reason="no-works")
    if longest(asked) > MOST_ASKED:
        raise Invalid(
            f"Answers to all {len(asked)} questions would not go into one ballot; ask fewer, or of fewer works.",
            field="/works",
            reason="too-many-answers",
        )
    return asked


def answer_name(asked: Asked) -> str:
    """What an answer is called in a vote: `question`, or `question/work` of a rating."""
    return asked.question if asked.work is None else f"{asked.question}/{asked.work}"


def longest(asked: Sequence[Asked]) -> int:
    """Bytes of the canonical JSON of the longest answers that can be given; codes and ids are plain ASCII."""
    return 1 + sum(len(answer_name(one)) + max(map(len, one.options)) + len('"":"",') for one in asked)


def decide_plan(plan: PlanExhibition, *, title_ref: str | None, tenant: str, actor: str) -> Command:
    """The command that plans an exhibition, or plans it anew.

    An exhibition is an owner with a key of its own: its id may be no learner's and no work's.
    """
    owner = plan.owner
    body = ExhibitionPlanned(
        exhibition=owner,
        school=plan.school,
        section=plan.section,
        works=plan.works,
        roles=plan.roles,
        questions=plan.questions,
        panel=plan.panel,
        planned_for=plan.planned_for,
        title_ref=title_ref,
    )
    version = 0 if plan.exhibition is None else plan.expected_version or 0
    return Command(
        plan.id,
        actor,
        "evidence",
        (new_event(tenant, plan.id, body),),
        expects=(Expectation(owner, exhibition_stream(owner), version),),
        guards=(Guard(owner, learner_stream(owner), "absent"), Guard(owner, work_stream(owner), "absent")),
    )


def check_may_plan_anew(exhibition: Exhibition, plan: PlanExhibition) -> None:
    """Raise Conflict where an exhibition was opened or closed: its plan is what its ballots say.

    Whether a request was done before, word for word, is the ledger's to tell.
    """
    if plan.expected_version is None:
        raise Invalid("Say in expected_version on which version of the plan you decide.", field="/expected_version")
    if plan.id not in exhibition.events and (exhibition.closed_by is not None or exhibition.opened is not None):
        raise Conflict("The exhibition was opened or closed; its plan stays as it is.", reason="plan-fixed")


def check_may_open(exhibition: Exhibition, change: Change) -> None:
    """Raise Conflict where an exhibition was opened by another request, or closed."""
    if exhibition.opened_by == change.id:
        return
    if exhibition.opened is not None:
        raise Conflict("The exhibition is open already, or was.", reason="exhibition-opened")
    if exhibition.closed_by is not None:
        raise Conflict("The exhibition is closed.", reason="exhibition-closed")


def decide_open(change: Change, asked: tuple[Asked, ...], commitment: str, *, tenant: str, actor: str) -> Command:
    """The command from which on votes are taken."""
    body = ExhibitionOpened(exhibition=change.exhibition, commitment=commitment, asked=asked)
    return _changing(change, body, tenant=tenant, actor=actor)


def decide_close(change: Change, *, tenant: str, actor: str) -> Command:
    """The command from which on no vote is taken."""
    return _changing(change, ExhibitionClosed(exhibition=change.exhibition), tenant=tenant, actor=actor)


def _changing(change: Change, body: ExhibitionOpened | ExhibitionClosed, *, tenant: str, actor: str) -> Command:
    stream = exhibition_stream(change.exhibition)
    return Command(
        change.id,
        actor,
        "evidence",
        (new_event(tenant, change.id, body),),
        expects=(Expectation(change.exhibition, stream, change.expected_version),),
    )


def _asked(question: Question, works: Sequence[str]) -> tuple[Asked, ...]:
    if isinstance(question, ChoiceQuestion):
        options = tuple(option.code for option in question.options)
        return (Asked(question=question.code, kind="choice", options=options),)
    values = tuple(value.value for value in question.scale)
    return tuple(Asked(question=question.code, kind="rating", work=work, options=values) for work in works)
