"""The HTTP application of `audit`: a learner's history, verifications, audits, and how the service stands."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response

from services.audit.domain.errors import BusyError, ForgottenError, NotFoundError, OtherRequestError
from services.audit.domain.verification import Subject, VerificationError
from services.audit.flows.ask_verification import AskVerification, ask_verification, find_verification
from services.audit.flows.read_history import read_history
from services.audit.flows.read_verified import read_verified
from services.audit.http.answers import history_document, verification_document, verified_document
from services.audit.http.audits import audit_routes
from services.audit.http.documents import (
    PROBLEMS,
    HealthDocument,
    HistoryDocument,
    VerificationDocument,
    VerificationRequest,
    VerifiedDocument,
)
from services.audit.http.parts import Audit
from services.audit.http.strict import IdempotencyKey, StrictRoute
from shared.contracts.values import Id
from shared.ledger.identifiers import item_id
from shared.runtime import problems
from shared.runtime.answering import json_answer
from shared.runtime.bounds import Bounded
from shared.runtime.freshness import parse_at_least, written
from shared.runtime.tokens import Caller, Verifier, person

MAX_BODY = 64 * 1024
ROUTE = "/v1/verifications"


def application(audit: Audit, verifier: Verifier) -> FastAPI:
    """The service's HTTP: every route, with its bounds and its problems."""
    app = FastAPI(
        title="Ascertain audit",
        version="1",
        description="An independent copy of the record: histories, and proof that nothing was changed.",
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(Bounded, max_body=MAX_BODY)
    problems.answer_with_problems(app)
    _answer_with_refusals(app)
    app.include_router(_history_routes(audit, verifier))
    app.include_router(_verification_routes(audit, verifier))
    app.include_router(audit_routes(audit, verifier))
    app.include_router(_health_routes(audit))
    return app


def _history_routes(audit: Audit, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["history"], responses={**PROBLEMS, 200: {"headers": {"Ascertain-Position": _POSITION}}})

    @router.get("/v1/learners/{id}/history", response_model=HistoryDocument, summary="A learner's history")
    async def history(
        id_: Annotated[Id, Path(alias="id", description="The learner.")],
        caller: Annotated[Caller, Depends(person(verifier))],
        at_least: Annotated[
            str | None, Query(description="Positions to wait for, such as `evidence:17:42`; bounded.", max_length=2000)
        ] = None,
        after: Annotated[int, Query(ge=0, lt=2**53, description="Only entries above this position.")] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> Response:
        """Every entry of a learner's record, in order: who, when in both times, under which policy, what voided it.

        Read from the audit's own copy. `as_of` says how far that had come.
        """
        await _waited(audit, at_least)
        page = await read_history(
            id_, caller.id, after, limit, tenant=audit.tenant, rights=audit.rights, archive=audit.archive
        )
        return json_answer(history_document(id_, page, limit), headers={"Ascertain-Position": written(page.as_of)})

    @router.get(
        "/v1/learners/{id}/verified", response_model=VerifiedDocument, summary="What was checked of a learner's record"
    )
    async def verified(
        id_: Annotated[Id, Path(alias="id", description="The learner.")],
        caller: Annotated[Caller, Depends(person(verifier))],
    ) -> Response:
        """For whoever may see her: when her record was last compared with the ledger, how far, and the result."""
        found = await read_verified(
            id_, caller.id, tenant=audit.tenant, rights=audit.rights, copy=audit.entries, checks=audit.checks
        )
        return json_answer(verified_document(id_, found))

    return router


def _verification_routes(audit: Audit, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["verifications"], route_class=StrictRoute, responses=PROBLEMS)
    calling = Depends(person(verifier))

    @router.post(ROUTE, response_model=VerificationDocument, status_code=202, summary="Verify the record")
    async def ask(
        request: VerificationRequest,
        caller: Annotated[Caller, calling],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Compare the audit's copy with ledger and topics, leaf by leaf, refold every state, and compare the
        schools, grades and reviews that are kept beside them, in the background.

        Of everything: for administrators and auditors of the district. Of one learner: also for those of the school.
        """
        if (request.learner is None) == (request.scope is None):
            raise problems.invalid('Give either "learner", or "scope": "district".', field="/learner")
        key = idempotency_key
        id_ = request.id or (str(uuid4()) if key is None else item_id(caller.id, "POST", ROUTE, key, 0))
        asked = AskVerification(id_, Subject(request.learner), caller.id, audit.now())
        verification = await ask_verification(asked, audit.rights, audit.verifications, audit.start)
        return json_answer(verification_document(verification), status=202, headers={"Location": f"{ROUTE}/{id_}"})

    @router.get(ROUTE + "/{id}", response_model=VerificationDocument, summary="How a verification stands")
    async def find(id_: Annotated[Id, Path(alias="id")], caller: Annotated[Caller, calling]) -> Response:
        """How far a verification has come, or how it ended, with every difference located."""
        verification = await find_verification(id_, caller.id, audit.rights, audit.verifications)
        return json_answer(verification_document(verification))

    return router


def _health_routes(audit: Audit) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health", response_model=HealthDocument, response_model_exclude_none=True, summary="How it stands")
    async def health() -> dict[str, Any]:
        """How far the copy of each shard has come, and what is in its way."""
        head = {"service": "audit", "roles": list(audit.roles)}
        try:
            state = await audit.health()
        except problems.OF_THE_WORLD:
            nothing = {"shards": {"evidence": [], "definitions": []}, "quarantined": 0}
            return {**head, "status": "degraded", "reason": "The database does not answer.", **nothing}
        return {**head, "status": "degraded" if state.degraded else "ok", **state.document()}

    return router


async def _waited(audit: Audit, at_least: str | None) -> None:
    """Wait for what a reader has just written; what is then answered says itself how far it had come."""
    if at_least is not None:
        try:
            pins = parse_at_least(at_least)
        except ValueError as error:
            raise problems.invalid(f"at_least {error}.", field="/at_least") from error
        await audit.freshness.reached(pins)


def _answer_with_refusals(app: FastAPI) -> None:
    """The one place where the errors of the domain become problems."""

    @app.exception_handler(NotFoundError)
    async def _not_found(_request: Request, error: NotFoundError) -> Response:
        return problems.not_found(f"{error.what}, or it is not yours").response()

    @app.exception_handler(ForgottenError)
    async def _forgotten(_request: Request, _error: ForgottenError) -> Response:
        return problems.gone("This learner is forgotten; nothing of her is told any more.").response()

    @app.exception_handler(BusyError)
    async def _busy(_request: Request, _error: BusyError) -> Response:
        return problems.too_many("Many verifications wait already; ask again later.", retry_after=30).response()

    @app.exception_handler(OtherRequestError)
    async def _other(_request: Request, _error: OtherRequestError) -> Response:
        return problems.invalid(
            "This id or Idempotency-Key came with another request before; use a new one.", code="mismatch"
        ).response()

    @app.exception_handler(VerificationError)
    async def _unanswered(_request: Request, error: VerificationError) -> Response:
        return problems.unavailable(str(error)).response()


_POSITION = {"description": "How far the copy had come, as `at_least` takes it.", "schema": {"type": "string"}}
