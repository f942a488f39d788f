"""The HTTP application of `portfolio`."""

import asyncpg
from fastapi import FastAPI, Request, Response

from services.portfolio.http.answers import answer_with_refusals
from services.portfolio.http.routes import Portfolio, health_routes, record_routes
from shared.runtime.bounds import Bounded
from shared.runtime.problems import answer_with_problems, unavailable
from shared.runtime.trouble import is_trouble

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
    for kind in (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        app.add_exception_handler(kind, _troubled)
    app.include_router(record_routes(portfolio))
    app.include_router(health_routes(portfolio))
    return app


async def _troubled(_request: Request, error: Exception) -> Response:
    if not is_trouble(error):
        raise error
    return unavailable("The database does not answer at the moment.").response()
