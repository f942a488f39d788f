"""A policy before anybody adopts it: who would stand elsewhere and why; then the adoption, with its reason."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.http.pages.district.policies import drafted
from services.gateway.http.pages.district.policy_wording import PolicyWords
from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.relations import Relations
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.values import Id
from shared.runtime.problems import Problem

ROUTE = "/district/policies/what-ifs"
UNDER_WAY = frozenset({"waiting", "running"})

WhatIf = Annotated[Id, Path()]


def what_if_pages(relations: Relations, visiting: Visiting) -> APIRouter:
    """`/district/policies/what-ifs` and what is under it."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.post(ROUTE)
    async def try_(request: Request) -> Response:
        """Tries the policy of the form for its scope, and leads to where its result will be."""
        visitor, fields = await visiting.sent(request)
        try:
            asked = await visiting.asking.write(visitor, "POST", "/v1/what-ifs", _wish(fields))
        except Problem as problem:
            if problem.status not in {404, 409, 422, 429}:
                raise
            return await drafted(relations, visiting, request, visitor, fields, problem)
        return RedirectResponse(f"{ROUTE}/{asked['id']}", 303)

    @router.get(ROUTE + "/{what_if}")
    async def result(what_if: WhatIf, request: Request) -> Response:
        visitor = await visiting.required(request)
        return await _shown(visiting, request, visitor, what_if)

    @router.post(ROUTE + "/{what_if}")
    async def adopt(what_if: WhatIf, request: Request) -> Response:
        """Adopts what was tried, as it was tried, and leads to where its refold is followed."""
        visitor, fields = await visiting.sent(request)
        try:
            scope, position = await _adopted(visiting, visitor, what_if, fields)
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await _shown(visiting, request, visitor, what_if, fields, problem)
        query = {"scope": scope, "at_least": f"definitions:0:{position}", "done": "adopted"}
        return RedirectResponse(f"/district/policies/in-force?{urlencode(query)}", 303)

    @router.get(ROUTE + "/{what_if}/learners")
    async def learners(
        what_if: WhatIf, competency: Annotated[Id, Query()], request: Request, cursor: Annotated[str, Query()] = ""
    ) -> Response:
        visitor = await visiting.required(request)
        onward = {"cursor": cursor} if cursor else {}
        path = f"/v1/what-ifs/{what_if}"
        told, found = await asyncio.gather(
            visiting.asking.read(visitor, path),
            visiting.asking.read(visitor, f"{path}/learners", competency=competency, **onward),
        )
        people = [row["learner"] for row in found["learners"]]
        names = await visiting.asking.revealed(visitor, "administration", names=people)
        result_ = told["result"] or {"competencies": []}
        code = next((one.get("code") for one in result_["competencies"] if one["competency"] == competency), None)
        reader = visiting.reader(request, visitor)
        return page(
            "district/what_if_learners.html",
            reader,
            say=PolicyWords.to(reader.language),
            what_if=told,
            competency=competency,
            code=code,
            learners=found["learners"],
            onward=found["next"],
            names=names.names,
        )

    return router


async def _shown(  # noqa: PLR0913, PLR0917 - what the page is made of
    visiting: Visiting,
    request: Request,
    visitor: Visitor,
    what_if: str,
    fields: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    """What a what-if came to, whom an adoption would concern, and the form that adopts it for those who may."""
    told = await visiting.asking.read(visitor, f"/v1/what-ifs/{what_if}")
    scope, under_way = told["scope"], told["state"] in UNDER_WAY
    concerned, line = await asyncio.gather(
        _concerned(visiting, visitor, scope), visiting.asking.read(visitor, "/v1/policies", scope=scope)
    )
    in_force = line["adopted"][0] if line["adopted"] else None
    reader = visiting.reader(request, visitor)
    say = PolicyWords.to(reader.language)
    return page(
        "district/what_if.html",
        reader,
        status=200 if problem is None else problem.status,
        scripts=() if under_way else None,
        what_if=told,
        under_way=under_way,
        told=say.sentences(told["document"]),
        summary=say.summary(told),
        moves=moves(told["result"]),
        elsewhere=moves(told["elsewhere"]),
        concerned=concerned,
        version=in_force["version"] if in_force else 0,
        in_force=in_force,
        adopted=in_force if in_force and _is_same(in_force, told) else None,
        fields=fields or {},
        problem=problem,
    )


def _is_same(adopted: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether what is in force is what was tried: in another mode the same policy could still be adopted."""
    return (adopted["policy"], adopted["mode"]) == (told["policy"], told["mode"])


async def _concerned(visiting: Visiting, visitor: Visitor, scope: str) -> Any:
    """Whom an adoption would concern; None for who may not adopt there."""
    try:
        return await visiting.asking.read(visitor, "/v1/policies/preview", scope=scope)
    except Problem as problem:
        if problem.status != 404:
            raise
        return None


async def _adopted(visiting: Visiting, visitor: Visitor, what_if: str, fields: Mapping[str, str]) -> tuple[str, int]:
    """For which scope, and from which position of the definitions on. Raises as `Asking.write` does."""
    reason = fields.get("reason", "").strip()
    if not reason:
        raise wrong("Say why, for whoever asks later.", field="/reason")
    told = await visiting.asking.read(visitor, f"/v1/what-ifs/{what_if}")
    await visiting.asking.write(visitor, "PUT", f"/v1/documents/{told['policy']}", told["document"])
    known = fields.get("version", "")
    wish = {
        "id": fields.get("id"),
        "scope": told["scope"],
        "policy": told["policy"],
        "mode": told["mode"],
        "expected_version": int(known) if known.isascii() and known.isdigit() and len(known) < 10 else None,
        "reason": reason,
    }
    receipt = await visiting.asking.write(visitor, "POST", "/v1/adoptions", wish)
    return told["scope"], receipt["position"]["position"]


def _wish(fields: Mapping[str, str]) -> dict[str, Any]:
    """What the form asks to be tried. Raises `refusing.wrong` where it holds no JSON object."""
    try:
        document = orjson.loads(fields.get("document", ""))
    except orjson.JSONDecodeError as error:
        raise wrong("The policy is no JSON: look at line %(line)s.", field="/policy", line=error.lineno) from error
    if not isinstance(document, dict):
        raise wrong("The policy is no JSON object.", field="/policy")
    scope = fields.get("other_scope", "").strip() or fields.get("scope", "")
    return {"id": fields.get("id"), "policy": document, "scope": scope, "mode": fields.get("mode") or None}


def moves(result: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The competencies of which a state would change, each with the moves that lead elsewhere, by code."""
    if result is None:
        return []
    found = [
        {**one, "moves": [move for move in one["moves"] if move["before"] != move["after"]]}
        for one in result["competencies"]
    ]
    return sorted((one for one in found if one["moves"]), key=lambda one: (one.get("code") or "", one["competency"]))
