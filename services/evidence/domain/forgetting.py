"""Forgetting a learner: asked for by one administrator, approved by another, and final."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.evidence.domain.commands import Command, Guard
from services.evidence.domain.errors import Conflict, Invalid
from services.evidence.domain.facts import new_event
from shared.contracts.learners import ForgettingRequested, LearnerForgotten
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.ledger.streams import learner_stream

ForgettingState: TypeAlias = Literal["requested", "approved", "done"]


@dataclass(frozen=True, slots=True)
class RequestForgetting:
    """A caller's wish that a learner be forgotten. The reason's text is forgotten with her."""

    id: str
    learner: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class ApproveForgetting:
    """A second person's approval of one request (by its event)."""

    id: str
    learner: str
    request: str


@dataclass(frozen=True, slots=True)
class Forgetting:
    """How a request stands: `done` once the learner's key is destroyed.

    `requested_by` is None where the request came while something else of the learner could not be read.
    """

    request: str
    learner: str
    state: ForgettingState
    requested_by: str | None
    requested_at: Instant
    reason_ref: str | None
    approved_by: str | None
    approved_at: Instant | None
    done_at: Instant | None


def request_command(request: RequestForgetting, reason_ref: str | None, *, tenant: str, actor: str) -> Command:
    """The command that asks for a learner to be forgotten."""
    body = ForgettingRequested(learner=request.learner, reason_ref=reason_ref)
    return Command(
        request.id,
        actor,
        "evidence",
        (new_event(tenant, request.id, body),),
        guards=(Guard(request.learner, learner_stream(request.learner), "open"),),
    )


def decide_approval(approval: ApproveForgetting, history: Sequence[Entry], *, tenant: str, actor: str) -> Command:
    """The command that forgets a learner; `history` is the stream `learner/{id}`, which it closes.

    It has no guard: the stream itself refuses a second approval, and the same one again is answered as before.
    Raises Invalid where there is no such request, Conflict where the caller made it herself.
    """
    request = next(
        (entry for entry in history if entry.id == approval.request and entry.event == "ForgettingRequested"), None
    )
    if request is None:
        raise Invalid(
            "request must name a request to forget this learner.", field="/request", reason="request-not-found"
        )
    if request.actor == actor:
        raise Conflict(
            "Who asked for it may not approve it; another administrator of the district must.",
            reason="approved-by-oneself",
        )
    body = LearnerForgotten(learner=approval.learner, request=approval.request)
    return Command(approval.id, actor, "evidence", (new_event(tenant, approval.id, body),))
