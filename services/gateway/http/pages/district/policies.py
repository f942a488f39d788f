"""How evidence becomes a level here: the policies in force, each in words, and a new one from a template."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from services.gateway.http.pages.district.policy_wording import PolicyWords
from services.gateway.http.pages.languages import words_in
from services.gateway.http.pages.names import names_now
from services.gateway.http.pages.relations import Relations
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.shipped import WHEN
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.runtime.policy_templates import template, text_of
from shared.runtime.problems import Problem, not_found

Scope = Annotated[str, Query(max_length=100)]
AtLeast = Annotated[str | None, Query(max_length=2048)]


def policy_pages(relations: Relations, visiting: Visiting) -> APIRouter:
    """`/district/policies`, `/district/policies/in-force` and `/district/policies/new`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/district/policies")
    async def policies(request: Request) -> Response:
        visitor = await visiting.required(request)
        told = await visiting.asking.read(visitor, "/v1/adoptions")
        adoptions = sorted(told["adoptions"], key=lambda adoption: adoption["scope"])
        general = [adoption for adoption in adoptions if not adoption["scope"].startswith("learner/")]
        return page(
            "district/policies.html",
            visiting.reader(request, visitor),
            general=general,
            administers=await _administers(relations, visitor),
            accommodations=len(adoptions) - len(general),
        )

    @router.get("/district/policies/in-force")
    async def in_force(
        request: Request, scope: Scope = "district", at_least: AtLeast = None, done: Annotated[str, Query()] = ""
    ) -> Response:
        visitor = await visiting.required(request)
        pins = {} if at_least is None else {"at_least": at_least}
        line, adoptions = await asyncio.gather(
            visiting.asking.read(visitor, "/v1/policies", scope=scope, **pins),
            visiting.asking.read(visitor, "/v1/adoptions", scope=scope),
        )
        reader = visiting.reader(request, visitor)
        return page(
            "district/policy.html",
            reader,
            scripts=() if line["refolded"] is not None else None,
            line=line,
            told=PolicyWords.to(reader.language).sentences(line["policy"]),
            reason=await _reason(visiting, visitor, scope, adoptions["adoptions"]),
            done=done == "adopted",
            administers=await _administers(relations, visitor),
            here=f"?{request.url.query}" if request.url.query else "",
        )

    @router.get("/district/policies/new")
    async def new(request: Request, source: Annotated[str, Query(alias="from", max_length=40)] = "") -> Response:
        """A policy to try, for whoever administers the district or a part of it: nobody else may try one."""
        visitor = await visiting.required(request)
        if not await _administers(relations, visitor):
            raise not_found("page")
        if source and source not in WHEN:
            raise not_found("template")
        if not source:
            reader = visiting.reader(request, visitor)
            words = words_in(reader.language)
            templates = [(name, template(name)["title"], words.gettext(when)) for name, when in WHEN.items()]
            return page("district/templates.html", reader, templates=templates)
        fields = {"document": text_of(source), "scope": ""}
        return await drafted(relations, visiting, request, visitor, fields)

    return router


async def _administers(relations: Relations, visitor: Visitor) -> bool:
    """Whether she may try policies at all, and has a district's page: policies themselves are read by everybody."""
    return bool((await relations.standing(visitor.person)).administers)


async def drafted(  # noqa: PLR0913, PLR0917 - what the page is made of
    relations: Relations,
    visiting: Visiting,
    request: Request,
    visitor: Visitor,
    fields: Mapping[str, str],
    problem: Problem | None = None,
) -> Response:
    """The page on which a policy is written, as it stands in the form, and why it was refused, if it was."""
    standing = await relations.standing(visitor.person)
    reader = visiting.reader(request, visitor)
    schools = [scope.removeprefix("school/") for scope in standing.administers if scope.startswith("school/")]
    return page(
        "district/draft.html",
        reader,
        status=200 if problem is None else problem.status,
        fields=fields,
        scopes=standing.administers,
        names=await names_now(visiting.asking, visitor, "administration", schools),
        told=PolicyWords.to(reader.language).sentences(_document(fields.get("document", ""))),
        problem=problem,
    )


def _document(text: str) -> Mapping[str, Any] | None:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


async def _reason(visiting: Visiting, visitor: Visitor, scope: str, adoptions: list[Mapping[str, Any]]) -> str | None:
    """Why the policy in force was adopted, where that was said and may be read."""
    ref = next((one.get("reason_ref") for one in adoptions if one["scope"] == scope), None)
    if ref is None:
        return None
    found = await visiting.asking.revealed(visitor, "administration", texts=[ref])
    return found.texts[ref].text if ref in found.texts else None
