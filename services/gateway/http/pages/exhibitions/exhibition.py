"""One exhibition: what is shown, opening it, its ballots, how many have voted, closing it, and what was said.

Before the close nothing is shown of what anybody said: the API does not tell it.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.http.pages.afterwards import Done, Seen, at_least, led_on
from services.gateway.http.pages.exhibitions.listing import Exhibitions, titles_of
from services.gateway.http.pages.exhibitions.planning import derived_id, number_of
from services.gateway.http.pages.refusing import wrong
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import page_route
from services.gateway.http.visitors import Visitor
from shared.contracts.values import Id
from shared.runtime.ballot_sheets import PaperSize, Sheets, ballot_sheets, rated_titles
from shared.runtime.ballot_words import LANGUAGES
from shared.runtime.clock import Clock
from shared.runtime.printing import PrintingError
from shared.runtime.problems import Problem, not_found

Exhibition = Annotated[Id, Path()]
Count = Annotated[int, Query(ge=0)]

MOST_AT_ONCE = 600
"""Ballots that are printed by one form: a hundred sheets."""

PAPERS: tuple[PaperSize, ...] = ("a4", "us-letter")


def exhibition_pages(exhibitions: Exhibitions, public_url: str, clock: Clock) -> APIRouter:  # noqa: C901, PLR0915 - a route each
    """`/exhibitions/{exhibition}`, and what is done there."""
    visiting, asking = exhibitions.visiting, exhibitions.visiting.asking
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/exhibitions/{exhibition}")
    async def one(exhibition: Exhibition, request: Request, done: Done = None, seen: Seen = None) -> Response:
        visitor = await visiting.required(request)
        return await _shown(exhibitions, request, visitor, exhibition, done=done, seen=seen)

    @router.get("/exhibitions/{exhibition}/turnout")
    async def turnout(exhibition: Exhibition, request: Request, issued: Count = 0, voted: Count = 0) -> Response:
        """The counts alone, for a page that is open; nothing where they are what it shows already."""
        visitor = await visiting.required(request)
        told = await asking.read(visitor, f"/v1/exhibitions/{exhibition}")
        if told["state"] == "open" and told["ballots"] == {"issued": issued, "voted": voted}:
            return Response(status_code=204)
        return page("exhibitions/turnout.html", visiting.reader(request, visitor), scripts=(), exhibition=told)

    async def changed(exhibition: str, request: Request, what: str, done: str) -> Response:
        """Open or close it, on the version of it that the form was made for."""
        visitor, fields = await visiting.sent(request)
        body = {"id": fields.get("id", ""), "expected_version": number_of(fields.get("version", ""))}
        try:
            receipt = await asking.write(visitor, "POST", f"/v1/exhibitions/{exhibition}/{what}", body)
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await _shown(exhibitions, request, visitor, exhibition, problem=problem)
        return led_on(f"/exhibitions/{exhibition}", done, receipt)

    @router.post("/exhibitions/{exhibition}/open")
    async def open_(exhibition: Exhibition, request: Request) -> Response:
        return await changed(exhibition, request, "open", "opened")

    @router.get("/exhibitions/{exhibition}/close")
    async def ask_to_close(exhibition: Exhibition, request: Request) -> Response:
        """Asks once more: no vote counts after it."""
        visitor = await visiting.required(request)
        told = await asking.read(visitor, f"/v1/exhibitions/{exhibition}")
        return page("exhibitions/close.html", visiting.reader(request, visitor), exhibition=told)

    @router.post("/exhibitions/{exhibition}/close")
    async def close(exhibition: Exhibition, request: Request) -> Response:
        return await changed(exhibition, request, "close", "closed")

    @router.post("/exhibitions/{exhibition}/ballots")
    async def issue(exhibition: Exhibition, request: Request) -> Response:
        """Issue ballots, then lead to where they are downloaded: again and again the same ones."""
        visitor, fields = await visiting.sent(request)
        try:
            wish = _wish(fields)
            receipt = await asking.write(visitor, "POST", f"/v1/exhibitions/{exhibition}/ballots", wish)
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            return await _shown(exhibitions, request, visitor, exhibition, problem=problem, typed=fields)
        place = "{ledger}:{shard}:{position}".format_map(receipt["position"])
        path = f"/exhibitions/{exhibition}/ballots/{fields['id']}/{wish['role']}/{wish['count']}"
        return RedirectResponse(f"{path}?seen={place}", 303)

    @router.get("/exhibitions/{exhibition}/ballots/{batch}/{role}/{number}")
    async def to_print(  # noqa: PLR0913, PLR0917 - what was issued
        exhibition: Exhibition, batch: Id, role: str, number: int, request: Request, seen: Seen = None
    ) -> Response:
        visitor = await visiting.required(request)
        told = await asking.read(visitor, f"/v1/exhibitions/{exhibition}", **at_least(seen))
        shown = {"exhibition": told, "batch": batch, "role": role, "number": number, "papers": PAPERS}
        return page(
            "exhibitions/ballots.html", visiting.reader(request, visitor), ballot_languages=list(LANGUAGES), **shown
        )

    @router.post("/exhibitions/{exhibition}/ballots.pdf")
    async def sheets(exhibition: Exhibition, request: Request) -> Response:
        """The ballots of a request that was made, to print. They are in this answer and nowhere else."""
        visitor, fields = await visiting.sent(request)
        wish, language, paper = _wish(fields), fields.get("language", ""), fields.get("paper", "")
        if language not in LANGUAGES or paper not in PAPERS:
            raise wrong("Choose a language and a size of paper.")
        told = await asking.read(visitor, f"/v1/exhibitions/{exhibition}")
        if "questions" not in told:
            raise not_found("ballots")
        title = await _title(exhibitions, visitor, told, language)
        works = await _works(exhibitions, visitor, told) if fields.get("titles") else ()
        issued = await asking.write(visitor, "POST", f"/v1/exhibitions/{exhibition}/ballots", wish)
        wanted = Sheets(title, wish["role"], language, public_url or str(request.base_url), paper, works)
        at = datetime.fromtimestamp(clock() // 1000, UTC)
        try:
            pdf = await asyncio.to_thread(ballot_sheets, wanted, issued["tokens"], at=at)
        except PrintingError as error:
            raise wrong("There is no font here for some letters of a title.") from error
        headers = {
            "Content-Disposition": f'attachment; filename="ballots-{wish["role"]}.pdf"',
            "Cache-Control": "no-store",
        }
        return Response(pdf, media_type="application/pdf", headers=headers)

    return router


async def _shown(  # noqa: PLR0913 - what a page may have to say beside the exhibition
    exhibitions: Exhibitions,
    request: Request,
    visitor: Visitor,
    exhibition: str,
    *,
    done: str | None = None,
    seen: str | None = None,
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    visiting, asking = exhibitions.visiting, exhibitions.visiting.asking
    told = await asking.read(visitor, f"/v1/exhibitions/{exhibition}", **at_least(seen))
    standing = await exhibitions.relations.standing(visitor.person)
    results = None
    if told["state"] == "closed":
        results = await asking.read(visitor, f"/v1/exhibitions/{exhibition}/results", **at_least(seen))
    questions = await asking.document(visitor, told["questions"]) if "questions" in told else None
    revealed = await exhibitions.revealed(visitor, standing, texts=titles_of([told]))
    reader = visiting.reader(request, visitor)
    return page(
        "exhibitions/exhibition.html",
        reader,
        status=200 if problem is None else problem.status,
        scripts=() if told["state"] == "open" else None,
        exhibition=told,
        holds=bool(standing.teaches or standing.administers),
        results=results,
        questions=None if questions is None else spoken(questions, reader.language),
        texts={ref: found.text for ref, found in revealed.texts.items()},
        done=done,
        problem=problem,
        typed=typed or {},
    )


def spoken(document: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Questions by their codes: `title`, and `options` by codes or values, in a language as far as it is there."""
    words = document.get("translations", {}).get(language, {})
    found = {}
    for question in document["questions"]:
        own = words.get("questions", {}).get(question["code"], {})
        options = {
            one.get("code", one.get("value")): one["title"] for one in question.get("options", question.get("scale"))
        }
        found[question["code"]] = {
            "title": own.get("title", question["title"]),
            "options": options | own.get("options", {}),
        }
    return {"title": words.get("title", document["title"]), "questions": found}


