"""A panel: the works that are judged, one beside the rubric, what panelists gave, and what they concluded.

What is shown of others' scores is what the API tells: of a panelist nothing before she has given her own.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.gateway.domain.personal_tokens import RANDOM_BYTES
from services.gateway.flows.make_pass import make_pass
from services.gateway.http.artefacts import FileServing, sent_on
from services.gateway.http.pages.afterwards import Done, led_on
from services.gateway.http.pages.exhibitions.panelists import Panelist, Panelists
from services.gateway.http.pages.exhibitions.planning import moment_of
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import page_route
from services.gateway.http.pages.works.drafting import draft_shown
from services.gateway.http.pages.works.rubrics import criteria_of, levels_of, title_of
from services.gateway.ports import Disclosures
from shared.contracts.values import Digest, Id
from shared.ledger.instants import instant, instant_text
from shared.runtime.problems import Problem, not_found

Exhibition = Annotated[Id, Path()]
Work = Annotated[Id, Path()]
Person = Annotated[Id, Path()]


@dataclass(frozen=True, slots=True)
class Files:
    """Where files of works are had, and the log of whom they tell of."""

    serving: FileServing
    log: Disclosures


def panel_pages(panelists: Panelists, files: Files) -> APIRouter:  # noqa: C901 - a route each
    """`/exhibitions/{exhibition}/panel`, and what is done there."""
    asking = panelists.visiting.asking
    router = APIRouter(route_class=page_route(panelists.visiting), include_in_schema=False)

    async def written(exhibition: str, request: Request, path: str, done: str, **more: Any) -> Response:
        """Do what a form of the panel's page asks for, with the body that `more` makes of its fields."""
        panelist, fields = await panelists.sent(request, exhibition)
        try:
            body = {"id": fields.get("id", ""), **{name: made(fields) for name, made in more.items()}}
            told = {name: value for name, value in body.items() if value is not None}
            await asking.write(panelist.visitor, "POST", f"/v1/exhibitions/{exhibition}/{path}", told)
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await _panel_page(panelists, request, panelist, exhibition, problem=problem, typed=fields)
        return led_on(f"/exhibitions/{exhibition}/panel", done)

    @router.get("/exhibitions/{exhibition}/panel")
    async def panel(exhibition: Exhibition, request: Request, done: Done = None) -> Response:
        panelist = await panelists.required(request, exhibition)
        return await _panel_page(panelists, request, panelist, exhibition, done=done)

    @router.post("/exhibitions/{exhibition}/panelists")
    async def appoint(exhibition: Exhibition, request: Request) -> Response:
        zone = panelists.visiting.zone
        return await written(
            exhibition,
            request,
            "panelists",
            "appointed",
            role=lambda fields: fields.get("role", ""),
            name=lambda fields: {"given": fields.get("given", "").strip(), "family": fields.get("family", "").strip()},
            ends_at=lambda fields: moment_of(fields.get("until", ""), zone),
        )

    @router.post("/exhibitions/{exhibition}/panelists/{person}/dismiss")
    async def dismiss(exhibition: Exhibition, person: Person, request: Request) -> Response:
        return await written(exhibition, request, f"panelists/{person}/dismiss", "dismissed")

    @router.post("/exhibitions/{exhibition}/panelists/{person}/pass")
    async def give_pass(exhibition: Exhibition, person: Person, request: Request) -> Response:
        """The pass is in this answer and nowhere else."""
        panelist, fields = await panelists.sent(request, exhibition)
        random, now = secrets.token_bytes(RANDOM_BYTES), panelists.clock()
        try:
            made, text = await make_pass(
                _id(fields),
                exhibition,
                person,
                panelist.visitor.person,
                _until(fields, panelists),
                random=random,
                passes=panelists.passes,
                now=now,
            )
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await _panel_page(panelists, request, panelist, exhibition, problem=problem, typed=fields)
        reader, ends_at = panelists.reader(request, panelist), instant_text(made.ends_at)
        return page("scoring/new_pass.html", reader, exhibition=exhibition, text=text, ends_at=ends_at)

    @router.get("/exhibitions/{exhibition}/panel/{work}")
    async def one(exhibition: Exhibition, work: Work, request: Request) -> Response:
        panelist = await panelists.required(request, exhibition)
        return await _work_page(panelists, request, panelist, exhibition, work)

    @router.get("/exhibitions/{exhibition}/panel/{work}/files/{ref}")
    async def file(exhibition: Exhibition, work: Work, ref: Annotated[Digest, Path()], request: Request) -> Response:
        """A file of the work, with a ticket to where files are had: a guest has no session that the API would know."""
        panelist = await panelists.required(request, exhibition)
        await asking.read(panelist.visitor, f"/v1/works/{work}")
        return await sent_on(panelist.visitor.person, ref, files.serving, files.log, panelists.clock)

    async def judged(exhibition: str, work: str, request: Request, what: str, done: str) -> Response:
        panelist, fields = await panelists.sent(request, exhibition)
        note = "note" if what == "panel-scores" else "resolution"
        text = fields.get(note, "").strip()
        body: dict[str, Any] = {"id": fields.get("id", ""), "levels": levels_of(fields)}
        body |= {note: text} if text else {}
        if what == "panel":
            scores = [name.removeprefix("score/") for name in fields if name.startswith("score/")]
            body |= {"scores": scores, "occurred_at": fields.get("at", "")}
        try:
            await asking.write(panelist.visitor, "POST", f"/v1/exhibitions/{exhibition}/works/{work}/{what}", body)
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await _work_page(panelists, request, panelist, exhibition, work, problem, fields, what)
        return led_on(f"/exhibitions/{exhibition}/panel", done)

    @router.post("/exhibitions/{exhibition}/panel/{work}/score")
    async def score(exhibition: Exhibition, work: Work, request: Request) -> Response:
        return await judged(exhibition, work, request, "panel-scores", "scored")

    @router.post("/exhibitions/{exhibition}/panel/{work}/conclude")
    async def conclude(exhibition: Exhibition, work: Work, request: Request) -> Response:
        return await judged(exhibition, work, request, "panel", "concluded")

    return router


