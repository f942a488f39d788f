"""The operator's page: is it healthy, what stands still, and what to do. It shows what `/health` tells, of nobody."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from services.gateway.http.pages.operator.operating import services
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route


def operator_pages(health: Callable[[], Awaitable[Mapping[str, Any]]], visiting: Visiting) -> APIRouter:
    """`/operator`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/operator")
    async def operator(request: Request) -> Response:
        visitor = await visiting.required(request)
        told = await health()
        found = services(told)
        return page(
            "operator/operator.html",
            visiting.reader(request, visitor),
            scripts=(),
            well=told["status"] == "ok",
            services=found,
            quarantined=told["quarantined"],
        )

    return router
