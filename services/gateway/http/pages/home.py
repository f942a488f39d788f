"""The first page: whoever comes finds her first question."""

import asyncio

from fastapi import APIRouter, Request, Response

from services.gateway.domain.disclosures import by_family
from services.gateway.http.pages.names import names_now
from services.gateway.http.pages.relations import Relations
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route


def home_pages(relations: Relations, visiting: Visiting) -> APIRouter:
    """`/`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/")
    async def home(request: Request) -> Response:
        visitor = await visiting.known(request)
        reader = visiting.reader(request, visitor)
        if visitor is None:
            return page("welcome.html", reader)
        standing = await relations.standing(visitor.person)
        sections = [(section, await relations.members(f"section/{section}")) for section in standing.teaches]
        taught = dict.fromkeys(one for _, members in sections for one in members if one not in standing.speaks_for)
        own, others = await asyncio.gather(
            names_now(visiting.asking, visitor, "family", [visitor.person, *standing.speaks_for]),
            names_now(visiting.asking, visitor, "teaching", [*standing.teaches, *taught]),
        )
        names = {**own, **others}
        by_name = [
            (section, sorted(members, key=lambda one: by_family(names.get(one)))) for section, members in sections
        ]
        return page("home.html", reader, standing=standing, sections=by_name, names=names)

    return router
