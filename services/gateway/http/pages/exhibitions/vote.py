"""The page that a printed ballot leads to: no account, no script, one button. Also where its words are typed by hand.

What a ballot is for, and that a vote counts once, `evidence` decides; tokens that are none are counted as at the API.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from services.gateway.http.ballots import Misses
from services.gateway.http.limits import address_of
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import Visiting, fields_of, page_route
from services.gateway.ports import Ballots
from shared.runtime.ballot_words import token_of
from shared.runtime.problems import Problem

Token = Annotated[str, Path()]


def vote_pages(ballots: Ballots, misses: Misses, visiting: Visiting) -> APIRouter:
    """`/vote` and `/vote/{token}`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    @router.get("/vote")
    async def by_hand(request: Request) -> Response:
        kiosk = _kiosk(request)
        visitor = await visiting.known(request) if kiosk else None  # whoever votes here could open her pages
        reader = visiting.reader(request, visitor)
        return page("vote_by_hand.html", reader, wrong=None, typed="", kiosk=kiosk)

    @router.post("/vote")
    async def typed(request: Request) -> Response:
        """Leads on to the ballot whose words, or whose digits, were typed."""
        words = (await fields_of(request)).get("words", "")
        token = token_of(words)
        if token is None:
            reader, kiosk = visiting.reader(request), _kiosk(request)
            return page("vote_by_hand.html", reader, status=422, wrong="unreadable", typed=words, kiosk=kiosk)
        return RedirectResponse(f"/vote/{token}{'?kiosk=1' if _kiosk(request) else ''}", 303)

    async def answered(
        token: str, request: Request, asked: Callable[[str], Awaitable[Response]]
    ) -> tuple[int, Mapping[str, Any]]:
        return await _told(token, request, asked, misses)

    @router.get("/vote/{token}")
    async def ballot(token: Token, request: Request) -> Response:
        status, told = await answered(token, request, ballots.show)
        nothing = request.query_params.get("chose") == "nothing"
        return _ballot(status, told, request, visiting, wrong="nothing" if nothing else None)

    @router.post("/vote/{token}")
    async def vote(token: Token, request: Request) -> Response:
        answers = _answers(await fields_of(request))
        if not answers and token_of(token) == token:
            # Sent by mistake: it would use the ballot up, and say nothing. Whoever votes next and goes back comes to
            # a page, and to no form that was sent.
            onward = "&kiosk=1" if _kiosk(request) else ""
            return RedirectResponse(f"/vote/{token}?chose=nothing{onward}", 303)
        status, told = await answered(token, request, lambda known: ballots.vote(known, answers))
        if status in {200, 201}:
            reader, kiosk = visiting.reader(request), _kiosk(request)
            return page("voted.html", reader, before=status == 200, receipt=told["receipt"], kiosk=kiosk)
        if status == 422:
            status, told = await answered(token, request, ballots.show)
            return _ballot(status, told, request, visiting, wrong="unasked")
        return _ballot(status, told, request, visiting)

    return router


async def _told(
    token: str, request: Request, asked: Callable[[str], Awaitable[Response]], misses: Misses
) -> tuple[int, Mapping[str, Any]]:
    """What evidence says of a token; one that is none is not even asked for, and counted as one that is unknown."""
    answer = await asked(token) if token_of(token) == token else None
    if answer is None or answer.status_code == 404:
        await misses.count(address_of(request.client.host if request.client else None))
    return (404, {}) if answer is None else (answer.status_code, orjson.loads(answer.body))


def _ballot(
    status: int, told: Mapping[str, Any], request: Request, visiting: Visiting, *, wrong: str | None = None
) -> Response:
    """The page of a ballot as evidence answered for it. Where it can still be voted with, it says what is `wrong` with
    what was sent: `nothing` was chosen, or what is `unasked`.
    """
    reader = visiting.reader(request)
    if status == 404:
        return page("vote_by_hand.html", reader, status=404, wrong="unknown", typed="", kiosk=_kiosk(request))
    if status == 409 or told.get("state") == "closed":
        return page("vote_closed.html", reader, status=200 if status != 409 else 409)
    if status != 200:
        raise Problem(status, "ballot", str(told.get("title", "")), str(told.get("detail", "")))
    if told["state"] == "counted":
        return page("voted.html", reader, before=True, receipt=None, kiosk=_kiosk(request))
    asked = [
        {**question, "work": work}
        for question in told["questions"]
        for work in (told["works"] if question["kind"] == "rating" else [None])
    ]
    said = _said(told, reader.language)
    return page("ballot.html", reader, status=422 if wrong else 200, ballot=told, asked=asked, wrong=wrong, said=said)


def _answers(fields: Mapping[str, str]) -> dict[str, str]:
    """What was chosen, by what it answers; what was left out is not there."""
    return {
        name.removeprefix("answer/"): value for name, value in fields.items() if name.startswith("answer/") and value
    }


def _kiosk(request: Request) -> bool:
    """Whether many vote on this device, one after another: then each is led on to the next person."""
    return request.query_params.get("kiosk") == "1"


def _said(told: Mapping[str, Any], language: str) -> Callable[[Mapping[str, str]], str]:
    """Words in the reader's language, else in that of the ballot."""
    return lambda titles: titles.get(language) or titles[told["language"]]
