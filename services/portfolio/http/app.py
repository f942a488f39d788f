"""The HTTP application of `portfolio`."""

from fastapi import FastAPI

from services.portfolio.http.answers import answer_with_refusals
from services.portfolio.http.coverage_routes import coverage_routes
from services.portfolio.http.exhibition_routes import exhibition_routes
from services.portfolio.http.frameworks import framework_routes
from services.portfolio.http.library import library_routes
from services.portfolio.http.routes import Portfolio, health_routes, record_routes
from services.portfolio.http.work_list import work_list_routes
from shared.runtime.bounds import Bounded
from shared.runtime.problems import answer_with_problems

MAX_BODY = 64 * 1024


def application(portfolio: Portfolio) -> FastAPI:
    """Every route, with its bounds and its problems."""
    app = FastAPI(
        title="Ascertain: portfolio",
        version="1",
        description="What learners made and showed, across courses and years.",
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(Bounded, max_body=MAX_BODY)
    answer_with_problems(app)
    answer_with_refusals(app)
    app.include_router(record_routes(portfolio))
    app.include_router(work_list_routes(portfolio))
    app.include_router(coverage_routes(portfolio))
    app.include_router(exhibition_routes(portfolio))
    app.include_router(library_routes(portfolio))
    app.include_router(framework_routes(portfolio))
    app.include_router(health_routes(portfolio))
    return app
