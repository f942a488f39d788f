"""Feedback: given on a version of a work, and read by its members."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path, Response
from pydantic import model_validator

from services.evidence.domain.feedback import READ_ROUTE, GiveFeedback
from services.evidence.flows.give_feedback import give_feedback
from services.evidence.flows.read_feedback import read_feedback
from services.evidence.http.answers import answer
from services.evidence.http.documents import GONE, PROBLEMS, ReceiptDocument, WrittenText, recorded
from services.evidence.http.strict import IdempotencyKey, StrictRoute, checked_key, id_of
from services.evidence.ports import District
from shared.contracts.values import Code, Contract, Digest, Id, Moment
from shared.ledger.instants import instant
from shared.runtime.tokens import Caller, Verifier, person

GIVE_ROUTE = "/v1/works/{id}/versions/{version}/feedback"


class FeedbackRequest(Contract):
    """What is said of a version: of one criterion of a published rubric, or of the whole. Kept in the vault."""

    id: Id | None = None
    rubric: Digest | None = None
    criterion: Code | None = None
    text: WrittenText
    occurred_at: Moment | None = None

    @model_validator(mode="after")
    def _criterion_of_a_rubric(self) -> Self:
        if (self.rubric is None) != (self.criterion is None):
            raise ValueError("rubric and criterion are given together, or neither")
        return self


class ReadRequest(Contract):
    """Nothing more is to be said: who reads is who calls."""


def feedback_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/works/{id}/versions/{version}/feedback` and `POST /v1/feedback/{id}/read`."""
    router = APIRouter(tags=["works"], route_class=StrictRoute, responses={**PROBLEMS, **GONE})
    caller = Depends(person(verifier))

    @router.post(GIVE_ROUTE, summary="Give feedback", **recorded(ReceiptDocument))
    async def give(
        work: Annotated[Id, Path(alias="id")],
        version: Annotated[Id, Path(description="The event that added the version.")],
        request: FeedbackRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Say something of a version, which its members and whoever may see one of them read. It is named by its event.

        For whoever may record for a member; and, where the district lets peers, for a learner who is in a current
        section together with a member.
        """
        wish = GiveFeedback(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=GIVE_ROUTE),
            work=work,
            version=version,
            rubric=request.rubric,
            criterion=request.criterion,
            text=request.text,
            occurred_at=None if request.occurred_at is None else instant(request.occurred_at),
        )
        return answer(await give_feedback(wish, actor.id, district))

    @router.post(READ_ROUTE, summary="Mark feedback as read", **recorded(ReceiptDocument))
    async def read(
        feedback: Annotated[Id, Path(alias="id")],
        _request: ReadRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """A member of the work has read it. Each says so once; sent again, the receipt is the same."""
        checked_key(idempotency_key)
        return answer(await read_feedback(feedback, actor.id, district))

    return router
