"""The gateway as an ASGI application."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse

from services.gateway.domain.documentation import CONTENT_SECURITY_POLICY, page
from services.gateway.domain.openapi import Document
from services.gateway.domain.routes import RouteTable
from services.gateway.http.accounts import account_routes
from services.gateway.http.artefacts import FileOrigin, FileServing, artefact_routes
from services.gateway.http.ballots import Misses, ballot_routes
from services.gateway.http.disclosures import disclosure_routes
from services.gateway.http.documents import ApiDocument
from services.gateway.http.forwarding import Forwarder
from services.gateway.http.front import Front, Limits
from services.gateway.http.health import Health
from services.gateway.http.pages.asking import Asking
from services.gateway.http.pages.audits.audit import audit_pages
from services.gateway.http.pages.audits.verification import verification_pages
from services.gateway.http.pages.district.district import district_pages
from services.gateway.http.pages.district.forgetting import forgetting_pages
from services.gateway.http.pages.district.policies import policy_pages
from services.gateway.http.pages.district.releases import release_pages
from services.gateway.http.pages.district.reviews import review_pages
from services.gateway.http.pages.district.rosters import roster_pages
from services.gateway.http.pages.district.what_ifs import what_if_pages
from services.gateway.http.pages.exhibitions.exhibition import exhibition_pages
from services.gateway.http.pages.exhibitions.listing import Exhibitions, exhibition_list_pages
from services.gateway.http.pages.exhibitions.panel import Files, panel_pages
from services.gateway.http.pages.exhibitions.panelists import Panelists, pass_pages
from services.gateway.http.pages.exhibitions.paper import paper_pages
from services.gateway.http.pages.exhibitions.vote import vote_pages
from services.gateway.http.pages.home import home_pages
from services.gateway.http.pages.learners.forms import learner_forms
from services.gateway.http.pages.learners.learner import learner_pages
from services.gateway.http.pages.learners.mastery import MasteryPages
from services.gateway.http.pages.learners.seeing import SeenPages
from services.gateway.http.pages.learners.why import WhyPages
from services.gateway.http.pages.operator.operator import operator_pages
from services.gateway.http.pages.portfolios.choosing import choosing_pages
from services.gateway.http.pages.portfolios.portfolio import Portfolios, portfolio_pages
from services.gateway.http.pages.relations import Relations
from services.gateway.http.pages.sections.column import column_pages
from services.gateway.http.pages.sections.grid import section_pages
from services.gateway.http.pages.sections.reading import Sections
from services.gateway.http.pages.sections.writing import scoring_routes
from services.gateway.http.pages.seminars.seminar import Seminars, seminar_pages
from services.gateway.http.pages.static_files import static_files
from services.gateway.http.pages.visiting import Visiting
from services.gateway.http.pages.works.library import Library, library_pages
from services.gateway.http.pages.works.scoring import scoring_pages
from services.gateway.http.pages.works.work import Works, work_pages
from services.gateway.http.passes import pass_routes
from services.gateway.http.peers import Peers
from services.gateway.http.personal_tokens import personal_token_routes
from services.gateway.http.shares import ShareDoors, share_routes
from services.gateway.http.sign_in import session_routes, sign_in_routes
from services.gateway.http.transcripts import transcript_pages
from services.gateway.http.visitors import Visitors
from services.gateway.ports import (
    AccountKeeping,
    Ballots,
    DisclosureRights,
    Disclosures,
    MintsAccessTokens,
    PassKeeping,
    PersonalTokens,
    Reveals,
    Shares,
    SigningIn,
)
from shared.runtime.clock import Clock
from shared.runtime.problems import answer_with_problems
from shared.runtime.tokens import Verifier


@dataclass(frozen=True, slots=True)
class Parts:
    """What the gateway is made of.

    `keys` are the public keys of its access tokens, as JWKs; `public_url` is where browsers find its pages, `zone` the
    district's.
    """

    tokens: PersonalTokens
    passes: PassKeeping
    access: MintsAccessTokens
    verifier: Verifier
    clock: Clock
    keys: list[dict[str, str]]
    peers: Peers
    health: Health
    limits: Limits
    table: RouteTable
    reveals: Reveals
    ballots: Ballots
    shares: Shares
    disclosures: Disclosures
    rights: DisclosureRights
    relations: Relations
    signing_in: SigningIn
    accounts: AccountKeeping
    files: FileServing
    public_url: str
    zone: tzinfo


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
    app.include_router(transcript_pages(asking, parts.verifier, parts.clock, parts.public_url))
    visiting = Visiting(visitors, asking, parts.zone)
    app.include_router(static_files())
    app.include_router(home_pages(parts.relations, visiting))
    app.include_router(vote_pages(parts.ballots, misses, visiting))
    seen_pages = SeenPages(parts.relations, visiting, parts.disclosures, parts.rights)
    for router in _performance_pages(parts, visiting, misses):
        app.include_router(router)
    mastery, why = MasteryPages(parts.relations, visiting), WhyPages(parts.relations, visiting, parts.clock)
    app.include_router(learner_pages(visiting, mastery, why, seen_pages))
    app.include_router(learner_forms(visiting, mastery, why))
    portfolios = Portfolios(parts.relations, visiting, parts.clock, parts.public_url)
    app.include_router(portfolio_pages(portfolios))
    app.include_router(choosing_pages(portfolios))
    app.include_router(seminar_pages(Seminars(parts.relations, visiting, parts.clock)))
    app.include_router(work_pages(Works(parts.relations, visiting, parts.clock)))
    sections = Sections(parts.relations, visiting)
    app.include_router(section_pages(sections, visiting, parts.clock))
    app.include_router(column_pages(sections, visiting, parts.clock))
    app.include_router(scoring_routes(sections, visiting))
    app.include_router(audit_pages(visiting))
    app.include_router(verification_pages(visiting))
    app.include_router(district_pages(parts.relations, visiting))
    app.include_router(policy_pages(parts.relations, visiting))
    app.include_router(what_if_pages(parts.relations, visiting))
    app.include_router(operator_pages(parts.health.current, visiting))
    app.include_router(roster_pages(visiting))
    app.include_router(forgetting_pages(visiting))
    app.include_router(review_pages(visiting))
    app.include_router(release_pages(visiting))
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
    )
    return app


def _performance_pages(parts: Parts, visiting: Visiting, misses: Misses) -> Iterator[APIRouter]:
    """Exhibitions, their panels, and scoring works."""
    exhibitions = Exhibitions(parts.relations, visiting)
    yield exhibition_list_pages(exhibitions)
    yield exhibition_pages(exhibitions, parts.public_url, parts.clock)
    yield paper_pages(visiting, parts.ballots, misses)
    panelists = Panelists(visiting, parts.passes, parts.access, parts.clock)
    yield pass_pages(panelists)
    yield panel_pages(panelists, Files(parts.files, parts.disclosures))
    yield scoring_pages(Works(parts.relations, visiting, parts.clock))
    yield library_pages(Library(visiting, parts.relations))


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
