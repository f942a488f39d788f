"""A column of a section scored at once: typed or pasted, looked at before it is recorded, and recorded in one write."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.http.pages.asking import told_problem
from services.gateway.http.pages.rendering import Reader, page
from services.gateway.http.pages.sections.grid import Section, title_of
from services.gateway.http.pages.sections.looked import forget_looked, keep_looked, looked_at
from services.gateway.http.pages.sections.reading import Sections
from services.gateway.http.pages.sections.recorded import Piece, just_recorded, remember
from services.gateway.http.pages.sections.scores import Given, given, item
from services.gateway.http.pages.sections.sheet import Column, Sheet, done_over, read_sheet
from services.gateway.http.pages.sections.showing import View, called
from services.gateway.http.pages.sections.wording import WRONG
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.ledger.identifiers import is_id
from shared.ledger.instants import instant_text
from shared.runtime.clock import Clock
from shared.runtime.problems import Problem, not_found

UNSURE = frozenset({429, 503})
"""Refusals of a whole column that leave open what of it was recorded: sent again as it is, the rest is."""


class Columns:
    """Reads and records columns of sections."""

    def __init__(self, sections: Sections, visiting: Visiting) -> None:
        self._sections, self._visiting = sections, visiting

    async def column(self, visitor: Visitor, section: str, fields: Mapping[str, str]) -> Column:
        """The column that these fields mean. Raises 404 for one that there is not, or that is not scored so."""
        view, competency = View.read(fields), fields.get("competency", "")
        tasks = await self._sections.tasks(visitor, view)
        measure = None if tasks.scoring is None or not is_id(competency) else tasks.scoring.measure(competency)
        if tasks.scoring is None or measure is None:
            raise not_found("column to score")
        _, grid = await self._sections.grid(visitor, section, only=[competency])
        if not grid["columns"]:
            raise not_found("competency")
        names = await self._sections.names(visitor, section)
        rows = {row["learner"]: row for row in grid["rows"]}
        learners = sorted(rows, key=lambda learner: called(learner, names))
        title, course = title_of(section, names), await self._sections.course(section)
        return Column(view, grid["columns"][0], tasks.scoring, measure, learners, names, rows, title, course)

    async def record(self, request: Request, visitor: Visitor, section: str, fields: Mapping[str, str]) -> Response:
        """Looks at what was written; records it where it was looked at, and nothing has changed meanwhile."""
        reader, of = self._visiting.reader(request, visitor), await self.column(visitor, section, fields)
        answer: Response
        sheet, scores = read_sheet(fields, of)
        sound = scores and not (sheet.wrong or sheet.left or sheet.gone)
        if fields.get("do") != "record" or not sound or not await self._fresh(visitor, of, sheet):
            looks = fields.get("do") == "look" and bool(scores)
            if looks and sound and not sheet.stale:
                answer = RedirectResponse(self._place(section, of, sheet), 303)
                if keep_looked(answer, section, of.competency["competency"], sheet):
                    return answer
            return shown(reader, section, of, sheet, checked=looks)
        try:
            pieces, refused = await _recorded(self._visiting, visitor, of, sheet, scores)
        except Problem as problem:
            if problem.status not in UNSURE:
                raise
            return shown(reader, section, of, replace(sheet, stale=(), unsure=True), checked=True)
        answer = RedirectResponse(f"/sections/{section}{of.view.query(done=f'recorded-{len(pieces)}')}#said", 303)
        if refused:  # the others are recorded, and must not be sent once more
            texts = {learner: sheet.texts[learner] for learner in refused}
            left = Sheet(None, sheet.at, texts, sheet.versions, refused=refused, recorded=len(pieces))
            answer = shown(reader, section, of, left)
        new = {piece.evidence for piece in pieces}
        before = [one for one in just_recorded(request, section) if one.evidence not in new]
        remember(answer, section, [*pieces, *before])
        forget_looked(answer)
        return answer

    def _place(self, section: str, of: Column, sheet: Sheet) -> str:
        """Where a column that was looked at can be asked for, as long as her browser knows it."""
        return f"/sections/{section}/column{of.view.query(competency=of.competency['competency'], looked=sheet.id)}"

    async def _fresh(self, visitor: Visitor, of: Column, sheet: Sheet) -> bool:
        """Whether nothing came between; what this very form recorded, sent before, did not."""
        return not sheet.stale or await is_sent(self._visiting, visitor, of.piece(sheet, sheet.stale[0]))


def column_pages(sections: Sections, visiting: Visiting, clock: Clock) -> APIRouter:
    """`/sections/{section}/column`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)
    columns = Columns(sections, visiting)

    @router.get("/sections/{section}/column")
    async def empty(section: Section, request: Request) -> Response:
        visitor = await visiting.required(request)
        of = await columns.column(visitor, section, request.query_params)
        known = looked_at(request, section, of.competency["competency"], request.query_params.get("looked", ""))
        if known is not None:
            sheet, scores = read_sheet(known, of)
            return shown(visiting.reader(request, visitor), section, of, sheet, checked=bool(scores))
        versions = {learner: of.version(learner) for learner in of.learners}
        sheet = Sheet(at=instant_text(clock()), versions=versions)
        return shown(visiting.reader(request, visitor), section, of, sheet)

    @router.post("/sections/{section}/column")
    async def written(section: Section, request: Request) -> Response:
        visitor, fields = await visiting.sent(request)
        return await columns.record(request, visitor, section, fields)

    return router


def shown(reader: Reader, section: str, of: Column, sheet: Sheet, *, checked: bool = False) -> Response:
    """The column as a form; `checked`: as it will be recorded, where nothing is to be mended."""
    status = 409 if sheet.stale or sheet.gone or sheet.refused else (422 if sheet.wrong or sheet.left else 200)
    template = "grid/checked.html" if checked and status == 200 else "grid/column.html"
    scores = {learner: given(learner, text, of.measure).score for learner, text in sheet.texts.items()}
    told = {"column": of, "sheet": sheet, "scores": scores, "wrongs": WRONG}
    return page(template, reader, status=503 if sheet.unsure else status, scripts=None, section=section, **told)


async def _recorded(
    visiting: Visiting, visitor: Visitor, of: Column, sheet: Sheet, scores: Sequence[Given]
) -> tuple[list[Piece], dict[str, Problem]]:
    """Record them in one write: what is recorded, and why not of those of whom it was refused."""
    competency = of.competency["competency"]
    items = [
        item(
            of.piece(sheet, one.learner),
            one.learner,
            competency,
            str(one.score),
            of.scoring,
            sheet.at,
            done_over(of.rows[one.learner], competency),
            of.course,
        )
        for one in scores
    ]
    answers = await visiting.asking.write(visitor, "POST", "/v1/evidence", items)
    code = of.competency["code"]
    pieces: list[Piece] = []
    refused: dict[str, Problem] = {}
    for sent, one, told in zip(items, scores, answers, strict=True):
        if told["status"] < 400:
            pieces.append(Piece(sent["id"], one.learner, code, str(one.score)))
        else:
            refused[one.learner] = told_problem(told["status"], told)
    return pieces, refused


async def is_sent(visiting: Visiting, visitor: Visitor, id_: str) -> bool:
    """Whether a piece of this id is recorded: then what looks stale is the doing of the same form, sent before."""
    try:
        await visiting.asking.read(visitor, f"/v1/evidence/{id_}")
    except Problem as problem:
        if problem.status != 404:
            raise
        return False
    return True
