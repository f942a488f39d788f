"""What a learner, and whoever may see her, sees of her mastery: where she is, why, and what comes next."""

import asyncio
from collections.abc import Mapping
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from services.gateway.domain.disclosures import Purpose
from services.gateway.http.pages.chart import chart
from services.gateway.http.pages.relations import Relations, purpose_for
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.values import Id
from shared.runtime.problems import Problem

Learner = Annotated[Id, Path()]
AsOf = Annotated[str | None, Query(max_length=2048)]


def learner_pages(relations: Relations, visiting: Visiting) -> APIRouter:
    """`/learners/{learner}` and `/learners/{learner}/competencies/{competency}`."""
    router = APIRouter(route_class=page_route(visiting.zone), include_in_schema=False)

    @router.get("/learners/{learner}")
    async def mastery(learner: Learner, request: Request) -> Response:
        visitor = await visiting.required(request)
        path, purpose = f"/v1/learners/{learner}", await purpose_for(visitor, learner, relations)
        standing, following, names = await asyncio.gather(
            visiting.asking.read(visitor, f"{path}/mastery"),
            visiting.asking.read(visitor, f"{path}/next", limit="5"),
            visiting.asking.revealed(visitor, purpose, names=[learner]),
        )
        return page(
            "learner.html",
            visiting.reader(request, visitor),
            learner=learner,
            name=names.names.get(learner),
            areas=_areas(standing["states"]),
            following=following,
        )

    @router.get("/learners/{learner}/competencies/{competency}")
    async def why(
        learner: Learner, competency: Annotated[Id, Path()], request: Request, as_of: AsOf = None
    ) -> Response:
        visitor = await visiting.required(request)
        path = f"/v1/learners/{learner}/competencies/{competency}/explanation"
        state = await _state(visiting, visitor, path, as_of)
        if state is None:
            return page("nothing_then.html", visiting.reader(request, visitor), as_of=as_of)
        purpose = await purpose_for(visitor, learner, relations)
        names = await visiting.asking.revealed(visitor, purpose, names=[learner])
        policy = await visiting.asking.read(visitor, f"/v1/documents/{state['policy']}") if state["policy"] else None
        return page(
            "why.html",
            visiting.reader(request, visitor),
            learner=learner,
            name=names.names.get(learner),
            state=state,
            policy=policy,
            chart=_chart(state, policy),
            reason=await _reason(visiting, visitor, purpose, state),
            as_of=as_of,
        )

    return router


async def _state(visiting: Visiting, visitor: Visitor, path: str, as_of: str | None) -> Any:
    """The state as of when it is asked; None where there is one now, and there was nothing then."""
    if not as_of:
        return await visiting.asking.read(visitor, path)
    try:
        return await visiting.asking.read(visitor, path, as_of=as_of)
    except Problem as problem:
        if problem.status != 404:
            raise
    await visiting.asking.read(visitor, path)
    return None


def _areas(states: list[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """States by the first part of their codes, in the order of codes: never of levels."""
    ordered = sorted(states, key=lambda state: state.get("code", ""))
    return [(area, list(some)) for area, some in groupby(ordered, key=lambda s: s.get("code", "").partition(".")[0])]


def _chart(state: Mapping[str, Any], policy: Mapping[str, Any] | None) -> Any:
    if policy is None:
        return None
    scale = policy["scale"]
    return chart([piece["value_after"] for piece in state["counted"]], top=scale["top"], cut=scale["cut"])


async def _reason(visiting: Visiting, visitor: Visitor, purpose: Purpose, state: Mapping[str, Any]) -> str | None:
    """Why a teacher set the level, where one did."""
    if not state["override"]:
        return None
    ref = state["override"]["reason_ref"]
    found = await visiting.asking.revealed(visitor, purpose, texts=[ref])
    return found.texts[ref].text if ref in found.texts else None
