"""Tasks and rubrics that teachers share: what there is, in which versions, and what uses it."""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from services.gateway.http.pages.relations import Relations
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route


@dataclass(frozen=True, slots=True)
class Library:
    """What the pages of the library need."""

    visiting: Visiting
    relations: Relations


def library_pages(library: Library) -> APIRouter:
    """`/tasks`."""
    visiting = library.visiting
    router = APIRouter(route_class=page_route(visiting.zone), include_in_schema=False)

    @router.get("/tasks")
    async def shelves(request: Request) -> Response:
        """The latest version of each; the API says so only to whoever has a role here."""
        visitor = await visiting.required(request)
        reader = visiting.reader(request, visitor)
        tasks, rubrics = await asyncio.gather(
            visiting.asking.read(visitor, "/v1/tasks", limit="100"),
            visiting.asking.read(visitor, "/v1/rubrics", limit="100"),
        )
        titles = {rubric["digest"]: rubric["title"] for rubric in rubrics["rubrics"]}
        return page(
            "scoring/library.html", reader, tasks=tasks["tasks"], rubrics=rubrics["rubrics"], rubric_titles=titles
        )

    return router
