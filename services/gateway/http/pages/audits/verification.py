"""Verifying the record, or one learner's: begun, watched, and every difference with its place."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route
from shared.contracts.values import Id
from shared.runtime.problems import Problem


def verification_pages(visiting: Visiting) -> APIRouter:
    """`/audit/verifications` and `/audit/verifications/{verification}`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/audit/verifications")
    async def begin(request: Request) -> Response:
        visitor = await visiting.required(request)
        return page("audit/verify.html", visiting.reader(request, visitor), problem=None)

    @router.post("/audit/verifications")
    async def ask(request: Request) -> Response:
        """Begins one: of the learner whom the form names, else of everything."""
        visitor, fields = await visiting.sent(request)
        learner = fields.get("learner")
        wish = {"id": fields.get("id")} | ({"scope": "district"} if learner is None else {"learner": learner})
        try:
            told = await visiting.asking.write(visitor, "POST", "/v1/verifications", wish)
        except Problem as problem:
            if problem.status not in {404, 429}:
                raise
            reader = visiting.reader(request, visitor)
            return page("audit/verify.html", reader, status=problem.status, problem=problem)
        more = "?names=shown" if fields.get("names") == "shown" else ""
        return RedirectResponse(f"/audit/verifications/{told['id']}{more}", 303)

    @router.get("/audit/verifications/{verification}")
    async def standing(
        verification: Annotated[Id, Path()],
        request: Request,
        names: Annotated[str, Query(max_length=10)] = "",
    ) -> Response:
        visitor = await visiting.required(request)
        told = await visiting.asking.read(visitor, f"/v1/verifications/{verification}")
        scripts = () if told["state"] == "running" else None
        reader = visiting.reader(request, visitor)
        return page("audit/verification.html", reader, scripts=scripts, verification=told, shown=names == "shown")

    return router
