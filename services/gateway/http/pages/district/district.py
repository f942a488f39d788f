"""The district's own page: what administrators of the district, or of a school, look after."""

from fastapi import APIRouter, Request, Response

from services.gateway.http.pages.relations import Relations
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route
from shared.runtime.problems import not_found


def district_pages(relations: Relations, visiting: Visiting) -> APIRouter:
    """`/district`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/district")
    async def district(request: Request) -> Response:
        visitor = await visiting.required(request)
        standing = await relations.standing(visitor.person)
        if not standing.administers:
            raise not_found("page")
        return page(
            "district/district.html",
            visiting.reader(request, visitor),
            whole="district" in standing.administers,
            schools=[scope.removeprefix("school/") for scope in standing.administers if scope != "district"],
        )

    return router
