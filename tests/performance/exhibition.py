"""An exhibition's evening: 2,000 voters behind one address in 30 seconds, and somebody who guesses from the same one.

python -m tests.performance exhibition

The whole embedded stack. Every voter reads her ballot and votes over a connection of her own; one in twenty sends the
vote twice, and otherwise the second time. Ten thousand guesses come meanwhile and after, from the voters' own address.
Then the exhibition is closed amid the votes of the last hundred. What was acknowledged must be what was counted.
"""

import asyncio
import gc
import random
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg

from cli.gateway import Gateway
from deploy.local.stack import Stack
from shared.contracts.documents import document_digest
from shared.contracts.exhibitions import TallyPublished
from tests.performance import Figure
from tests.support.evidence import address, framework, roster
from tests.support.exhibitions import BEST, WELL, questions
from tests.support.running import administrator, running_stack

VOTERS, SECONDS, LATE = 2_000, 30.0, 100
GUESSES, GUESSERS = 10_000, 200
ROLES = ("family", "community", "staff", "learner")
TWICE = 20
"""One voter in so many sends her vote twice."""


@dataclass
class Evening:
    """What came of it: answers by status, seconds that votes took, and what was acknowledged, by token."""

    stack: Stack
    work: str
    votes: Counter[int] = field(default_factory=Counter)
    guesses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    counted: dict[str, Mapping[str, str]] = field(default_factory=dict)
    receipts: dict[str, Any] = field(default_factory=dict)

    def url(self, token: str) -> str:
        return f"{self.stack.urls['gateway']}/v1/ballots/{token}"

    def answers(self, chance: random.Random) -> dict[str, str]:
        return {
            BEST: chance.choice(("boxer", "clover", "snowball")),
            f"{WELL}/{self.work}": str(chance.randrange(1, 5)),
        }


