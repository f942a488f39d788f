"""Choosing an exhibit: which draft of which work, what it shows, and why she chose it. For the learner alone."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from services.gateway.http.pages.afterwards import led_on
from services.gateway.http.pages.portfolios.portfolio import Portfolios
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.values import Id
from shared.runtime.problems import Problem, not_found

Learner = Annotated[Id, Path()]
SHOWS = "shows/"
"""How a form names a skill that an exhibit shows."""


def choosing_pages(portfolios: Portfolios) -> APIRouter:
    """`/learners/{learner}/portfolio/choose`: of which work, and then of one draft."""
    visiting = portfolios.visiting
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    async def shown(  # noqa: PLR0913 - what a form shows again
        request: Request,
        visitor: Visitor,
        version: str | None,
        ticked: set[str],
        *,
        problem: Problem | None = None,
        reason: str = "",
    ) -> Response:
        told, revealed = await portfolios.read(visitor, visitor.person)
        work, draft = _draft(told, version)
        usual = _shown_by(told, work)
        return page(
            "portfolio/choose.html" if draft is None else "portfolio/exhibit.html",
            visiting.reader(request, visitor),
            status=200 if problem is None else problem.status,
            learner=visitor.person,
            works=sorted(told["works"], key=lambda one: one["occurred_at"], reverse=True),
            work=work,
            draft=draft,
            texts={ref: found.text for ref, found in revealed.texts.items()},
            usual=usual,
            others=[
                (
                    area.get("title") or framework["title"],
                    [one for one in area["competencies"] if one["competency"] not in usual],
                )
                for framework in told["frameworks"]
                for area in framework["areas"]
            ],
            ticked=ticked,
            problem=problem,
            reason=reason,
        )

    @router.get("/learners/{learner}/portfolio/choose")
    async def choose(
        learner: Learner,
        request: Request,
        version: Annotated[Id | None, Query()] = None,
        shows: Annotated[Id | None, Query()] = None,
    ) -> Response:
        visitor = await visiting.required(request)
        if visitor.person != learner:
            raise not_found("page")
        return await shown(request, visitor, version, {shows} if shows else set())

    @router.post("/learners/{learner}/portfolio/choose")
    async def chosen(learner: Learner, request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        if visitor.person != learner:
            raise not_found("page")
        ticked = [name.removeprefix(SHOWS) for name in fields if name.startswith(SHOWS)]
        reason = fields.get("reason", "").strip()
        version = fields.get("version", "")
        body = {"id": fields.get("id", ""), "version": version, "competencies": ticked}
        body |= {"reason": reason} if reason else {}
        try:
            path = f"/v1/learners/{learner}/portfolio/exhibits"
            receipt = await visiting.asking.write(visitor, "POST", path, body)
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await shown(request, visitor, version, set(ticked), problem=problem, reason=reason)
        return led_on(f"/learners/{learner}/portfolio", "chosen", receipt)

    return router


def _draft(told: Mapping[str, Any], version: str | None) -> tuple[Any, Any]:
    """The work and the draft of this event; None for both where none is asked for. Raises 404 where it is not hers."""
    if not version:
        return None, None
    for work in told["works"]:
        for draft in work["versions"]:
            if draft["event"] == version:
                return work, draft
    raise not_found("draft of yours")


def _shown_by(told: Mapping[str, Any], work: Mapping[str, Any] | None) -> dict[str, str]:
    """What evidence of the work speaks of, by competency, in words."""
    if work is None:
        return {}
    return {
        skill["competency"]: skill.get("statement") or skill.get("code") or skill["competency"]
        for piece in told["evidence"]
        if piece.get("work") == work["work"]
        for skill in piece["shows"]
    }
