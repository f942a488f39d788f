"""The doors of `evidence` by which ballots are read and voted with."""

import asyncio
from collections.abc import Callable, Mapping

import structlog
from fastapi import Response

from shared.runtime.calling import ServiceClient, bearing
from shared.runtime.problems import unavailable
from shared.runtime.trouble import UnavailableError

TOLD = frozenset({200, 201, 404, 409, 422, 503})
"""What evidence answers to a voter; whatever else it says is a fault between the two."""

AT_ONCE = 32
"""Ballots that are asked for at a time. Whoever comes beside them waits her turn, however long, and is not refused: two
thousand who come at once would otherwise wait for connections and rows beyond what anybody waits for these.
"""

_log = structlog.get_logger()


class BallotDoor:
    """Implements ports.Ballots, under a service token. Nothing that is logged has a token or an answer in it."""

    def __init__(self, evidence: ServiceClient, token: Callable[[], str]) -> None:
        self._evidence, self._token = evidence, token
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def show(self, token: str) -> Response:
        """See `Ballots.show`."""
        return await self._asked("/ballots/show", {"token": token})

    async def vote(self, token: str, answers: Mapping[str, str]) -> Response:
        """See `Ballots.vote`."""
        return await self._asked("/ballots/vote", {"token": token, "answers": dict(answers)})

    async def _asked(self, door: str, body: Mapping[str, object]) -> Response:
        try:
            async with self._turns:
                answer = await self._evidence.ask("POST", door, json=dict(body), headers=bearing(self._token()))
        except UnavailableError as error:
            _log.warning("ballots cannot be had", service="evidence", error=type(error).__name__)
            raise _later() from None
        if answer.status not in TOLD:
            _log.warning("ballots cannot be had", service="evidence", status=answer.status)
            raise _later()
        later = answer.header("retry-after")
        kept = {} if later is None else {"retry-after": later}
        return Response(answer.content, answer.status, kept, media_type=answer.header("content-type"))


def _later() -> Exception:
    return unavailable("Ballots cannot be read at the moment; send the same again, it counts once.", retry_after=2)
