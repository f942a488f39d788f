"""A column of a section scored at once: typed or pasted, looked at before it is recorded, and recorded in one write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.domain.disclosures import RevealedName
from services.gateway.http.pages.rendering import Reader, page
from services.gateway.http.pages.sections.grid import Section, title_of
from services.gateway.http.pages.sections.reading import Sections
from services.gateway.http.pages.sections.recorded import Piece, just_recorded, remember
from services.gateway.http.pages.sections.scores import Given, Measure, Scoring, given, item, pasted, piece_id
from services.gateway.http.pages.sections.showing import View, called
from services.gateway.http.pages.sections.wording import WRONG
from services.gateway.http.pages.typed import no_form
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from shared.ledger.identifiers import is_id
from shared.ledger.instants import instant, instant_text
from shared.runtime.clock import Clock
from shared.runtime.problems import Problem, not_found


@dataclass(frozen=True, slots=True)
class Column:
    """A competency of a section, how it is scored, and its learners by name with the version that each cell has."""

    view: View
    competency: Mapping[str, Any]
    scoring: Scoring
    measure: Measure
    learners: Sequence[str]
    names: Mapping[str, RevealedName]
    rows: Mapping[str, Mapping[str, Any]]
    title: str

    def version(self, learner: str) -> str:
        return str(self.rows[learner]["cells"][0]["version"])

    def piece(self, sheet: "Sheet", learner: str) -> str:
        """The id of what a sheet records of her."""
        return piece_id(sheet.id or "", self.competency["competency"], learner)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was written into the column so far: texts by learner, the versions they were written on, what of it is wrong
    or stale, how many values were for nobody; and the id and the moment of what it will record. `refused` says why of
    whom nothing could be recorded, beside `recorded` others.
    """

    id: str | None = None
    at: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    stale: Sequence[str] = ()
    left: int = 0
    gone: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)
    recorded: int = 0


def column_pages(sections: Sections, visiting: Visiting, clock: Clock) -> APIRouter:
    """`/sections/{section}/column`."""
    router = APIRouter(route_class=page_route(visiting.zone), include_in_schema=False)

    async def column(visitor: Visitor, section: str, fields: Mapping[str, str]) -> Column:
        """The column that these fields mean. Raises 404 for one that there is not, or that is not scored so."""
        view, competency = View.read(fields), fields.get("competency", "")
        tasks = await sections.tasks(visitor, view)
        measure = None if tasks.scoring is None or not is_id(competency) else tasks.scoring.measure(competency)
        if tasks.scoring is None or measure is None:
            raise not_found("column to score")
        _, grid = await sections.grid(visitor, section, only=[competency])
        if not grid["columns"]:
            raise not_found("competency")
        names = await sections.names(visitor, section)
        rows = {row["learner"]: row for row in grid["rows"]}
        learners = sorted(rows, key=lambda learner: called(learner, names))
        return Column(view, grid["columns"][0], tasks.scoring, measure, learners, names, rows, title_of(section, names))

    def shown(reader: Reader, section: str, of: Column, sheet: Sheet, *, checked: bool = False) -> Response:
        status = 409 if sheet.stale or sheet.gone or sheet.refused else (422 if sheet.wrong or sheet.left else 200)
        template = "grid/checked.html" if checked and status == 200 else "grid/column.html"
        texts = sheet.texts.items()
        scores = {learner: given(learner, text, of.measure).score for learner, text in texts}
        told = {"column": of, "sheet": sheet, "scores": scores, "wrongs": WRONG}
        return page(template, reader, status=status, scripts=None, section=section, **told)

    async def fresh(visitor: Visitor, of: Column, sheet: Sheet) -> bool:
        """Whether nothing came between; what this very form recorded, sent before, did not."""
        return not sheet.stale or await is_sent(visiting, visitor, of.piece(sheet, sheet.stale[0]))

    @router.get("/sections/{section}/column")
    async def empty(section: Section, request: Request) -> Response:
        visitor = await visiting.required(request)
        of = await column(visitor, section, request.query_params)
        versions = {learner: of.version(learner) for learner in of.learners}
        sheet = Sheet(at=instant_text(clock()), versions=versions)
        return shown(visiting.reader(request, visitor), section, of, sheet)

    @router.post("/sections/{section}/column")
    async def written(section: Section, request: Request) -> Response:
        """Looks at what was written; records it where it was looked at, and nothing has changed meanwhile."""
        visitor, fields = await visiting.sent(request)
        of = await column(visitor, section, fields)
        sheet, scores = read_sheet(fields, of)
        sound = scores and not (sheet.wrong or sheet.left or sheet.gone)
        if fields.get("do") != "record" or not sound or not await fresh(visitor, of, sheet):
            looked = fields.get("do") == "look" and bool(scores)
            return shown(visiting.reader(request, visitor), section, of, sheet, checked=looked)
        pieces, refused = await _recorded(visiting, visitor, of, sheet, scores)
        answer: Response = RedirectResponse(
            f"/sections/{section}{of.view.query(done=f'recorded-{len(pieces)}')}#said", 303
        )
        if refused:  # the others are recorded, and must not be sent once more
            texts = {learner: sheet.texts[learner] for learner in refused}
            left = Sheet(None, sheet.at, texts, sheet.versions, refused=refused, recorded=len(pieces))
            answer = shown(visiting.reader(request, visitor), section, of, left)
        new = {piece.evidence for piece in pieces}
        before = [one for one in just_recorded(request, section) if one.evidence not in new]
        remember(answer, section, [*pieces, *before])
        return answer

    return router


