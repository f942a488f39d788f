"""How the district is: the gateway, and every service behind it, as each of them says."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import asyncpg
import httpx
import orjson

from services.gateway.domain.routes import Service
from services.gateway.http.peers import Peers

ANSWER = 1.0
"""Seconds that a service has to answer; after that it counts as down."""

REMEMBERED = 0.5
"""Seconds for which an answer is good: whoever asks often asks the services no oftener than that."""


class Health:
    """Asks all at once, for everyone who waits."""

    def __init__(self, peers: Peers, pool: asyncpg.Pool) -> None:
        self._peers, self._pool = peers, pool
        self._asking = asyncio.Lock()
        self._known: tuple[float, Mapping[str, Any]] = (0.0, {})

    async def current(self) -> Mapping[str, Any]:
        """`status` is `ok` where everything is, else `degraded`; `services` has what each service said."""
        async with self._asking:
            if time.monotonic() >= self._known[0]:
                answer = await self._ask_all()
                self._known = time.monotonic() + REMEMBERED, answer
        return self._known[1]

    async def _ask_all(self) -> Mapping[str, Any]:
        own, *answers = await asyncio.gather(self._own(), *(self._ask(name) for name in self._peers.names))
        services = dict(zip(self._peers.names, answers, strict=True))
        well = own and all(answer["status"] == "ok" for answer in answers)
        return {
            "service": "gateway",
            "status": "ok" if well else "degraded",
            "roles": ["http"],
            "shards": {},
            "quarantined": sum(int(answer.get("quarantined", 0)) for answer in answers),
            "services": services,
        }

    async def _own(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER):
                return bool(await self._pool.fetchval("SELECT true"))
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False

    async def _ask(self, name: Service) -> dict[str, Any]:
        down = {"service": name, "status": "down"}
        try:
            answer = orjson.loads((await self._peers[name].get("/health", timeout=ANSWER)).content)
        except (httpx.HTTPError, orjson.JSONDecodeError):
            return down
        return answer if isinstance(answer, dict) and "status" in answer else down
