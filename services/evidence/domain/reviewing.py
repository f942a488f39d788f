"""Questions about the record: a level, a piece of evidence or a grade is questioned, and somebody answers."""

from dataclasses import dataclass

from services.evidence.domain.commands import Command, Expectation, Guard
from services.evidence.domain.errors import Conflict, Invalid
from services.evidence.domain.facts import new_event
from shared.contracts.judgement import ReviewAnswered, ReviewOutcome, ReviewRequested
from shared.ledger.entry import Entry
from shared.ledger.streams import learner_stream, review_stream

REVIEW = frozenset({"ReviewRequested", "ReviewAnswered"})
"""The events of a review itself: neither is a change that could answer one."""


@dataclass(frozen=True, slots=True)
class RequestReview:
    """A caller's question about exactly one of competency, evidence and grade (by the event that released it)."""

    id: str
    learner: str
    competency: str | None
    evidence: str | None
    grade: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerReview:
    """A caller's answer on the version that it saw: what was changed (`change` names the event), or why nothing was."""

    id: str
    review: str
    expected_version: int
    outcome: ReviewOutcome
    change: str | None
    answer: str


def review_command(request: RequestReview, reason_ref: str, *, tenant: str, actor: str) -> Command:
    """The command that asks for a review; a review is named by the event that asked for it."""
    body = ReviewRequested(
        learner=request.learner,
        competency=request.competency,
        evidence=request.evidence,
        grade=request.grade,
        reason_ref=reason_ref,
    )
    return Command(
        request.id,
        actor,
        "evidence",
        (new_event(tenant, request.id, body),),
        guards=(Guard(request.learner, learner_stream(request.learner), "open"),),
    )


def check_answer(review: Entry, answer: AnswerReview, change: Entry | None, *, actor: str) -> None:
    """Whether this caller may give this answer; `change` is the entry that it names, where there is one.

    Raises Conflict for whoever asked the question, Invalid where the change is none of this learner's.
    """
    if review.actor == actor:
        raise Conflict(
            "Who asked for a review does not answer it; somebody else who may record must.", reason="asked-by-oneself"
        )
    if (answer.outcome == "changed") != (answer.change is not None):
        raise Invalid(
            "change names the event that changed something where the outcome is changed, and nowhere else.",
            field="/change",
        )
    if answer.change is not None and (change is None or change.owner != review.owner or change.event in REVIEW):
        raise Invalid(
            "change must name an event of the same learner that changed something.",
            field="/change",
            reason="change-not-found",
        )


def answer_command(review: Entry, answer: AnswerReview, answer_ref: str, *, tenant: str, actor: str) -> Command:
    """The command that answers a review and so closes it."""
    body = ReviewAnswered(
        learner=review.owner,
        review=answer.review,
        outcome=answer.outcome,
        change=answer.change,
        answer_ref=answer_ref,
    )
    return Command(
        answer.id,
        actor,
        "evidence",
        (new_event(tenant, answer.id, body),),
        expects=(Expectation(review.owner, review_stream(answer.review), answer.expected_version),),
        guards=(Guard(review.owner, learner_stream(review.owner), "open"),),
    )
