"""The application: every route of the service, with its bounds and its problems."""

import re

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from services.evidence.flows.read_ledger import Doors
from services.evidence.http.answers import answer_with_refusals
from services.evidence.http.ballots import ballot_routes
from services.evidence.http.definitions import adoption_routes, document_routes, role_routes
from services.evidence.http.doors import door_routes
from services.evidence.http.evidence import evidence_routes
from services.evidence.http.exhibitions import exhibition_routes
from services.evidence.http.exhibits import exhibit_routes, share_routes
from services.evidence.http.feedback import feedback_routes
from services.evidence.http.files import FILES_ROUTE, MAX_UPLOAD, file_doors, file_routes
from services.evidence.http.forgetting import forgetting_routes
from services.evidence.http.guardians import guardian_routes
from services.evidence.http.health import Standing, health_routes
from services.evidence.http.items import ROUTE
from services.evidence.http.judgement import judgement_routes
from services.evidence.http.panel_doors import panel_doors
from services.evidence.http.panels import panel_routes
from services.evidence.http.recording import recording_route
from services.evidence.http.redos import redo_routes
from services.evidence.http.release_batches import batch_routes
from services.evidence.http.releases import release_routes
from services.evidence.http.reveal import reveal_routes
from services.evidence.http.rosters import roster_routes
from services.evidence.http.seminars import seminar_routes
from services.evidence.http.shares import share_door
from services.evidence.http.works import work_routes
from services.evidence.ports import District
from shared.contracts.documents import MAX_DOCUMENT
from shared.runtime.bounds import Bounded
from shared.runtime.observed import TEMPLATE
from shared.runtime.problems import answer_with_problems
from shared.runtime.tokens import Verifier

MAX_BODY = MAX_DOCUMENT + 64 * 1024
"""Bytes of any request at most but an upload: a document, as it may be written with more spaces than canonically."""

_UPLOADS = re.compile(re.escape(FILES_ROUTE).replace(r"\{id\}", "[^/]+"))


class Application(FastAPI):
    """FastAPI, which does not see the requests of one route: what it does for each takes longer than to record it."""

    hot: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == ROUTE and scope["method"] == "POST":
            scope[TEMPLATE] = ROUTE
            await self.hot(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def application(district: District, doors: Doors, verifier: Verifier, standing: Standing) -> Application:
    """The service's HTTP."""
    app = Application(
        title="Ascertain evidence",
        version="1",
        summary="Records evidence, and what it is judged by.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    recording = recording_route(district, verifier)
    app.router.routes.insert(0, recording)
    app.hot = Bounded(recording.app, max_body=MAX_BODY)
    app.include_router(evidence_routes(district, verifier))
    app.include_router(work_routes(district, verifier))
    app.include_router(seminar_routes(district, verifier))
    app.include_router(panel_routes(district, verifier))
    app.include_router(panel_doors(district, verifier))
    app.include_router(feedback_routes(district, verifier))
    app.include_router(file_routes(district, verifier))
    app.include_router(exhibition_routes(district, verifier))
    app.include_router(exhibit_routes(district, verifier))
    app.include_router(share_routes(district, verifier))
    app.include_router(share_door(district, verifier))
    app.include_router(judgement_routes(district, verifier))
    app.include_router(redo_routes(district, verifier))
    app.include_router(forgetting_routes(district, verifier))
    app.include_router(release_routes(district, verifier))
    app.include_router(batch_routes(district, verifier))
    app.include_router(document_routes(district, verifier))
    app.include_router(adoption_routes(district, verifier))
    app.include_router(role_routes(district, verifier))
    app.include_router(roster_routes(district, verifier))
    app.include_router(guardian_routes(district, verifier))
    app.include_router(ballot_routes(district, verifier))
    app.include_router(door_routes(doors, verifier))
    app.include_router(reveal_routes(doors.people, district, verifier))
    app.include_router(file_doors(doors.people, district, verifier))
    app.include_router(health_routes(standing))
    app.add_middleware(Bounded, max_body=MAX_BODY, larger=(_UPLOADS, MAX_UPLOAD))
    answer_with_problems(app)
    answer_with_refusals(app)
    return app
