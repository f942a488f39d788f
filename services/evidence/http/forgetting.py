"""Forgetting a learner: asked for, approved by another, and listed with its age."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel

from services.evidence.domain.forgetting import (
    ApproveForgetting,
    Forgetting,
    ForgettingState,
    RequestForgetting,
)
from services.evidence.flows.forget_learner import approve_forgetting, forgettings, request_forgetting
from services.evidence.http.answers import answer, json_response
from services.evidence.http.documents import CONFLICT, GONE, PROBLEMS, ReceiptDocument, WrittenText, recorded
from services.evidence.http.strict import IdempotencyKey, StrictRoute, id_of
from services.evidence.ports import District
from shared.contracts.values import Contract, Digest, Id, Moment
from shared.ledger.instants import instant_text
from shared.runtime.disclosing import disclose
from shared.runtime.tokens import Caller, Verifier, person

FORGET_ROUTE, APPROVE_ROUTE = "/v1/learners/{id}/forget", "/v1/learners/{id}/forget/approve"

_LEARNER = Annotated[Id, Path(alias="id")]
_WRITE = recorded(ReceiptDocument, CONFLICT, GONE)


class ForgetRequest(Contract):
    """Why, where that is to be said; the reason is forgotten with the learner."""

    id: Id | None = None
    reason: WrittenText | None = None


class ApprovalRequest(Contract):
    """Which request is approved, by the id of its event."""

    id: Id | None = None
    request: Id


class ForgettingDocument(BaseModel):
    """A request to forget somebody: `done` once the key to all texts of the learner is destroyed."""

    request: Id
    learner: Id
    state: Literal["requested", "approved", "done"]
    requested_by: Id | None = None
    requested_at: Moment
    age_seconds: int
    reason_ref: Digest | None = None
    approved_by: Id | None = None
    approved_at: Moment | None = None
    done_at: Moment | None = None


class ForgettingsDocument(BaseModel):
    """Requests, the oldest first; `next` goes on from here, null at the end."""

    forgettings: list[ForgettingDocument]
    next: Id | None = None


def forgetting_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/learners/{id}/forget`, `…/approve`, `GET /v1/forgettings`."""
    router = APIRouter(tags=["forgetting"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post(FORGET_ROUTE, summary="Ask that a learner be forgotten", **_WRITE)
    async def forget(
        learner: _LEARNER,
        request: ForgetRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Ask that a learner be forgotten. Nothing happens until another administrator of the district approves."""
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route=FORGET_ROUTE)
        return answer(
            await request_forgetting(RequestForgetting(event_id, learner, request.reason), actor.id, district)
        )

    @router.post(APPROVE_ROUTE, summary="Approve that a learner be forgotten", **_WRITE)
    async def approve(
        learner: _LEARNER,
        request: ApprovalRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Forget a learner, for good: nothing more is recorded of her, and the key to her texts is destroyed."""
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route=APPROVE_ROUTE)
        return answer(
            await approve_forgetting(ApproveForgetting(event_id, learner, request.request), actor.id, district)
        )

    @router.get("/v1/forgettings", response_model=ForgettingsDocument, summary="Requests to forget somebody")
    async def listed(
        reader: Annotated[Caller, caller],
        state: Annotated[ForgettingState | None, Query(description="Only those in this state.")] = None,
        after: Annotated[Id | None, Query(description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> Response:
        """How each request stands, the oldest first. For administrators of the district."""
        found = await forgettings(state, after, limit, reader.id, district)
        now = district.now()
        onward = found[-1].request if len(found) == limit else None
        page = json_response({"forgettings": [_document(one, now) for one in found], "next": onward})
        return disclose(page, "forgetting", [one.learner for one in found])

    return router


def _document(one: Forgetting, now: int) -> dict[str, Any]:
    document = {
        "request": one.request,
        "learner": one.learner,
        "state": one.state,
        "requested_by": one.requested_by,
        "requested_at": instant_text(one.requested_at),
        "age_seconds": max(0, now - one.requested_at) // 1000,
        "reason_ref": one.reason_ref,
        "approved_by": one.approved_by,
        "approved_at": None if one.approved_at is None else instant_text(one.approved_at),
        "done_at": None if one.done_at is None else instant_text(one.done_at),
    }
    return {name: value for name, value in document.items() if value is not None}
