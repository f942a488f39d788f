"""Entering ballots that were filled in on paper. Nothing of whoever enters them goes with the votes."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Request, Response

from services.gateway.http.ballots import Misses
from services.gateway.http.limits import address_of
from services.gateway.http.pages.exhibitions.paper_ballots import MOST_LINES, Entered, PaperLine, left_of, table_of
from services.gateway.http.pages.rendering import Reader, page
from services.gateway.http.pages.visiting import Visiting, page_route
from services.gateway.http.visitors import Visitor
from services.gateway.ports import Ballots
from shared.contracts.values import Id
from shared.runtime.ballot_answers import Ballot, UnaskedError
from shared.runtime.ballot_words import token_of
from shared.runtime.problems import Problem

AT_ONCE = 8


def paper_pages(visiting: Visiting, ballots: Ballots, misses: Misses) -> APIRouter:
    """`/exhibitions/{exhibition}/paper`."""
    router = APIRouter(route_class=page_route(visiting), include_in_schema=False)

    async def read(visitor: Visitor, exhibition: str) -> tuple[Any, Any]:
        """The exhibition and its questions, None where it has none. Raises Problem as the API does."""
        told = await visiting.asking.read(visitor, f"/v1/exhibitions/{exhibition}")
        if "questions" not in told:
            return told, None
        return told, await visiting.asking.document(visitor, told["questions"])

    def shown(
        of: tuple[Any, Any], reader: Reader, *, came: Sequence[Entered] = (), left: str = "", wrong: str = ""
    ) -> Response:
        told, questions = of
        return page(
            "exhibitions/paper.html",
            reader,
            status=422 if wrong else 200,
            exhibition=told,
            columns=[] if questions is None else _columns(questions, [one["number"] for one in told["works"]]),
            entered=came,
            left=left,
            wrong=wrong,
            most=MOST_LINES,
        )

    @router.get("/exhibitions/{exhibition}/paper")
    async def form(exhibition: Annotated[Id, Path()], request: Request) -> Response:
        visitor = await visiting.required(request)
        return shown(await read(visitor, exhibition), visiting.reader(request, visitor))

    @router.post("/exhibitions/{exhibition}/paper")
    async def enter(exhibition: Annotated[Id, Path()], request: Request) -> Response:
        """Says of each line what came of it; what was refused stays in the form. Sent again it counts nothing twice."""
        visitor, fields = await visiting.sent(request)
        # All that the page needs is read before anything is counted: nothing can come between that and its report.
        # And whoever may not see the exhibition enters nothing.
        of, reader = await read(visitor, exhibition), visiting.reader(request, visitor)
        table = fields.get("table", "")
        try:
            lines = table_of(table)
        except ValueError as error:
            return shown(of, reader, left=table, wrong=str(error))
        address = address_of(request.client.host if request.client else None)
        came = await entered(ballots, misses, exhibition, lines, address)
        return shown(of, reader, came=came, left=left_of(table, came))

    return router


async def entered(
    ballots: Ballots, misses: Misses, exhibition: str, lines: Sequence[PaperLine], address: str
) -> list[Entered]:
    """What came of each line, a few at a time. Of a ballot that stands there twice the first line counts.

    Where too many were tried that nobody has, the rest waits: it is told as what can be sent again. Raises nothing.
    """
    found: list[Entered] = []
    for start in range(0, len(lines), AT_ONCE):
        some = lines[start : start + AT_ONCE]
        if any(one.why == "misses" for one in found):
            found += [Entered(line.number, "refused", "later") for line in some]
        elif len({token_of(line.ballot) for line in some}) == len(some):
            found += await asyncio.gather(*(_told(ballots, misses, exhibition, line, address) for line in some))
        else:
            found += [await _told(ballots, misses, exhibition, line, address) for line in some]
    return found


async def _told(ballots: Ballots, misses: Misses, exhibition: str, line: PaperLine, address: str) -> Entered:
    """What came of a line, also where that is a refusal of everything: the others are counted all the same."""
    try:
        return await _cast(ballots, misses, exhibition, line, address)
    except Problem as problem:
        return Entered(line.number, "refused", "misses" if problem.status == 429 else "later")


async def _cast(  # noqa: PLR0911 - a reason each
    ballots: Ballots, misses: Misses, exhibition: str, line: PaperLine, address: str
) -> Entered:
    token = token_of(line.ballot)
    if token is None:
        return Entered(line.number, "refused", "unreadable")
    answer = await ballots.show(token)
    if answer.status_code == 404:
        await misses.count(address)
        return Entered(line.number, "refused", "unknown")
    if answer.status_code not in {200, 409}:
        return Entered(line.number, "refused", "later")
    shown = orjson.loads(answer.body)
    if answer.status_code == 409 or shown.get("state") == "closed":
        return Entered(line.number, "refused", "closed")
    if shown["exhibition"] != exhibition:
        return Entered(line.number, "refused", "another")
    try:
        answers = Ballot(token, shown).answers(line.answers)
    except UnaskedError as error:
        why = "not_asked" if error.word is None else "no_answer"
        return Entered(line.number, "refused", why, (error.word or "", error.written, error.instead))
    cast = await ballots.vote(token, answers)
    if cast.status_code in {200, 201}:
        return Entered(line.number, "counted" if cast.status_code == 201 else "before")
    return Entered(line.number, "refused", "closed" if cast.status_code == 409 else "later")


def _columns(questions: dict[str, list[dict[str, str]]], works: Sequence[int]) -> list[str]:
    """What the columns of the table are called: a rating is asked of each work, by its number."""
    return [
        name
        for question in questions["questions"]
        for name in (
            [f"{question['code']}/{number}" for number in works] if question["kind"] == "rating" else [question["code"]]
        )
    ]