async def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        async with running_stack(Path(folder) / "home", durable=True) as stack, administrator(stack) as gateway:
            show, evening, tokens = await _opened(stack, gateway)
            gc.collect()
            gc.freeze()
            begun = time.perf_counter()
            guessing = asyncio.ensure_future(_guess(evening))
            await _vote(evening, tokens[:VOTERS], SECONDS)
            voting = time.perf_counter() - begun
            refused = sum(count for status, count in evening.votes.items() if status not in {200, 201})
            waits = sorted(evening.waits)
            closing = await _close_amid(evening, gateway, show, tokens[VOTERS:])
            await guessing
            guessed = time.perf_counter() - begun
            told = await _told(stack, show)
            _check(evening, told)
    return [
        Figure(f"{VOTERS} voters behind one address: until the last is answered", voting, "s", "they come in", SECONDS),
        Figure("votes and ballots refused", refused, "of them", "goal", 0.0),
        Figure("a vote, half of them", waits[len(waits) // 2] * 1000, "ms"),
        Figure("a vote, 99 of 100", waits[len(waits) * 99 // 100] * 1000, "ms"),
        Figure("the slowest vote", waits[-1] * 1000, "ms"),
        Figure("votes acknowledged that are not counted", len(evening.counted) - told.voted, "votes", "goal", 0.0),
        Figure(f"the close amid {LATE} votes, with the tally", closing, "s"),
        Figure("answers that it is closed, of votes and second votes", evening.votes[409], "answers"),
        Figure("ballots found by guessing", evening.guesses[200], f"of {GUESSES}", "goal", 0.0),
        Figure("guesses slowed and refused", evening.guesses[429], f"of {GUESSES}"),
        Figure(f"guesses by {GUESSERS} at once", GUESSES / guessed, "/s"),
    ]


async def _opened(stack: Stack, gateway: Gateway) -> tuple[str, Evening, list[str]]:
    for document in (framework(), questions()):
        await gateway.put(address(document), document)
    await gateway.post("/v1/rosters", roster(["amara", "bao"]))
    _, people = await gateway.post("/v1/rosters/ids", {"kind": "user", "sourced_ids": ["amara", "bao"]})
    _, schools = await gateway.post("/v1/rosters/ids", {"kind": "org", "sourced_ids": ["school"]})
    work, show = str(uuid4()), str(uuid4())
    await gateway.post("/v1/works", {"id": work, "members": list(people["ids"].values())})
    plan = {"school": schools["ids"]["school"], "works": [work], "questions": document_digest(questions())}
    await gateway.post("/v1/exhibitions", {"id": show, **plan})
    await gateway.post(f"/v1/exhibitions/{show}/open", {"id": str(uuid4()), "expected_version": 1})
    tokens: list[str] = []
    for role in ROLES:
        wish = {"id": str(uuid4()), "role": role, "count": (VOTERS + LATE) // len(ROLES)}
        tokens += (await gateway.post(f"/v1/exhibitions/{show}/ballots", wish))[1]["tokens"]
    random.Random(8).shuffle(tokens)
    return show, Evening(stack, work), tokens


async def _vote(evening: Evening, tokens: list[str], seconds: float) -> None:
    """Everybody within so many seconds, each when it happens to be."""
    chance = random.Random(11)
    async with _session() as http:

        async def come(token: str, after: float, answers: dict[str, str], again: dict[str, str] | None) -> None:
            await asyncio.sleep(after)
            async with http.get(evening.url(token)) as shown:
                evening.votes[shown.status if shown.status != 200 else 0] += 1
            sent = [_send(evening, http, token, one) for one in (answers, again) if one is not None]
            await asyncio.gather(*sent)

        await asyncio.gather(
            *(
                come(
                    token,
                    chance.random() * seconds,
                    evening.answers(chance),
                    evening.answers(chance) if n % TWICE == 0 else None,
                )
                for n, token in enumerate(tokens)
            )
        )
    evening.votes.pop(0, None)


async def _send(evening: Evening, http: aiohttp.ClientSession, token: str, answers: dict[str, str]) -> None:
    begun = time.perf_counter()
    async with http.post(evening.url(token), json={"answers": answers}) as answer:
        document = await answer.json(content_type=None)
    evening.waits.append(time.perf_counter() - begun)
    evening.votes[answer.status] += 1
    if answer.status in {200, 201}:
        place = document["receipt"]["position"]
        assert evening.receipts.setdefault(token, place) == place, "a second submit is told of the first vote"
    if answer.status == 201:
        assert token not in evening.counted, "nobody votes twice"
        evening.counted[token] = answers


async def _guess(evening: Evening) -> None:
    left = iter(range(GUESSES))
    async with _session() as http:

        async def go_on() -> None:
            for _ in left:
                async with http.get(evening.url(uuid4().hex)) as answer:
                    evening.guesses[answer.status] += 1

        await asyncio.gather(*(go_on() for _ in range(GUESSERS)))


async def _close_amid(evening: Evening, gateway: Gateway, show: str, tokens: list[str]) -> float:
    """Seconds that the close took; each of the votes beside it counts or is told that it came too late."""
    voting = asyncio.ensure_future(_vote(evening, tokens, 0.5))
    await asyncio.sleep(0.25)
    begun = time.perf_counter()
    _, closed = await gateway.post(f"/v1/exhibitions/{show}/close", {"id": str(uuid4()), "expected_version": 2})
    assert closed["tally"] == "published", closed
    took = time.perf_counter() - begun
    await voting
    return took


async def _told(stack: Stack, show: str) -> TallyPublished:
    connection = await asyncpg.connect(stack.databases["evidence"].app)
    try:
        body = await connection.fetchval(
            "SELECT convert_from(body, 'UTF8') FROM ledger.entry WHERE stream = $1", f"tally/{show}"
        )
    finally:
        await connection.close()
    return TallyPublished.model_validate_json(body)


def _check(evening: Evening, told: TallyPublished) -> None:
    assert set(evening.votes) <= {200, 201, 409}, evening.votes
    assert told.voted == len(evening.counted), (told.voted, len(evening.counted))
    assert told.key is not None
    merged = {row.question: row for row in told.tallied if row.role is None}
    for question, name in ((BEST, BEST), (WELL, f"{WELL}/{evening.work}")):
        chosen = Counter(answers[name] for answers in evening.counted.values())
        assert {count.option: count.count for count in merged[question].counts} == chosen
    assert set(evening.guesses) <= {404, 429}, evening.guesses


def _session() -> aiohttp.ClientSession:
    """A connection a request, as that of so many telephones."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, force_close=True), timeout=aiohttp.ClientTimeout(total=600)
    )
