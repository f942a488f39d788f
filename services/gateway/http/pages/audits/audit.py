"""Proving a grade: find it, see all that bears on it, replay it as of any day, and have it audited. Nothing is changed.

Names are hidden unless whoever audits chose before that they be shown (`names=shown`), so that a grade can be judged
without knowing whose it is; what schools and classes are called tells of no learner, and can be asked for apart
(`titles=shown`). Whose record was looked at stands in the log of disclosures either way.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.domain.disclosures import RevealedName
from services.gateway.http.pages.audits.showing import bearing, changes, lines
from services.gateway.http.pages.names import names_now
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.values import Id
from shared.ledger.identifiers import is_id
from shared.runtime.problems import Problem

SHOWN, HIDDEN = "shown", ""

ENTRIES = 1000
"""Entries of a page of a history."""

Learner = Annotated[Id, Path()]
Grade = Annotated[Id, Path()]
Names = Annotated[str, Query(max_length=10)]
"""`shown`, where whoever audits chose that. Everything else hides them."""

AsOf = Annotated[str | None, Query(max_length=2048)]
After = Annotated[int, Query(ge=0, lt=2**53)]


def audit_pages(visiting: Visiting) -> APIRouter:
    """`/audit` and what is under it, but verifications."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/audit")
    async def begin(
        request: Request,
        find: Annotated[str, Query(max_length=255)] = "",
        section: Annotated[str, Query(max_length=40)] = "",
        names: Names = HIDDEN,
        titles: Names = HIDDEN,
    ) -> Response:
        visitor = await visiting.required(request)
        sought = find.strip()
        if is_id(section) and not sought:
            told = "?names=shown" if names == SHOWN else "?titles=shown" if titles == SHOWN else ""
            return RedirectResponse(f"/audit/sections/{section}{told}", 303)
        where = await _found(visiting, visitor, sought) if sought else None
        if where is not None:
            return RedirectResponse(f"{where}{'?names=shown' if names == SHOWN else ''}", 303)
        outline = await _unless_absent(visiting.asking.read(visitor, "/v1/rosters"))
        schools = [] if outline is None else outline["schools"]
        called = _ids_of(schools) if SHOWN in {names, titles} else []
        return page(
            "audit/begin.html",
            visiting.reader(request, visitor),
            status=404 if sought else 200,
            sought=sought,
            shown=names == SHOWN,
            schools=schools,
            titles=await names_now(visiting.asking, visitor, "audit", called[:ENTRIES]),
        )

    @router.get("/audit/sections/{section}")
    async def section_(
        section: Annotated[Id, Path()], request: Request, names: Names = HIDDEN, titles: Names = HIDDEN
    ) -> Response:
        visitor = await visiting.required(request)
        told = await visiting.asking.read(visitor, f"/v1/rosters/sections/{section}")
        wanted = [section, *told["members"]] if names == SHOWN else [section] if titles == SHOWN else []
        revealed = await visiting.asking.revealed(visitor, "audit", names=wanted[:ENTRIES]) if wanted else None
        return page(
            "audit/section.html",
            visiting.reader(request, visitor),
            section=told,
            names={} if revealed is None else revealed.names,
            shown=names == SHOWN,
        )

    @router.get("/audit/learners/{learner}")
    async def learner_(learner: Learner, request: Request, names: Names = HIDDEN, as_of: AsOf = None) -> Response:
        visitor = await visiting.required(request)
        path = f"/v1/learners/{learner}"
        grades, now, called = await asyncio.gather(
            visiting.asking.read(visitor, f"{path}/grades"),
            visiting.asking.read(visitor, f"{path}/mastery"),
            _called(visiting, visitor, learner, names),
        )
        then, wrong = await _as_of(visiting, visitor, f"{path}/mastery", as_of)
        return page(
            "audit/learner.html",
            visiting.reader(request, visitor),
            status=422 if wrong else 200,
            learner=learner,
            name=called,
            shown=names == SHOWN,
            grades=grades["grades"],
            changes=None if then is None else changes(then["states"], now["states"]),
            as_of=as_of,
            problem=wrong,
        )

    @router.get("/audit/learners/{learner}/timeline")
    async def timeline(learner: Learner, request: Request, names: Names = HIDDEN, after: After = 0) -> Response:
        visitor = await visiting.required(request)
        path = f"/v1/learners/{learner}"
        history, called, competencies = await asyncio.gather(
            visiting.asking.read(visitor, f"{path}/history", after=str(after), limit="200"),
            _called(visiting, visitor, learner, names),
            _competencies(visiting, visitor, learner),
        )
        return page(
            "audit/timeline.html",
            visiting.reader(request, visitor),
            learner=learner,
            name=called,
            shown=names == SHOWN,
            entries=history["entries"],
            onward=history["next"],
            after=after,
            people=await _people(visiting, visitor, history["entries"], names),
            competencies=competencies,
        )

    @router.get("/audit/grades/{grade}")
    async def grade_(grade: Grade, request: Request, names: Names = HIDDEN, as_of: AsOf = None) -> Response:
        visitor = await visiting.required(request)
        told = await visiting.asking.read(visitor, f"/v1/releases/{grade}")
        path = f"/v1/learners/{told['learner']}"
        now, history, called = await asyncio.gather(
            visiting.asking.read(visitor, f"{path}/mastery"),
            visiting.asking.read(visitor, f"{path}/history", limit=str(ENTRIES)),
            _called(visiting, visitor, told["learner"], names),
        )
        then, wrong = await _as_of(visiting, visitor, f"{path}/mastery", as_of)
        former = None if then is None else await _former(visiting, visitor, told, as_of or "")
        entries = bearing(history["entries"], grade, [level["competency"] for level in told["levels"]])
        return page(
            "audit/grade.html",
            visiting.reader(request, visitor),
            status=422 if wrong else 200,
            grade=told,
            name=called,
            shown=names == SHOWN,
            lines=lines(
                told["levels"],
                now["states"],
                None if then is None else then["states"],
                () if former is None else former["levels"],
            ),
            former=former,
            as_of=as_of if then is not None else None,
            asked=as_of,
            problem=wrong,
            entries=entries,
            onward=history["next"],
            people=await _people(visiting, visitor, entries, names),
            competencies={state["competency"]: state for state in now["states"]},
        )

    @router.post("/audit/grades/{grade}")
    async def ask(grade: Grade, request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        audit = await visiting.asking.write(visitor, "POST", "/v1/audits", {"id": fields.get("id"), "grade": grade})
        return RedirectResponse(f"/audit/results/{audit['id']}{_names(fields)}", 303)

    @router.get("/audit/results/{audit}")
    async def result(audit: Annotated[Id, Path()], request: Request, names: Names = HIDDEN) -> Response:
        visitor = await visiting.required(request)
        told = await visiting.asking.read(visitor, f"/v1/audits/{audit}")
        learner = told["grades"][0]["learner"] if told.get("grade") and told["grades"] else None
        called, competencies = (
            (None, {})
            if learner is None
            else await asyncio.gather(
                _called(visiting, visitor, learner, names), _competencies(visiting, visitor, learner)
            )
        )
        return page(
            "audit/result.html",
            visiting.reader(request, visitor),
            scripts=() if told["state"] == "running" else None,
            told=told,
            learner=learner,
            name=called,
            shown=names == SHOWN,
            competencies=competencies,
        )

    return router


async def _found(visiting: Visiting, visitor: Visitor, sought: str) -> str | None:
    """Where the grade, or the learner, of this id is shown; of a learner also by what the roster calls her, for those
    who may ask that. None where there is nobody, or it is not the visitor's to see.
    """
    asked = visiting.asking
    if not is_id(sought.lower()):
        wish = {"kind": "user", "sourced_ids": [sought]}
        named = await _unless_absent(asked.write(visitor, "POST", "/v1/rosters/ids", wish))
        sought = "" if named is None else named["ids"][sought]
    id_ = sought.lower()
    if not id_:
        return None
    if await _unless_absent(asked.read(visitor, f"/v1/releases/{id_}")) is not None:
        return f"/audit/grades/{id_}"
    if await _unless_absent(asked.read(visitor, f"/v1/learners/{id_}/history", limit="1")) is not None:
        return f"/audit/learners/{id_}"
    return None


def _ids_of(schools: Sequence[Mapping[str, Any]]) -> list[str]:
    """Of schools, and then of their sections."""
    sections = [section["section"] for school in schools for section in school["sections"]]
    return [*(school["school"] for school in schools), *sections]


async def _unless_absent(answer: Any) -> Any:
    """What a question is answered with; None where there is no such thing."""
    try:
        return await answer
    except Problem as problem:
        if problem.status != 404:
            raise
        return None


async def _as_of(visiting: Visiting, visitor: Visitor, path: str, as_of: str | None) -> tuple[Any, Problem | None]:
    """What is answered as of then, where that was asked for; or why it cannot be."""
    if not as_of:
        return None, None
    try:
        return await visiting.asking.read(visitor, path, as_of=as_of.strip()), None
    except Problem as problem:
        if problem.status == 404:  # nothing was known of her then
            return {"states": [], "grades": []}, None
        if problem.status != 422:
            raise
        return None, problem


async def _former(visiting: Visiting, visitor: Visitor, grade: Mapping[str, Any], as_of: str) -> Any:
    """The grade as it stood then; None where it was not there yet."""
    path = f"/v1/learners/{grade['learner']}/grades"
    told = await _unless_absent(visiting.asking.read(visitor, path, as_of=as_of.strip()))
    grades = [] if told is None else told["grades"]
    return next((one for one in grades if one["id"] == grade["id"]), None)


async def _called(visiting: Visiting, visitor: Visitor, learner: str, names: str) -> RevealedName | None:
    """The learner's name, where names are to be shown."""
    if names != SHOWN:
        return None
    return (await visiting.asking.revealed(visitor, "audit", names=[learner])).names.get(learner)


async def _people(
    visiting: Visiting, visitor: Visitor, entries: Sequence[Mapping[str, Any]], names: str | None
) -> Mapping[str, RevealedName]:
    """Who did what, where names are to be shown."""
    if names != SHOWN or not entries:
        return {}
    actors = list(dict.fromkeys(entry["actor"] for entry in entries))
    return (await visiting.asking.revealed(visitor, "audit", names=actors[:ENTRIES])).names


async def _competencies(visiting: Visiting, visitor: Visitor, learner: str) -> Mapping[str, Any]:
    """What the learner's competencies are called, as states name them."""
    told = await visiting.asking.read(visitor, f"/v1/learners/{learner}/mastery")
    return {state["competency"]: state for state in told["states"]}


def _names(fields: Mapping[str, str]) -> str:
    """How the choice about names goes on to the next page."""
    return "?names=shown" if fields.get("names") == SHOWN else ""