def _wish(fields: Mapping[str, str]) -> dict[str, Any]:
    """Ballots as they are issued: the same form asks for the same ones. Raises `refusing.wrong`."""
    count, role = fields.get("count", ""), fields.get("role", "")
    if not (count.isascii() and count.isdecimal() and len(count) < 5 and 1 <= int(count) <= MOST_AT_ONCE):
        raise wrong("Between 1 and %(number)s ballots are made at a time.", field="/count", number=MOST_AT_ONCE)
    return {"id": derived_id(fields.get("id", ""), f"{role}/{count}"), "role": role, "count": int(count)}


async def _title(exhibitions: Exhibitions, visitor: Visitor, told: Mapping[str, Any], language: str) -> str:
    """What stands on a ballot: in its language where the questions were translated, else as it was planned."""
    questions = await exhibitions.visiting.asking.document(visitor, told["questions"])
    translated = questions.get("translations", {}).get(language, {}).get("title")
    if translated is None and "title_ref" in told:
        standing = await exhibitions.relations.standing(visitor.person)
        revealed = await exhibitions.revealed(visitor, standing, texts=[told["title_ref"]])
        translated = next((found.text for found in revealed.texts.values()), None)
    return str(translated or questions["title"])


async def _works(exhibitions: Exhibitions, visitor: Visitor, told: Mapping[str, Any]) -> tuple[tuple[int, str], ...]:
    """Works that are rated, by number and title, as far as they are hers to read; each reading is logged."""
    questions = await exhibitions.visiting.asking.document(visitor, told["questions"])
    refs = rated_titles(told["works"], questions["questions"])
    if not refs:
        return ()
    standing = await exhibitions.relations.standing(visitor.person)
    texts = (await exhibitions.revealed(visitor, standing, texts=list(refs.values()))).texts
    return tuple((number, texts[ref].text) for number, ref in sorted(refs.items()) if ref in texts)