async def _panel_page(  # noqa: PLR0913 - what a page may have to say beside the panel
    panelists: Panelists,
    request: Request,
    panelist: Panelist,
    exhibition: str,
    *,
    done: str | None = None,
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    asking, me = panelists.visiting.asking, panelist.visitor.person
    told = await asking.read(panelist.visitor, f"/v1/exhibitions/{exhibition}/panel")
    names = await asking.revealed(panelist.visitor, "review", names=[one["panelist"] for one in told["panelists"]])
    return page(
        "scoring/panel.html",
        panelists.reader(request, panelist),
        status=200 if problem is None else problem.status,
        panel=told,
        leads="agreement" in told,
        sits=any(one["panelist"] == me and one["state"] == "appointed" for one in told["panelists"]),
        guest=panelist.guest,
        me=me,
        names=names.names,
        done=done,
        problem=problem,
        typed=typed or {},
    )


async def _work_page(  # noqa: PLR0913, PLR0917 - what a page may have to say beside the work
    panelists: Panelists,
    request: Request,
    panelist: Panelist,
    exhibition: str,
    work: str,
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
    at: str = "",
) -> Response:
    asking, visitor = panelists.visiting.asking, panelist.visitor
    told = await asking.read(visitor, f"/v1/exhibitions/{exhibition}/panel")
    number = next((n for n, one in enumerate(told["works"], start=1) if one["work"] == work), None)
    if number is None:
        raise not_found("work")
    shown = told["works"][number - 1]
    made = await asking.read(visitor, f"/v1/works/{work}")
    rubric = await asking.document(visitor, told["rubric"])
    reader = panelists.reader(request, panelist)
    refs = [
        *(part["content_ref"] for draft in made["versions"] for part in draft["artefacts"]),
        *(draft["note_ref"] for draft in made["versions"] if "note_ref" in draft),
        *(score["note_ref"] for score in shown["scores"] if "note_ref" in score),
        *([made["title_ref"]] if "title_ref" in made else []),
    ]
    revealed = await asking.revealed(
        visitor, "review", texts=refs[:1000], names=[one["panelist"] for one in told["panelists"]]
    )
    texts = {ref: found.text for ref, found in revealed.texts.items()}
    own = [one for one in shown["scores"] if one["panelist"] == visitor.person and not one["calibration"]]
    return page(
        "scoring/panel_work.html",
        reader,
        status=200 if problem is None else problem.status,
        exhibition=exhibition,
        number=number,
        judged=shown,
        work=made,
        drafts=[draft_shown(draft, texts) for draft in made["versions"][-2:]],
        rubric=title_of(rubric, reader.language),
        criteria=criteria_of(rubric, reader.language),
        own=own[-1] if own else None,
        counted=[one for one in shown["scores"] if not one["calibration"] and one["rubric"] == told["rubric"]],
        leads="agreement" in told,
        sits=any(one["panelist"] == visitor.person and one["state"] == "appointed" for one in told["panelists"]),
        guest=panelist.guest,
        texts=texts,
        names=revealed.names,
        now=instant_text(panelists.clock()),
        problem=problem,
        typed=typed or {},
        at=at,
    )


def _id(fields: Mapping[str, str]) -> str:
    return fields.get("id", "")


def _until(fields: Mapping[str, str], panelists: Panelists) -> int | None:
    moment = moment_of(fields.get("until", ""), panelists.visiting.zone)
    return None if moment is None else instant(moment)
