"""The first page: whoever comes finds her first question."""

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from services.gateway.domain.disclosures import Purpose, RevealedName, by_family
from services.gateway.http.pages.relations import Relations
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.runtime.problems import Problem


def home_pages(relations: Relations, visiting: Visiting) -> APIRouter:
    """`/`."""
    router = APIRouter(route_class=page_route(visiting.zone), include_in_schema=False)

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
            _names(visiting, visitor, "family", [visitor.person, *standing.speaks_for]),
            _names(visiting, visitor, "teaching", [*standing.teaches, *taught]),
        )
        names = {**own, **others}
        by_name = [
            (section, sorted(members, key=lambda one: by_family(names.get(one)))) for section, members in sections
        ]
        return page("home.html", reader, standing=standing, sections=by_name, names=names)

    return router


async def _names(
    visiting: Visiting, visitor: Visitor, purpose: Purpose, people: list[str]
) -> Mapping[str, RevealedName]:
    """Names, as far as they can be had now: nobody is kept from her first page, or in, because they cannot."""
    if not people:
        return {}
    try:
        return (await visiting.asking.revealed(visitor, purpose, names=people)).names
    except Problem as problem:
        if problem.status != 503:
            raise
        return {}
