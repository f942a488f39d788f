"""Rosters: what was imported, and bringing another; what was refused is told row by row, for it is kept nowhere."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.gateway.http.pages.asking import told_problem
from services.gateway.http.pages.district.roster_zip import Handed, read_zip
from services.gateway.http.pages.refusing import too_much, wrong
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.uploads import FormWithFile
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.roster_files import chunks
from shared.contracts.values import Id
from shared.runtime.problems import Problem

MOST_PACKED = 16 * 1024 * 1024
"""Bytes of a ZIP at most."""

NAMES = 1000
"""Names that are asked for at once."""


@dataclass(slots=True)
class Imported:
    """How a roster fared. `refused` rows are told by file, line and reason; `stopped`: the rest is not brought yet."""

    appended: int = 0
    unchanged: int = 0
    refused: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    stopped: bool = False


def roster_pages(visiting: Visiting) -> APIRouter:
    """`/district/rosters` and `/district/rosters/sections/{section}`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/district/rosters")
    async def rosters(request: Request) -> Response:
        visitor = await visiting.required(request)
        return await _shown(visiting, request, visitor)

    @router.post("/district/rosters")
    async def hand_in(request: Request) -> Response:
        """Imports a ZIP. Sent twice, nothing is added; so what came of it is shown here, and nowhere kept."""
        visitor = await visiting.required(request)
        form = await FormWithFile.opened(request)
        await visiting.visitors.check_sent(request.scope, form.fields.pop("csrf_token", None))
        await visiting.asking.read(visitor, "/v1/rosters")  # for whoever may not see them nothing is unpacked
        try:
            handed = await asyncio.to_thread(read_zip, await _content(form))
            imported = await _imported(visiting, visitor, handed)
        except Problem as problem:
            await form.rest()
            if problem.status not in {404, 413, 422}:
                raise
            return await _shown(visiting, request, visitor, problem=problem)
        return await _shown(visiting, request, visitor, imported=imported)

    @router.get("/district/rosters/sections/{section}")
    async def section_(section: Annotated[Id, Path()], request: Request) -> Response:
        visitor = await visiting.required(request)
        told = await visiting.asking.read(visitor, f"/v1/rosters/sections/{section}")
        people = [section, *told["teachers"], *told["members"]][:NAMES]
        names = await visiting.asking.revealed(visitor, "administration", names=people)
        reader = visiting.reader(request, visitor)
        return page("district/section.html", reader, section=told, names=names.names)

    return router


async def _content(form: FormWithFile) -> bytes:
    """The form's file, whole. Raises Problem where there is none, or it is too large."""
    if form.upload is None:
        raise wrong("Choose the ZIP with the six CSV files.")
    content = bytearray()
    async for part in form.upload.parts():
        content += part
        if len(content) > MOST_PACKED:
            raise too_much("The ZIP is too large for this page; use ./ascertain import roster.")
    return bytes(content)


async def _imported(visiting: Visiting, visitor: Visitor, handed: Handed) -> Imported:
    """What came of it, part by part. Raises Problem where nothing of it was recorded."""
    imported = Imported()
    for n, chunk in enumerate(chunks(handed.roster)):
        try:
            answer = await visiting.asking.write(visitor, "POST", "/v1/rosters", chunk)
        except Problem:
            if n == 0:
                raise
            imported.stopped = True
            return imported
        imported.appended += answer["appended"]
        imported.unchanged += answer["unchanged"]
        for problem in answer["refused"]:
            place = problem.get("file", ""), problem.get("sourcedId", "")
            why = told_problem(problem["status"], problem)
            why.more["column"] = (why.field or "").strip("/")
            imported.refused[place] = {"why": why, "line": handed.lines.get(place)}
    return imported


async def _shown(
    visiting: Visiting,
    request: Request,
    visitor: Visitor,
    *,
    imported: Imported | None = None,
    problem: Problem | None = None,
) -> Response:
    outline = await visiting.asking.read(visitor, "/v1/rosters")
    sections = [section for school in outline["schools"] for section in school["sections"]]
    teachers = sorted({one for section in sections for one in section["teachers"]})
    schools = [school["school"] for school in outline["schools"]]
    asked = ([*schools, *(section["section"] for section in sections)][:NAMES], teachers[:NAMES])
    named = await asyncio.gather(*(visiting.asking.revealed(visitor, "administration", names=some) for some in asked))
    return page(
        "district/rosters.html",
        visiting.reader(request, visitor),
        status=200 if problem is None else problem.status,
        schools=outline["schools"],
        names={**named[0].names, **named[1].names},
        imported=imported,
        problem=problem,
    )
