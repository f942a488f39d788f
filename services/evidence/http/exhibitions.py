"""Exhibitions: planning, opening, issuing ballots, closing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.evidence.domain.ballots import IssueBallots
from services.evidence.domain.exhibitions import Change, PlanExhibition
from services.evidence.flows.close_exhibition import close_exhibition
from services.evidence.flows.issue_ballots import issue_ballots
from services.evidence.flows.open_exhibition import open_exhibition
from services.evidence.flows.plan_exhibition import plan_exhibition
from services.evidence.http.answers import answer, json_response, receipt_document
from services.evidence.http.documents import CONFLICT, PROBLEMS, ReceiptDocument, recorded
from services.evidence.http.exhibition_documents import (
    BallotsDocument,
    BallotsRequest,
    ChangeRequest,
    ClosedDocument,
    ExhibitionId,
    PlanRequest,
)
from services.evidence.http.strict import IdempotencyKey, StrictRoute, id_of
from services.evidence.ports import District
from shared.runtime.tokens import Caller, Verifier, person

PLAN_ROUTE, OPEN_ROUTE = "/v1/exhibitions", "/v1/exhibitions/{id}/open"
BALLOTS_ROUTE, CLOSE_ROUTE = "/v1/exhibitions/{id}/ballots", "/v1/exhibitions/{id}/close"


def exhibition_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/exhibitions`, `…/open`, `…/ballots` and `…/close`."""
    router = APIRouter(tags=["exhibitions"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post(PLAN_ROUTE, summary="Plan an exhibition", **recorded(ReceiptDocument, CONFLICT))
    async def plan(
        request: PlanRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Plan an exhibition, or plan it anew until it is opened. Its id is that of its first receipt.

        For administrators of the school, and for teachers who may record for all members of the works.
        """
        wish = PlanExhibition(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=PLAN_ROUTE),
            exhibition=request.exhibition,
            expected_version=request.expected_version,
            school=request.school,
            section=request.section,
            works=request.works,
            roles=request.roles,
            questions=request.questions,
            panel=request.panel,
            planned_for=request.planned_for,
            title=request.title,
        )
        return answer(await plan_exhibition(wish, actor.id, district))

    @router.post(OPEN_ROUTE, summary="Open an exhibition", **recorded(ReceiptDocument, CONFLICT))
    async def open_(
        exhibition: ExhibitionId,
        request: ChangeRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Let ballots be issued and votes be cast. What is asked, and the key that votes are sealed with, are fixed."""
        id_ = id_of(request.id, idempotency_key, actor=actor.id, route=OPEN_ROUTE)
        return answer(await open_exhibition(Change(id_, exhibition, request.expected_version), actor.id, district))

    @router.post(BALLOTS_ROUTE, summary="Issue ballots", **recorded(BallotsDocument, CONFLICT))
    async def ballots(
        exhibition: ExhibitionId,
        request: BallotsRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Issue ballots for people of a role. Each token is good for one vote, whoever holds it."""
        id_ = id_of(request.id, idempotency_key, actor=actor.id, route=BALLOTS_ROUTE)
        issued = await issue_ballots(IssueBallots(id_, exhibition, request.role, request.count), actor.id, district)
        document = receipt_document(issued.receipt) | {"role": request.role, "tokens": list(issued.tokens)}
        return json_response(document, status=document["status"])

    @router.post(CLOSE_ROUTE, summary="Close an exhibition", **recorded(ClosedDocument, CONFLICT))
    async def close(
        exhibition: ExhibitionId,
        request: ChangeRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Take no vote any more, count those that were cast, and publish what the audience said."""
        id_ = id_of(request.id, idempotency_key, actor=actor.id, route=CLOSE_ROUTE)
        closed = await close_exhibition(Change(id_, exhibition, request.expected_version), actor.id, district)
        document = receipt_document(closed.receipt)
        document["tally"] = "published" if closed.is_counted else "under-way"
        return json_response(document, status=document["status"])

    return router
