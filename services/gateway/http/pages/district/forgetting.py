"""Who is to be forgotten: what was asked for, by whom, and the approval that another administrator must give."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.values import Id
from shared.ledger.identifiers import is_id
from shared.runtime.problems import Problem

ROUTE = "/district/forgetting"


def forgetting_pages(visiting: Visiting) -> APIRouter:
    """`/district/forgetting`, and the approval under it."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get(ROUTE)
    async def forgettings(request: Request, done: Annotated[str, Query(max_length=20)] = "") -> Response:
        return await _shown(visiting, request, await visiting.required(request), done=done)

    @router.post(ROUTE)
    async def ask(request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        learner, reason = fields.get("learner", "").strip().lower(), fields.get("reason", "").strip()
        try:
            if not is_id(learner):
                raise wrong("Give the learner's id, as her section and her own page show it.", field="/learner")
            wish = {"id": fields.get("id")} | ({"reason": reason} if reason else {})
            await visiting.asking.write(visitor, "POST", f"/v1/learners/{learner}/forget", wish)
        except Problem as problem:
            return await _again(visiting, request, visitor, problem, fields)
        return RedirectResponse(f"{ROUTE}?done=asked", 303)

    @router.post(ROUTE + "/{learner}")
    async def approve(learner: Annotated[Id, Path()], request: Request) -> Response:
        """Forgets for good. What was meant is ticked beside the button, for there is no way back."""
        visitor, fields = await visiting.sent(request)
        try:
            if fields.get("sure") != "yes":
                raise wrong("Say that you mean it: there is no way back.", field="/sure")
            wish = {"id": fields.get("id"), "request": fields.get("request")}
            await visiting.asking.write(visitor, "POST", f"/v1/learners/{learner}/forget/approve", wish)
        except Problem as problem:
            return await _again(visiting, request, visitor, problem, {})
        return RedirectResponse(f"{ROUTE}?done=approved", 303)

    return router


async def _again(
    visiting: Visiting, request: Request, visitor: Visitor, problem: Problem, fields: Mapping[str, str]
) -> Response:
    if problem.status not in {404, 409, 410, 422}:
        raise problem
    return await _shown(visiting, request, visitor, problem=problem, fields=fields)


async def _shown(  # noqa: PLR0913 - what the page is made of
    visiting: Visiting,
    request: Request,
    visitor: Visitor,
    *,
    done: str = "",
    problem: Problem | None = None,
    fields: Mapping[str, str] | None = None,
) -> Response:
    told = await visiting.asking.read(visitor, "/v1/forgettings")
    people = _people(told["forgettings"])
    names = await visiting.asking.revealed(visitor, "administration", names=people)
    return page(
        "district/forgetting.html",
        visiting.reader(request, visitor),
        status=200 if problem is None else problem.status,
        forgettings=told["forgettings"],
        onward=told["next"],
        names=names.names,
        done=done,
        problem=problem,
        fields=fields or {},
    )


def _people(forgettings: list[Mapping[str, Any]]) -> list[str]:
    """Whose names are asked for: those to be forgotten, and who asked and approved."""
    named = (one.get(member) for one in forgettings for member in ("learner", "requested_by", "approved_by"))
    return list(dict.fromkeys(name for name in named if name is not None))[:1000]
