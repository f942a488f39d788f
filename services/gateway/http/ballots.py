"""The public door of ballots: whoever holds the paper reads its questions and votes. Nobody asks who that is.

A ballot's token stands in the address that its QR code leads to, and goes no further: to evidence it is brought in a
body, under the gateway's own key, without anything of the voter's request.

Tokens that no ballot has are counted, and slowed beyond some number; ballots that there are never are, however many
come from one address: a whole school votes from one.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeAlias

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.gateway.http.limits import Limiter, address_of
from services.gateway.ports import Ballots
from shared.contracts.values import Code, Id, Moment
from shared.ledger.canonical import parse
from shared.runtime.documents import refusals
from shared.runtime.problems import Problem, not_found

ROUTE = "/v1/ballots/{token}"

TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)
"""What a token looks like; whatever else is sent is no ballot's, and asked of nobody."""

UNKNOWN = not_found("ballot, or it is not yours")
"""As `evidence` says it of a token that no ballot has."""

MISSES_OF_ADDRESS, MISSES_OF_ALL = 120, 1_200
"""Tokens that no ballot has, of an address and of everybody, a window of the limiter. Who types them by hand errs."""

PAUSE, HELD = 2.0, 1_000
"""Seconds that one more is kept waiting, and how many are at a time; others are refused at once."""

_Token: TypeAlias = Annotated[str, Path(description="What the ballot's QR code ends in: 32 hex digits.")]
_Short: TypeAlias = Annotated[str, StringConstraints(max_length=128)]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class BallotOption(_Answer):
    """An option, with its words by language."""

    option: Code
    title: dict[str, str]


class BallotQuestion(_Answer):
    """A question, with its words by language. A rating is asked of every one of the ballot's `works`."""

    question: Code
    kind: Literal["choice", "rating"]
    title: dict[str, str]
    options: list[BallotOption]


class BallotWork(_Answer):
    """A work that is exhibited, and its number there, from 1."""

    work: Id
    number: int


class Ballot(_Answer):
    """What a ballot asks. `state`: it can be voted with (`open`), it was (`counted`), or it no longer can (`closed`).

    `exhibition_title` is what the exhibition is called, where that was said and can be had now. `language` is that in
    which the questions were written; words in others stand beside it where there are any.
    """

    exhibition: Id
    exhibition_title: str | None = None
    state: Literal["open", "counted", "closed"]
    language: str
    title: dict[str, str]
    questions: list[BallotQuestion]
    works: list[BallotWork]


class Vote(BaseModel):
    """Options by the names of what is asked: `question`, or `question/work` of a rating. What is left out abstains."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answers: Annotated[dict[_Short, _Short], Field(max_length=2_000)]


class VotePlace(_Answer):
    ledger: Literal["evidence"]
    shard: int
    position: int


class VoteReceipt(_Answer):
    """Where the vote stands in the record, sealed until the exhibition is closed."""

    id: Id
    type: str
    stream: str
    version: int
    outcome: Literal["appended", "repeated"]
    position: VotePlace
    recorded_at: Moment


class CountedVote(_Answer):
    """The vote counts: this one (201), or the one that was cast before with the same ballot (200)."""

    outcome: Literal["counted", "already counted"]
    receipt: VoteReceipt


class Misses:
    """Counts tokens that no ballot has. `pause` waits so many seconds."""

    def __init__(
        self,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._addresses, self._all = Limiter(MISSES_OF_ADDRESS, clock=clock), Limiter(MISSES_OF_ALL, clock=clock)
        self._pause, self._held = pause, 0

    async def count(self, address: str) -> None:
        """Count one more. Raises `problems.too_many`, after a while, where it is one too many."""
        try:
            self._addresses.count(address)
            self._all.count("")
        except Problem:
            if self._held < HELD:
                self._held += 1
                try:
                    await self._pause(PAUSE)
                finally:
                    self._held -= 1
            raise


def ballot_routes(ballots: Ballots, misses: Misses) -> APIRouter:
    """`GET` and `POST /v1/ballots/{token}`."""
    router = APIRouter(
        tags=["ballots"],
        responses=refusals({404: "No ballot has this token.", 429: "Too many such tokens were tried."}),
    )

    async def told(answer: Response, request: Request) -> Response:
        if answer.status_code == 404:
            await misses.count(address_of(request.client.host if request.client else None))
        return answer

    @router.get(ROUTE, response_model=Ballot, summary="Read a ballot")
    async def show(token: _Token, request: Request) -> Response:
        """What the ballot asks, and whether it can still be voted with. For whoever holds it."""
        return await told(await ballots.show(token) if TOKEN.fullmatch(token) else UNKNOWN.response(), request)

    @router.post(
        ROUTE,
        response_model=CountedVote,
        status_code=201,
        summary="Vote",
        responses={
            200: {"model": CountedVote, "description": "It was voted with before; that vote counts."},
            **refusals({409: "The exhibition is closed.", 422: "Answers to what is not asked."}),
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": Vote.model_json_schema()}},
            }
        },
    )
    async def vote(token: _Token, request: Request) -> Response:
        """Vote, once: the first vote counts, and whoever sends another is told of that one. For whoever holds the
        ballot.
        """
        brought = Vote.model_validate(parse(await request.body()))
        found = await ballots.vote(token, brought.answers) if TOKEN.fullmatch(token) else UNKNOWN.response()
        return await told(found, request)

    return router
