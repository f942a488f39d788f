"""One cell scored by keys, and one piece taken back: bound to the learner, and to what stood there when it was done."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from services.gateway.http.pages.sections.column import is_sent
from services.gateway.http.pages.sections.grid import Section
from services.gateway.http.pages.sections.reading import Sections
from services.gateway.http.pages.sections.recorded import Piece, just_recorded, remember
from services.gateway.http.pages.sections.scores import Measure, Scoring, given, item
from services.gateway.http.pages.sections.sheet import check_form, done_over
from services.gateway.http.pages.sections.showing import View
from services.gateway.http.pages.sections.wording import (
    GONE,
    NOT_SAVED,
    SAVED,
    SOMEBODY,
    STALE,
    TAKEN_BACK,
    WRONG,
    said,
    shorts,
    words_of,
)
from services.gateway.http.pages.typed import no_form
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.ledger.identifiers import is_id
from shared.runtime.problems import Problem, not_found

PRIVATE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Typed:
    """A score that was typed into a cell: whose, of what, when, and on which version of the cell."""

    id: str
    at: str
    learner: str
    competency: str
    version: str
    text: str

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Self:
        """Raises `problems.invalid` for what the script never sends."""
        names = ("id", "at", "learner", "competency", "version", "score")
        typed = cls(*(fields.get(name, "") for name in names))
        check_form(typed.id, typed.at)
        if not (is_id(typed.learner) and is_id(typed.competency)):
            raise no_form()
        return typed


class Cells:
    """Records into one cell of a section."""

    def __init__(self, sections: Sections, visiting: Visiting) -> None:
        self._sections, self._visiting = sections, visiting

    async def record(self, request: Request, section: str) -> Response:
        """How the cell is then, or why nothing was recorded, as JSON for the script. Raises as `Visiting.sent`."""
        visitor, fields = await self._visiting.sent(request)
        language = self._visiting.reader(request, visitor).language
        typed = Typed.read(fields)
        known = await self._sections.name(visitor, section, typed.learner)
        name = said(language, SOMEBODY) if known is None else known.given
        try:
            scoring, measure = await self._measure(visitor, typed, View.read(fields))
            score = given(typed.learner, typed.text, measure)
            if score.score is None:
                return _refused(422, said(language, WRONG[score.wrong or "no_score"]))
            row = await self._row(visitor, section, typed.learner, typed.competency)
            version = row["cells"][0]["version"]
            if str(version) != typed.version and not await is_sent(self._visiting, visitor, typed.id):
                return _refused(409, said(language, STALE, name=name), version)
            over = done_over(row, typed.competency)
            course = await self._sections.course(section)
            piece = item(typed.id, typed.learner, typed.competency, score.score, scoring, typed.at, over, course)
            place = (await self._visiting.asking.write(visitor, "POST", "/v1/evidence", piece))["position"]
        except Problem as problem:
            why = words_of(language).refused(problem)
            told = said(language, GONE, name=name) if problem.status == 404 else why.text
            return _refused(problem.status, said(language, NOT_SAVED) if why.english else told)
        after = self._row(visitor, section, typed.learner, typed.competency, at_least=_pin(place))
        row = await _after(after, row)
        told = said(language, SAVED, name=name, score=score.score, possible=measure.possible)
        answer = JSONResponse(
            {**_shown(row, language), "said": told, "evidence": typed.id, "score": score.score}, headers=PRIVATE
        )
        before = [one for one in just_recorded(request, section) if one.evidence != typed.id]
        remember(answer, section, [Piece(typed.id, typed.learner, row["code"], score.score), *before])
        return answer

    async def take_back(self, request: Request, section: str) -> Response:
        """Voids a piece that was just recorded: it stays in the record and no longer counts. Raises as `sent`."""
        visitor, fields = await self._visiting.sent(request)
        evidence, learner, id_ = (fields.get(name, "") for name in ("evidence", "learner", "id"))
        if not (is_id(evidence) and is_id(learner) and is_id(id_)):
            raise no_form()
        piece = await self._visiting.asking.read(visitor, f"/v1/evidence/{evidence}")
        if piece["learner"] != learner:
            raise not_found("piece of evidence of this learner")
        place = piece.get("voided", piece)["position"]
        if "voided" not in piece:
            void = {"id": id_, "expected_version": 1}
            path = f"/v1/evidence/{evidence}/void"
            place = (await self._visiting.asking.write(visitor, "POST", path, void))["position"]
        left = [one for one in just_recorded(request, section) if one.evidence != evidence]
        answer: Response
        if request.headers.get("accept") == "application/json":
            language = self._visiting.reader(request, visitor).language
            competency = piece["body"]["results"][0]["competency"]
            row = await self._row(visitor, section, learner, competency, at_least=_pin(place))
            answer = JSONResponse({**_shown(row, language), "said": said(language, TAKEN_BACK)}, headers=PRIVATE)
        else:
            answer = RedirectResponse(f"/sections/{section}{View.read(fields).query(done='undone-1')}#said", 303)
        remember(answer, section, left)
        return answer

    async def _measure(self, visitor: Visitor, typed: Typed, view: View) -> tuple[Scoring, Measure]:
        scoring = (await self._sections.tasks(visitor, view)).scoring
        measure = None if scoring is None else scoring.measure(typed.competency)
        if scoring is None or measure is None:
            raise not_found("column to score")
        return scoring, measure

    async def _row(
        self, visitor: Visitor, section: str, learner: str, competency: str, **more: str
    ) -> Mapping[str, Any]:
        """A learner's row with this competency alone. Raises 404 where she is none of the section's."""
        _, grid = await self._sections.grid(visitor, section, learner=learner, only=[competency], **more)
        if not grid["columns"]:
            raise not_found("competency")
        return {**grid["rows"][0], **grid["columns"][0]}


def scoring_routes(sections: Sections, visiting: Visiting) -> APIRouter:
    """`/sections/{section}/scores` and `/sections/{section}/undo`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)
    cells = Cells(sections, visiting)

    @router.post("/sections/{section}/scores")
    async def score(section: Section, request: Request) -> Response:
        return await cells.record(request, section)

    @router.post("/sections/{section}/undo")
    async def undo(section: Section, request: Request) -> Response:
        return await cells.take_back(request, section)

    return router


async def _after(asked: Awaitable[Mapping[str, Any]], before: Mapping[str, Any]) -> Mapping[str, Any]:
    """How the cell is now; as it was, where that cannot be told: it is recorded all the same."""
    try:
        return await asked
    except Problem:
        return before


def _shown(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """How a cell is shown, as the script puts it there."""
    cell = row["cells"][0]
    status = words_of(language).level({**cell, "level": None})
    word = cell["level"] or shorts(language).get(cell["status"], "")
    return {"version": cell["version"], "status": cell["status"], "word": word or status, "rest": f" · {status}"}


def _refused(status: int, told: str, version: int | None = None) -> Response:
    return JSONResponse({"said": told, **({} if version is None else {"version": version})}, status, PRIVATE)


def _pin(place: Mapping[str, Any]) -> str:
    return f"{place['ledger']}:{place['shard']}:{place['position']}"
