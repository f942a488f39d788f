"""A Socratic seminar: what was counted of each learner, sent in one request."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field, model_validator

from services.evidence.domain.receipts import Receipt
from services.evidence.domain.seminars import Observed, RecordSeminar
from services.evidence.flows.record_seminar import record_seminar
from services.evidence.http.answers import json_response, receipt_document
from services.evidence.http.documents import GONE, PROBLEMS, ReceiptDocument, WrittenText
from services.evidence.http.strict import StrictRoute
from services.evidence.ports import District
from shared.contracts.bodies import MAX_RESULTS, CriterionResult, Purpose
from shared.contracts.pieces import MAX_MOVES, Move
from shared.contracts.values import Contract, Digest, Id, Moment, unique
from shared.ledger.instants import instant
from shared.runtime.tokens import Caller, Verifier, person

ROUTE = "/v1/seminars"
MAX_OBSERVED = 100


class ObservedRequest(Contract):
    """One learner: the moves that she made (none is an answer too), and levels by the list's rubric.

    `id` is made on the observer's device, and stands for this observation for ever.
    """

    id: Id
    learner: Id
    moves: Annotated[tuple[Move, ...], Field(max_length=MAX_MOVES, strict=False)]
    results: Annotated[tuple[CriterionResult, ...], Field(max_length=MAX_RESULTS, strict=False)] = ()
    redo_of: Id | None = None
    note: WrittenText | None = None

    @model_validator(mode="after")
    def _each_move_once(self) -> Self:
        unique("move", (move.move for move in self.moves))
        return self


class SeminarRequest(Contract):
    """`seminar` is an id that all observations of it name; `occurred_at` when it was, as the device knew it.

    `moves_by` is the published document whose moves were counted.
    """

    seminar: Id
    moves_by: Digest
    purpose: Purpose
    task: Id | None = None
    course: Id | None = None
    occurred_at: Moment
    observations: Annotated[tuple[ObservedRequest, ...], Field(min_length=1, max_length=MAX_OBSERVED, strict=False)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for member in ("id", "learner"):
            unique(member, (getattr(one, member) for one in self.observations))
        return self


class LearnerReceipt(ReceiptDocument):
    """The receipt of one learner's observation."""

    learner: Id


class SeminarReceiptDocument(BaseModel):
    """A receipt a learner, in the order of the request. 201 where anything was recorded now, 200 where nothing was."""

    seminar: Id
    receipts: list[LearnerReceipt]


def seminar_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/seminars`."""
    router = APIRouter(tags=["seminars"], route_class=StrictRoute, responses={**PROBLEMS, **GONE})
    caller = Depends(person(verifier))

    @router.post(
        ROUTE,
        response_model=SeminarReceiptDocument,
        status_code=201,
        responses={200: {"model": SeminarReceiptDocument, "description": "All of it was recorded before."}},
        summary="Record a seminar",
    )
    async def record(request: SeminarRequest, actor: Annotated[Caller, caller]) -> Response:
        """Record what was counted in a seminar: one observation a learner, all of them or none.

        It may be sent late, twice, or again after a part of it was: what is recorded already is left as it is. Moves
        never touch a level; results do where the policy in force counts observations. For whoever may record for
        every learner named.
        """
        told = await record_seminar(_wish(request), actor.id, district)
        receipts = [_receipt(learner, one) for learner, one in told]
        document = {"seminar": request.seminar, "receipts": receipts}
        return json_response(document, status=max(one["status"] for one in receipts))

    return router


def _wish(request: SeminarRequest) -> RecordSeminar:
    return RecordSeminar(
        seminar=request.seminar,
        moves_by=request.moves_by,
        purpose=request.purpose,
        task=request.task,
        course=request.course,
        occurred_at=instant(request.occurred_at),
        observations=tuple(
            Observed(one.id, one.learner, one.moves, one.results, one.redo_of, one.note) for one in request.observations
        ),
    )


def _receipt(learner: str, receipt: Receipt) -> dict[str, Any]:
    return {"learner": learner, **receipt_document(receipt)}
