"""Feedback on a version of a work, of its whole or of one criterion; and that a member has read it (DESIGN §6)."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.evidence.domain.commands import Command, Guard
from services.evidence.domain.errors import Invalid, NotFound
from services.evidence.domain.facts import new_event
from services.evidence.domain.judging import Criteria
from services.evidence.domain.works import Work
from shared.contracts.works import FeedbackGiven, FeedbackRead
from shared.ledger.entry import Entry
from shared.ledger.identifiers import item_id
from shared.ledger.instants import Instant
from shared.ledger.streams import learner_stream

READ_ROUTE = "/v1/feedback/{id}/read"


@dataclass(frozen=True, slots=True)
class GiveFeedback:
    """A caller's wish. `rubric` and `criterion` are given together, or neither. Its id is the feedback's."""

    id: str
    work: str
    version: str
    rubric: str | None
    criterion: str | None
    text: str
    occurred_at: Instant | None


def check_version(work: Work, version: Entry | None) -> None:
    """Raise NotFound where feedback is given on what is no version of this work."""
    if version is None or version.event != "WorkVersionAdded" or version.owner != work.id:
        raise NotFound("version of this work")


def check_criterion(give: GiveFeedback, rubrics: Mapping[str, Criteria]) -> None:
    """Raise Invalid where the criterion is none of a published rubric."""
    if give.rubric is None:
        return
    criteria = rubrics.get(give.rubric)
    if criteria is None:
        raise Invalid("No rubric of this digest was published.", field="/rubric", reason="rubric-not-found")
    if give.criterion not in criteria:
        raise Invalid(
            f"The rubric's criteria are {', '.join(criteria)}; {give.criterion} is none of them.", field="/criterion"
        )


def decide_feedback(give: GiveFeedback, text_ref: str, *, tenant: str, actor: str, is_peer: bool) -> Command:
    """The command that gives feedback. A peer who gives it must be open: nothing more is recorded of the forgotten."""
    body = FeedbackGiven(
        work=give.work, version=give.version, rubric=give.rubric, criterion=give.criterion, text_ref=text_ref
    )
    event = new_event(tenant, give.id, body, occurred_at=give.occurred_at)
    guards = (Guard(actor, learner_stream(actor), "open"),) if is_peer else ()
    return Command(give.id, actor, "evidence", (event,), guards=guards)


def decide_read(work: str, feedback: str, *, tenant: str, actor: str) -> Command:
    """The command by which a member says that she has read a piece of feedback.

    Its id follows from who says it of what, so that each says it once, however often it is sent.
    """
    event_id = item_id(actor, "POST", READ_ROUTE, feedback, 0)
    body = FeedbackRead(work=work, feedback=feedback)
    guards = (Guard(actor, learner_stream(actor), "open"),)
    return Command(event_id, actor, "evidence", (new_event(tenant, event_id, body),), guards=guards)
