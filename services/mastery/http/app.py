"""The HTTP application of `mastery`: its routes, doors and health, told in full by `/openapi.json`."""

from fastapi import FastAPI

from services.mastery.http.answers import answer_with_refusals
from services.mastery.http.doors import door_routes
from services.mastery.http.grade_routes import grade_routes
from services.mastery.http.grid_routes import grid_routes
from services.mastery.http.health import Standing, health_routes
from services.mastery.http.overview import overview_routes
from services.mastery.http.policy_routes import policy_routes
from services.mastery.http.readiness_routes import readiness_routes
from services.mastery.http.redo_routes import redo_routes
from services.mastery.http.routes import learner_routes
from services.mastery.http.states_routes import states_routes
from services.mastery.http.transcript_routes import transcript_routes
from services.mastery.http.what_if_routes import what_if_routes
from services.mastery.ports import District, StoredKept, StoredStates
from shared.runtime.bounds import Bounded
from shared.runtime.problems import answer_with_problems
from shared.runtime.tokens import Verifier

MAX_BODY = 64 * 1024


def application(
    district: District, states: StoredStates, kept: StoredKept, verifier: Verifier, standing: Standing
) -> FastAPI:
    app = FastAPI(
        title="Ascertain: mastery",
        version="1",
        description="Where each learner is, why, and what comes next.",
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(Bounded, max_body=MAX_BODY)
    answer_with_problems(app)
    answer_with_refusals(app)
    app.include_router(learner_routes(district, verifier))
    app.include_router(overview_routes(district, verifier))
    app.include_router(readiness_routes(district, verifier))
    app.include_router(grid_routes(district, verifier))
    app.include_router(grade_routes(district, verifier))
    app.include_router(redo_routes(district, verifier))
    app.include_router(states_routes(district, verifier))
    app.include_router(transcript_routes(district, verifier))
    app.include_router(policy_routes(district, verifier))
    app.include_router(what_if_routes(district, verifier))
    app.include_router(door_routes(states, kept, verifier))
    app.include_router(health_routes(standing))
    return app
