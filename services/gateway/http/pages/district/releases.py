"""Grades of a section: prepared, looked at while they are held, and released. Nothing is released by preparing it."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.http.pages.asking import told_problem
from services.gateway.http.pages.district.rosters import NAMES
from services.gateway.http.pages.names import names_now
from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.values import Id
from shared.ledger.identifiers import is_id
from shared.runtime.problems import Problem

ROUTE = "/district/releases"
LEARNERS, COLUMNS = "200", "200"
"""As many as one answer has."""

UNDER_WAY = frozenset({"previewing", "releasing"})

Batch = Annotated[Id, Path()]


def release_pages(visiting: Visiting) -> APIRouter:
    """`/district/releases`, and a batch of grades under it."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get(ROUTE)
    async def begin(request: Request, section: Annotated[str, Query(max_length=40)] = "") -> Response:
        visitor = await visiting.required(request)
        return await _begun(visiting, request, visitor, section)

    @router.post(ROUTE)
    async def prepare(request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        section = fields.get("section", "")
        try:
            batch = await visiting.asking.write(visitor, "POST", "/v1/release-batches", await _wish(request, fields))
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            ticked = await _many(request, "competency")
            return await _begun(visiting, request, visitor, section, typed=fields, ticked=ticked, problem=problem)
        return RedirectResponse(f"{ROUTE}/{batch['id']}", 303)

    @router.get(ROUTE + "/{batch}")
    async def batch_(batch: Batch, request: Request, after: Annotated[str, Query(max_length=40)] = "") -> Response:
        return await _shown(visiting, request, await visiting.required(request), batch, after=after)

    @router.post(ROUTE + "/{batch}")
    async def release(batch: Batch, request: Request) -> Response:
        """Releases what was previewed, without those who are ticked to be left out; or shows other learners of it,
        where those were asked for, and remembers who is ticked.
        """
        visitor, fields = await visiting.sent(request)
        left_out = await _many(request, "leave_out")
        if "after" in fields:
            return await _shown(visiting, request, visitor, batch, after=fields["after"][:40], left_out=left_out)
        try:
            wish = {"leave_out": left_out}
            await visiting.asking.write(visitor, "POST", f"/v1/release-batches/{batch}/release", wish)
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await _shown(visiting, request, visitor, batch, left_out=left_out, problem=problem)
        return RedirectResponse(f"{ROUTE}/{batch}", 303)

    return router


async def _begun(  # noqa: PLR0913 - what the page is made of
    visiting: Visiting,
    request: Request,
    visitor: Visitor,
    section: str,
    *,
    typed: Mapping[str, str] = MappingProxyType({}),
    ticked: Sequence[str] = (),
    problem: Problem | None = None,
) -> Response:
    """The form by which a section is chosen; once it is, that by which its grades are prepared."""
    outline = await visiting.asking.read(visitor, "/v1/rosters")
    sections = [one for school in outline["schools"] for one in school["sections"]]
    chosen = next((one for one in sections if one["section"] == section), None)
    columns, others = ([], []) if chosen is None else await _columns(visiting, visitor, section)
    schools = [school["school"] for school in outline["schools"]]
    named = [*schools, *(one["section"] for one in sections)][:NAMES]
    titles = await names_now(visiting.asking, visitor, "grading", named)
    return page(
        "district/releases.html",
        visiting.reader(request, visitor),
        status=200 if problem is None else problem.status,
        schools=outline["schools"],
        chosen=chosen,
        columns=columns,
        others=others,
        periods=outline["periods"],
        names=titles,
        typed=typed,
        ticked=ticked,
        problem=problem,
    )


async def _columns(
    visiting: Visiting, visitor: Visitor, section: str
) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The competencies that a section is about, and the others of which its learners have evidence."""
    path = f"/v1/sections/{section}/grid"
    own, every = await asyncio.gather(
        visiting.asking.read(visitor, path, own="true", limit=COLUMNS),
        visiting.asking.read(visitor, path, limit=COLUMNS),
    )
    about = {one["competency"] for one in own["columns"]}
    return own["columns"], [one for one in every["columns"] if one["competency"] not in about]


async def _wish(request: Request, fields: Mapping[str, str]) -> dict[str, Any]:
    """The batch that a form asks for. Raises `refusing.wrong` where it chooses no competency."""
    competencies = await _many(request, "competency")
    if not competencies:
        raise wrong("Choose at least one competency.", field="/competencies")
    named = {name: fields.get(name) for name in ("id", "section", "course", "period")}
    return {**named, "competencies": competencies}


async def _many(request: Request, name: str) -> list[str]:
    """The ids that a form brings under one name, each once."""
    given = parse_qsl((await request.body()).decode("ascii"))
    return list(dict.fromkeys(value for key, value in given if key == name and is_id(value)))


async def _shown(  # noqa: PLR0913 - what the page is made of
    visiting: Visiting,
    request: Request,
    visitor: Visitor,
    batch: str,
    *,
    after: str = "",
    left_out: Sequence[str] = (),
    problem: Problem | None = None,
) -> Response:
    onward = {"after": after} if after else {}
    path = f"/v1/release-batches/{batch}"
    told = await visiting.asking.read(visitor, path, limit=LEARNERS, **onward)
    people = [line["learner"] for line in told["learners"]]
    section = told["scope"].partition("/")[2]
    counted = _counted(told, is_whole=not after and told["next"] is None)
    nothing_left = told["state"] == "held" and counted is not None and not counted["ready"]
    names, codes = await asyncio.gather(
        visiting.asking.revealed(visitor, "grading", names=[section, *people]), _codes(visiting, visitor, told["scope"])
    )
    return page(
        "district/batch.html",
        visiting.reader(request, visitor),
        status=200 if problem is None else problem.status,
        scripts=() if told["state"] in UNDER_WAY else None,
        batch=told,
        after=after,
        left_out=left_out,
        elsewhere=[one for one in left_out if one not in people],
        under_way=told["state"] in UNDER_WAY,
        nothing_left=nothing_left,
        releasable=told["state"] == "held" and not nothing_left,
        released=None if counted is None else counted["released"],
        names=names.names,
        codes=codes,
        problem=problem,
        refused={
            line["learner"]: told_problem(line["problem"]["status"], line["problem"])
            for line in told["learners"]
            if line.get("problem")
        },
    )


def _counted(batch: Mapping[str, Any], *, is_whole: bool) -> Counter[str] | None:
    """How many learners of a batch are in each state; None where one page does not show all of them."""
    return Counter(line["state"] for line in batch["learners"]) if is_whole else None


async def _codes(visiting: Visiting, visitor: Visitor, scope: str) -> Mapping[str, str]:
    """What competencies of a section are called; of a school nothing is known so quickly."""
    if not scope.startswith("section/"):
        return {}
    grid = await visiting.asking.read(visitor, f"/v1/sections/{scope.removeprefix('section/')}/grid", limit=COLUMNS)
    return {column["competency"]: column["code"] for column in grid["columns"]}
