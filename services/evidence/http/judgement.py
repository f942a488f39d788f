"""Professional judgement, and questions about the record: overrides and reviews."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends, Path, Response
from pydantic import StringConstraints, model_validator

from services.evidence.domain.overriding import ClearOverride, OverrideLevel
from services.evidence.domain.reviewing import AnswerReview, RequestReview
from services.evidence.flows.answer_review import answer_review
from services.evidence.flows.clear_override import clear_override
from services.evidence.flows.override_level import override_level
from services.evidence.flows.request_review import request_review
from services.evidence.http.answers import answer
from services.evidence.http.documents import CONFLICT, GONE, PROBLEMS, ReceiptDocument, Version, WrittenText, recorded
from services.evidence.http.strict import IdempotencyKey, StrictRoute, id_of
from services.evidence.ports import District
from shared.contracts.values import Contract, Id, Moment
from shared.ledger.instants import instant
from shared.runtime.tokens import Caller, Verifier, person

OVERRIDE_ROUTE, CLEAR_ROUTE = "/v1/overrides", "/v1/overrides/{id}/clear"
REVIEW_ROUTE, ANSWER_ROUTE = "/v1/reviews", "/v1/reviews/{id}/answer"

_EVENT = Annotated[Id, Path(alias="id")]
_WRITE = recorded(ReceiptDocument, CONFLICT, GONE)


class OverrideRequest(Contract):
    """A level by its name on the scale in force, and why. `expected_version` counts the judgements of this level."""

    id: Id | None = None
    learner: Id
    competency: Id
    level: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    reason: WrittenText
    expected_version: Version | None = None
    occurred_at: Moment | None = None


class ClearRequest(Contract):
    """Which version of the judgement the caller decided on: that of the receipt by which it was made."""

    id: Id | None = None
    expected_version: Version
    reason: WrittenText | None = None


class ReviewRequest(Contract):
    """A question about exactly one of: a competency's level, a piece of evidence, a grade (by its release)."""

    id: Id | None = None
    learner: Id
    competency: Id | None = None
    evidence: Id | None = None
    grade: Id | None = None
    reason: WrittenText

    @model_validator(mode="after")
    def _about_one_thing(self) -> Self:
        if sum(about is not None for about in (self.competency, self.evidence, self.grade)) != 1:
            raise ValueError("must name exactly one of competency, evidence and grade")
        return self


class AnswerRequest(Contract):
    """What was changed (`change` names the event that did it), or why nothing was. A new review is at version 1."""

    id: Id | None = None
    expected_version: Version
    outcome: Literal["changed", "unchanged"]
    change: Id | None = None
    answer: WrittenText


def judgement_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/overrides`, `…/clear`, `POST /v1/reviews`, `…/answer`."""
    router = APIRouter(tags=["judgement"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post(OVERRIDE_ROUTE, summary="Set a level by judgement", **_WRITE)
    async def override(
        request: OverrideRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Set a learner's level by professional judgement. It is shown as such, beside what the evidence alone says."""
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route=OVERRIDE_ROUTE)
        wish = OverrideLevel(
            id=event_id,
            learner=request.learner,
            competency=request.competency,
            level=request.level,
            reason=request.reason,
            expected_version=request.expected_version,
            occurred_at=None if request.occurred_at is None else instant(request.occurred_at),
        )
        return answer(await override_level(wish, actor.id, district))

    @router.post(CLEAR_ROUTE, summary="Clear a judgement", **_WRITE)
    async def clear(
        override: _EVENT,
        request: ClearRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Let the evidence alone decide again."""
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route=CLEAR_ROUTE)
        wish = ClearOverride(event_id, override, request.expected_version, request.reason)
        return answer(await clear_override(wish, actor.id, district))

    @router.post(REVIEW_ROUTE, summary="Ask for a review", **_WRITE)
    async def review(
        request: ReviewRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Question a level, a piece of evidence or a grade: for the learner, her guardians and who may record."""
        wish = RequestReview(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=REVIEW_ROUTE),
            learner=request.learner,
            competency=request.competency,
            evidence=request.evidence,
            grade=request.grade,
            reason=request.reason,
        )
        return answer(await request_review(wish, actor.id, district))

    @router.post(ANSWER_ROUTE, summary="Answer a review", **_WRITE)
    async def answer_(
        review: _EVENT,
        request: AnswerRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Say what was changed, or why nothing was. For whoever may record, and did not ask the question."""
        wish = AnswerReview(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=ANSWER_ROUTE),
            review=review,
            expected_version=request.expected_version,
            outcome=request.outcome,
            change=request.change,
            answer=request.answer,
        )
        return answer(await answer_review(wish, actor.id, district))

    return router
