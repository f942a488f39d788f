"""The addresses of a learner's pages: where she is, why, who has seen it. Her forms are in `learner_forms`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.gateway.http.pages.afterwards import Done, Seen
from services.gateway.http.pages.learners.mastery import MasteryPages
from services.gateway.http.pages.learners.seeing import SeenPages
from services.gateway.http.pages.learners.why import Asked, Turned, WhyPages
from services.gateway.http.pages.visiting import Visiting, page_route
from shared.contracts.values import Id

Learner = Annotated[Id, Path()]
Competency = Annotated[Id, Path()]
AsOf = Annotated[str | None, Query(max_length=2048)]


def learner_pages(visiting: Visiting, mastery: MasteryPages, why: WhyPages, seen_pages: SeenPages) -> APIRouter:
    """`/learners/{learner}`, `…/seen` and `…/competencies/{competency}`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/learners/{learner}")
    async def home(learner: Learner, request: Request, done: Done = None, seen: Seen = None) -> Response:
        return await mastery.shown(request, await visiting.required(request), learner, done=done, seen=seen)

    @router.get("/learners/{learner}/seen")
    async def seen_by(
        learner: Learner, request: Request, after: Annotated[int | None, Query(ge=1, lt=2**53)] = None
    ) -> Response:
        return await seen_pages.shown(request, await visiting.required(request), learner, after)

    @router.get("/learners/{learner}/competencies/{competency}")
    async def explained(  # noqa: PLR0913, PLR0917 - what an address may say
        learner: Learner,
        competency: Competency,
        request: Request,
        as_of: AsOf = None,
        done: Done = None,
        seen: Seen = None,
    ) -> Response:
        asked = Asked(learner, competency, as_of or None, seen)
        return await why.shown(request, await visiting.required(request), asked, Turned(done))

    return router
