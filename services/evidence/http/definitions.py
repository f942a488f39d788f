"""Documents, adoptions and roles: what the definitions ledger holds."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from services.evidence.domain.adopting import Adoption, AdoptPolicy
from services.evidence.domain.documents import ReadDocument, read
from services.evidence.domain.errors import Invalid, NotFound
from services.evidence.domain.roles import GrantRole, RevokeRole
from services.evidence.flows.adopt_policy import adopt_policy, adoptions_in_force
from services.evidence.flows.grant_role import grant_role
from services.evidence.flows.publish_document import publish_document
from services.evidence.flows.revoke_role import revoke_role
from services.evidence.http.answers import answer, json_response
from services.evidence.http.documents import (
    CONFLICT,
    PROBLEMS,
    AdoptionRequest,
    AdoptionsDocument,
    ReceiptDocument,
    RevocationRequest,
    RoleRequest,
)
from services.evidence.http.strict import SMALL, IdempotencyKey, StrictRoute, checked_key, id_of
from services.evidence.ports import District
from shared.contracts.bodies import check_role_scope
from shared.contracts.documents import Document
from shared.contracts.values import Digest, PolicyScope
from shared.ledger.instants import instant, instant_text
from shared.runtime.disclosing import disclose_scopes
from shared.runtime.freshness import written
from shared.runtime.shards import Shard
from shared.runtime.tokens import Caller, Verifier, person

_REPEATED: dict[int | str, dict[str, Any]] = {200: {"model": ReceiptDocument, "description": "Recorded before."}}


def document_routes(district: District, verifier: Verifier) -> APIRouter:
    """`PUT|GET /v1/documents/{digest}`."""
    router = APIRouter(tags=["documents"], responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.put(
        "/v1/documents/{digest}",
        response_model=ReceiptDocument,
        status_code=201,
        responses=_REPEATED,
        summary="Publish a document",
        openapi_extra={"requestBody": _document_body()},
    )
    async def publish(
        digest: Digest, request: Request, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Publish a framework, rubric, task or policy, under the digest of its RFC 8785 bytes."""
        checked_key(idempotency_key)
        text = await request.body()
        return answer(await publish_document(text, digest, actor.id, district, read=_read))

    @router.get("/v1/documents/{digest}", response_model=Document, summary="Read a document")
    async def read_one(digest: Digest, _reader: Annotated[Caller, caller]) -> Response:
        """A published document, as its canonical bytes. Anyone who is signed in may read it; it names nobody."""
        stored = await district.documents.read(digest) if await district.definitions.published(digest) else None
        if stored is None:
            raise NotFound("document")
        return Response(stored, media_type="application/json", headers={"Cache-Control": "private, immutable"})

    return router


def adoption_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST|GET /v1/adoptions`."""
    router = APIRouter(tags=["policies"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post(
        "/v1/adoptions",
        response_model=ReceiptDocument,
        status_code=201,
        responses={**_REPEATED, **CONFLICT},
        summary="Adopt a policy",
    )
    async def adopt(
        request: AdoptionRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Put a published policy in force for a scope, from this position of the definitions ledger on."""
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route="/v1/adoptions")
        wish = AdoptPolicy(
            event_id, request.scope, request.policy, request.mode, request.expected_version, request.reason
        )
        return answer(await adopt_policy(wish, actor.id, district))

    @router.get("/v1/adoptions", response_model=AdoptionsDocument, summary="Adoptions in force")
    async def in_force(
        reader: Annotated[Caller, caller], scope: Annotated[PolicyScope | None, Query()] = None
    ) -> Response:
        """The adoptions in force, of one scope or of all that the reader may see."""
        adoptions = await adoptions_in_force(scope, reader.id, district)
        latest = max((adoption.position for adoption in adoptions), default=0)
        told = json_response(
            {"adoptions": [_adoption(adoption) for adoption in adoptions]},
            headers={"Ascertain-Position": written({Shard("definitions", 0): latest})},
        )
        return disclose_scopes(told, "policy", (adoption.scope for adoption in adoptions))

    return router


def role_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/roles` and `POST /v1/roles/revocations`."""
    router = APIRouter(tags=["roles"], route_class=StrictRoute, responses={**PROBLEMS, **_REPEATED})
    caller = Depends(person(verifier))

    @router.post("/v1/roles", response_model=ReceiptDocument, status_code=201, summary="Grant a role")
    async def grant(
        request: RoleRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Grant a person a role within a scope. For administrators of the district."""
        _check_scope(request)
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route="/v1/roles")
        ends_at = None if request.ends_at is None else instant(request.ends_at)
        wish = GrantRole(event_id, request.person, request.role, request.scope, ends_at)
        return answer(await grant_role(wish, actor.id, district))

    @router.post("/v1/roles/revocations", response_model=ReceiptDocument, status_code=201, summary="Revoke a role")
    async def revoke(
        request: RevocationRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Take a role within a scope from a person. For administrators of the district."""
        _check_scope(request)
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route="/v1/roles/revocations")
        wish = RevokeRole(event_id, request.person, request.role, request.scope)
        return answer(await revoke_role(wish, actor.id, district))

    return router


async def _read(text: bytes, digest: str) -> ReadDocument:
    return read(text, digest) if len(text) <= SMALL else await asyncio.to_thread(read, text, digest)


def _check_scope(request: RoleRequest | RevocationRequest) -> None:
    try:
        check_role_scope(request.role, request.scope)
    except ValueError as error:
        raise Invalid(f"{str(error)[:1].upper()}{str(error)[1:]}.", field="/scope") from error


def _adoption(adoption: Adoption) -> dict[str, Any]:
    return {
        "id": adoption.id,
        "scope": adoption.scope,
        "policy": adoption.policy,
        "mode": adoption.mode,
        "version": adoption.version,
        "position": {"ledger": "definitions", "shard": 0, "position": adoption.position},
        "recorded_at": instant_text(adoption.recorded_at),
        **({} if adoption.reason_ref is None else {"reason_ref": adoption.reason_ref}),
    }


def _document_body() -> dict[str, Any]:
    names = ("Framework", "Rubric", "Task", "Policy")
    schemas = [{"$ref": f"#/components/schemas/{name}"} for name in names]
    return {"required": True, "content": {"application/json": {"schema": {"oneOf": schemas}}}}
