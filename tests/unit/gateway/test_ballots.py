"""At the public door only tokens that no ballot has are counted against an address, and slowed beyond some number."""

from collections import Counter
from collections.abc import Mapping
from uuid import uuid4

import httpx
import orjson
import pytest
from fastapi import FastAPI, Response

from services.gateway.http.ballots import MISSES_OF_ADDRESS, MISSES_OF_ALL, PAUSE, ROUTE, UNKNOWN, Misses, ballot_routes
from services.gateway.http.front import UNCOUNTED
from services.gateway.http.pages.exhibitions.paper import entered
from services.gateway.http.pages.exhibitions.paper_ballots import PaperLine
from services.gateway.http.pages.rendering import TEMPLATES
from shared.runtime.ballot_sheets import MOST_WORKS
from shared.runtime.problems import Problem, answer_with_problems

KNOWN = "0123456789abcdef0123456789abcdef"
FAIR = str(uuid4())


class Ballots:
    """One ballot that there is, and what it asks."""

    def __init__(self, asks: str = "{}") -> None:
        self._asks = asks
        self.votes: list[Mapping[str, str]] = []
        self.asked: list[str] = []

    async def show(self, token: str) -> Response:
        self.asked.append(token)
        return Response(self._asks, media_type="application/json") if token == KNOWN else UNKNOWN.response()

    async def vote(self, token: str, answers: Mapping[str, str]) -> Response:
        if token == KNOWN:
            self.votes.append(answers)
        return await self.show(token)


class Door:
    """The routes, asked from any address; `paused` has how long who was kept waiting."""

    def __init__(self) -> None:
        self.paused: list[float] = []
        self.ballots = Ballots()
        self._app = FastAPI()
        answer_with_problems(self._app)
        self._app.include_router(ballot_routes(self.ballots, Misses(self._pause, clock=lambda: 600.0)))

    async def _pause(self, seconds: float) -> None:
        self.paused.append(seconds)

    async def ask(self, token: str, address: str = "192.0.2.1", body: bytes | None = None) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, client=(address, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            if body is None:
                return await http.get(f"/v1/ballots/{token}")
            return await http.post(f"/v1/ballots/{token}", content=body)


async def test_misses_are_slowed_and_refused_and_ballots_from_the_same_address_never_are() -> None:
    door = Door()
    seen = [(await door.ask(uuid4().hex)).status_code for _ in range(MISSES_OF_ADDRESS + 3)]
    assert seen == [404] * MISSES_OF_ADDRESS + [429] * 3
    assert door.paused == [PAUSE] * 3
    for _ in range(2 * MISSES_OF_ADDRESS):
        assert (await door.ask(KNOWN)).status_code == 200
    assert (await door.ask(KNOWN, body=b'{"answers": {"best": "boxer"}}')).status_code == 200
    assert (await door.ask(uuid4().hex, address="192.0.2.2")).status_code == 404
    assert ROUTE in UNCOUNTED, "nor does the front count whoever comes to this door"


@pytest.mark.parametrize("token", ["x", KNOWN.upper(), KNOWN + "0", "a" * 200, "%C3%A9" * 32, "%0a" + KNOWN[1:]])
async def test_what_is_no_token_is_a_miss_like_any_other_and_asked_of_nobody(token: str) -> None:
    door = Door()
    unknown = await door.ask(uuid4().hex)
    asked = len(door.ballots.asked)
    for n in range(MISSES_OF_ADDRESS):
        answer = await door.ask(token, body=b'{"answers": {}}' if n % 2 else None)
        if n < MISSES_OF_ADDRESS - 1:
            assert (answer.status_code, answer.json()) == (404, unknown.json())
    assert (answer.status_code, len(door.ballots.asked)) == (429, asked)


async def test_many_addresses_together_are_slowed_as_well() -> None:
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    misses = Misses(pause, clock=lambda: 600.0)
    for n in range(MISSES_OF_ALL):
        await misses.count(f"192.0.2.{n % 250}")
    with pytest.raises(Problem) as refused:
        await misses.count("198.51.100.1")
    assert (refused.value.status, paused) == (429, [PAUSE])


def test_the_form_says_how_many_works_have_room_for_their_titles() -> None:
    form = (TEMPLATES / "exhibitions" / "ballots.html").read_text(encoding="utf-8")
    assert ("at most eight works" in form, MOST_WORKS) == (True, 8)


async def test_what_is_no_vote_is_refused_and_not_repeated() -> None:
    door = Door()
    for body in (
        b"",
        b"{",
        b'{"answers": {"best": 3}}',
        b'{"answers": {}, "who": "me"}',
        b'{"answers":{"a":"b","a":"c"}}',
    ):
        refused = await door.ask(KNOWN, body=body)
        assert refused.status_code == 422, body
        assert "me" not in refused.json()["detail"].split()
    assert door.ballots.votes == []


async def _at_once(_seconds: float) -> None:
    """Waits for nothing."""


async def test_of_a_table_of_ballots_each_line_is_told_of_also_where_too_many_were_no_ballots() -> None:
    """A refusal of everything in the middle must not hide what was counted before it."""
    show = {"exhibition": FAIR, "state": "open", "language": "en", "title": {}, "works": [], "questions": []}
    ballots = Ballots(orjson.dumps(show).decode())
    lines = [PaperLine(2, KNOWN, ()), *(PaperLine(n, uuid4().hex, ()) for n in range(3, MISSES_OF_ADDRESS + 21))]
    misses = Misses(_at_once, clock=lambda: 600.0)
    came = await entered(ballots, misses, FAIR, lines, "192.0.2.1")
    assert [one.number for one in came] == [line.number for line in lines]
    assert (came[0].outcome, len(ballots.votes)) == ("before", 1)
    assert Counter(one.why for one in came[1:]) == {"unknown": MISSES_OF_ADDRESS, "misses": 1 + 6, "later": 11}
    assert len(ballots.asked) < len(lines), "once it is refused no more are tried"
