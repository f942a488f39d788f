"""The doors of `evidence` by which ballots are read and voted with."""

import asyncio
from collections.abc import Callable, Mapping

import aiohttp
import orjson
import structlog
from fastapi import Response

from shared.runtime.problems import unavailable

TOLD = frozenset({200, 201, 404, 409, 422, 503})
"""What evidence answers to a voter; whatever else it says is a fault between the two."""

AT_ONCE = 32
"""Ballots that are asked for at a time. Whoever comes beside them waits her turn, however long, and is not refused: two
thousand who come at once would otherwise wait for connections and rows beyond what anybody waits for these.
"""

_log = structlog.get_logger()


class BallotDoor:
    """Implements ports.Ballots, under a service token. Nothing that is logged has a token or an answer in it."""

    def __init__(self, session: Callable[[], aiohttp.ClientSession], address: str, token: Callable[[], str]) -> None:
        self._session, self._address, self._token = session, address, token
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def show(self, token: str) -> Response:
        """See `Ballots.show`."""
        return await self._asked("/ballots/show", {"token": token})

    async def vote(self, token: str, answers: Mapping[str, str]) -> Response:
        """See `Ballots.vote`."""
        return await self._asked("/ballots/vote", {"token": token, "answers": dict(answers)})

    async def _asked(self, door: str, body: Mapping[str, object]) -> Response:
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        try:
            async with (
                self._turns,
                self._session().post(
                    self._address + door, data=orjson.dumps(body), headers=headers, allow_redirects=False
                ) as answer,
            ):
                content = await answer.read()
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            _log.warning("ballots cannot be had", service="evidence", error=type(error).__name__)
            raise _later() from None
        if answer.status not in TOLD:
            _log.warning("ballots cannot be had", service="evidence", status=answer.status)
            raise _later()
        kept = {name: answer.headers[name] for name in ("retry-after",) if name in answer.headers}
        return Response(content, answer.status, kept, media_type=answer.headers.get("content-type"))


def _later() -> Exception:
    return unavailable("Ballots cannot be read at the moment; send the same again, it counts once.", retry_after=2)