def read_sheet(fields: Mapping[str, str], of: Column) -> tuple[Sheet, list[Given]]:
    """What the form says, and the scores in it. What was pasted comes before what was typed."""
    texts = {
        name.removeprefix("score/"): text.strip()
        for name, text in fields.items()
        if name.startswith("score/") and text.strip()
    }
    order = [learner for learner in fields.get("learners", "").split() if is_id(learner)]
    more, left = pasted(fields.get("pasted", ""), order)
    texts |= {learner: text for learner, text in more.items() if text.strip()}
    here = {learner: text for learner, text in texts.items() if learner in of.rows}
    read = [given(learner, text, of.measure) for learner, text in here.items()]
    versions = {name.removeprefix("version/"): text for name, text in fields.items() if name.startswith("version/")}
    stale = [learner for learner in here if versions.get(learner) != of.version(learner)]
    id_, at = fields.get("id", ""), fields.get("at", "")
    check_form(id_, at)
    sheet = Sheet(
        id_,
        at,
        here,
        {learner: of.version(learner) for learner in of.learners},
        {one.learner: one.wrong for one in read if one.wrong is not None},
        sorted(stale, key=lambda learner: called(learner, of.names)),
        left,
        len(texts) - len(here),
    )
    return sheet, [one for one in read if one.score is not None]


async def _recorded(
    visiting: Visiting, visitor: Visitor, of: Column, sheet: Sheet, scores: Sequence[Given]
) -> tuple[list[Piece], dict[str, str]]:
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
        )
        for one in scores
    ]
    answers = await visiting.asking.write(visitor, "POST", "/v1/evidence", items)
    code = of.competency["code"]
    pieces: list[Piece] = []
    refused: dict[str, str] = {}
    for sent, one, told in zip(items, scores, answers, strict=True):
        if told["status"] < 400:
            pieces.append(Piece(sent["id"], one.learner, code, str(one.score)))
        else:
            refused[one.learner] = told.get("detail") or told["title"]
    return pieces, refused


def check_form(id_: str, at: str) -> None:
    """Raise `problems.invalid` where these are not the id and the moment that a form of ours has."""
    try:
        instant(at)
    except ValueError as error:
        raise no_form() from error
    if not is_id(id_):
        raise no_form()


async def is_sent(visiting: Visiting, visitor: Visitor, id_: str) -> bool:
    """Whether a piece of this id is recorded: then what looks stale is the doing of the same form, sent before."""
    try:
        await visiting.asking.read(visitor, f"/v1/evidence/{id_}")
    except Problem as problem:
        if problem.status != 404:
            raise
        return False
    return True


def done_over(row: Mapping[str, Any], competency: str) -> str | None:
    """The piece that a score does over, where a redo of this competency waits for one."""
    waiting = (one for one in row["waiting"] if one["what"] == "score" and one["competency"] == competency)
    return next((one["redo_of"] for one in waiting), None)
