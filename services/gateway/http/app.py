"""The gateway as an ASGI application."""

from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse

from services.gateway.domain.documentation import CONTENT_SECURITY_POLICY, page
from services.gateway.domain.openapi import Document
from services.gateway.http.accounts import account_routes
from services.gateway.http.artefacts import FileOrigin, artefact_routes
from services.gateway.http.ballots import Misses, ballot_routes
from services.gateway.http.disclosures import disclosure_routes
from services.gateway.http.documents import ApiDocument
from services.gateway.http.forwarding import Forwarder
from services.gateway.http.front import Front
from services.gateway.http.pages.asking import Asking
from services.gateway.http.pages.rooms import page_routers
from services.gateway.http.pages.visiting import Visiting, refusal
from services.gateway.http.parts import Parts
from services.gateway.http.passes import pass_routes
from services.gateway.http.personal_tokens import personal_token_routes
from services.gateway.http.shares import ShareDoors, share_routes
from services.gateway.http.sign_in import session_routes, sign_in_routes
from services.gateway.http.transcripts import transcript_pages
from services.gateway.http.visitors import Visitors
from shared.runtime.problems import answer_with_problems


def gateway_app(parts: Parts) -> FastAPI:
    """Own routes, and the front that passes everything else on."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    answer_with_problems(app)
    visitors = Visitors(parts.signing_in.sessions, parts.access, parts.clock, parts.public_url)
    app.include_router(sign_in_routes(parts.signing_in, parts.clock, parts.zone))
    app.include_router(session_routes(parts.signing_in.sessions, visitors, parts.zone))
    app.include_router(account_routes(parts.accounts, parts.verifier, parts.clock))
    app.include_router(personal_token_routes(parts.tokens, parts.passes, parts.access, parts.verifier, parts.clock))
    app.include_router(pass_routes(parts.passes, parts.verifier, parts.clock))
    app.include_router(disclosure_routes(parts.reveals, parts.disclosures, parts.rights, parts.verifier))
    misses = Misses()
    app.include_router(ballot_routes(parts.ballots, misses))
    shares = ShareDoors(parts.shares, parts.disclosures, misses)
    app.include_router(share_routes(shares, parts.zone))
    asking = Asking(parts.peers, parts.table, parts.reveals, parts.disclosures)
    app.include_router(transcript_pages(asking, parts.verifier, parts.clock, parts.public_url, parts.zone))
    visiting = Visiting(visitors, asking, parts.zone)
    for router in page_routers(parts, visiting, misses):
        app.include_router(router)
    app.include_router(artefact_routes(parts.files, parts.disclosures, parts.verifier, parts.clock))
    document = ApiDocument(parts.peers, parts.table, lambda: _own_document(app))
    app.include_router(_descriptions(parts, document))
    app.add_middleware(
        Front,
        table=parts.table,
        verifier=parts.verifier,
        visitors=visitors,
        limits=parts.limits,
        forwarder=Forwarder(parts.peers),
        log=parts.disclosures,
        files=FileOrigin(parts.files, parts.clock),
        tell=lambda scope, problem: refusal(scope, problem, visiting),
    )
    return app


def _own_document(app: FastAPI) -> Document:
    return get_openapi(title="gateway", version="1", routes=app.routes)


def _descriptions(parts: Parts, document: ApiDocument) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/openapi.json", summary="This description of the API, for programs")
    async def openapi() -> dict[str, Any]:
        """OpenAPI 3.1 of everything that is served here. `x-missing-services` names what could not be asked yet."""
        return dict(await document.current())

    @router.get("/.well-known/jwks.json", summary="The public keys of access tokens")
    async def keys() -> dict[str, list[dict[str, str]]]:
        """A JWK set (RFC 7517)."""
        return {"keys": parts.keys}

    @router.get("/health", summary="How everything is")
    async def health() -> dict[str, Any]:
        """The status of each service, with its shards: where the ledger ends, and how far each has come."""
        return dict(await parts.health.current())

    @router.get("/docs", summary="This description of the API, for people", response_class=HTMLResponse)
    async def docs() -> Response:
        """A page without scripts, that fetches nothing from anywhere."""
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(page(await document.current()), headers=headers)

    return router
