"""A teacher's section: who needs her today, where each learner is, and a column to score at once."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.gateway.domain.disclosures import RevealedName
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.sections.reading import Sections
from services.gateway.http.pages.sections.recorded import just_recorded
from services.gateway.http.pages.sections.showing import FILTERS, View, counts, in_order
from services.gateway.http.pages.visiting import Visiting, page_route
from shared.contracts.values import Id
from shared.ledger.instants import instant_text
from shared.runtime.clock import Clock
from shared.runtime.problems import Problem

Section = Annotated[Id, Path()]

DONE = frozenset({"recorded", "undone"})


def section_pages(sections: Sections, visiting: Visiting, clock: Clock) -> APIRouter:
    """`/sections/{section}`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/sections/{section}")
    async def section_grid(section: Section, request: Request) -> Response:
        visitor = await visiting.required(request)
        reader = visiting.reader(request, visitor)
        view = View.read(request.query_params)
        try:
            tag, grid, names, tasks = await sections.of_page(visitor, section, view)
        except Problem as problem:
            if problem.status != 404 or not await sections.is_empty(visitor, section):
                raise
            names = await sections.names(visitor, section)
            return page(
                "grid/empty.html", reader, title=title_of(section, names), brings=await sections.brings(visitor)
            )
        cells = await sections.cells(tag, grid, reader.language)
        rows = in_order(grid["rows"], names, view)
        measures = (
            [] if tasks.scoring is None else [tasks.scoring.measure(one["competency"]) for one in grid["columns"]]
        )
        codes = {one["competency"]: one["code"] for one in grid["columns"]}
        return page(
            "grid/section.html",
            reader,
            scripts=("grid.js",),
            section=section,
            title=title_of(section, names),
            view=view,
            grid=grid,
            codes=codes,
            rows=rows,
            cells=cells,
            names=names,
            tasks=tasks.listed,
            scoring=tasks.scoring,
            measures=measures,
            filters=FILTERS,
            counts=counts(grid["rows"]),
            recorded=[one for one in just_recorded(request, section) if one.learner in names],
            done=_done(request),
            at=instant_text(clock()),
        )

    return router


def title_of(section: str, names: Mapping[str, RevealedName]) -> str:
    """What the roster calls a section; empty where nobody knows."""
    return names[section].given if section in names else ""


def _done(request: Request) -> tuple[str, int] | None:
    """What was done just before, as the address that led here says: a word of ours and a number."""
    said: Any = request.query_params.get("done", "")
    word, _, number = said.partition("-")
    return (word, int(number)) if word in DONE and number.isascii() and number.isdigit() and len(number) < 5 else None
