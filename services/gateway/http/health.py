"""How the district is: the gateway, and every service behind it, as each of them says."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from services.gateway.domain.route import Service
from services.gateway.http.peers import Peers
from shared.runtime.projection_health import HealthWatch
from shared.runtime.trouble import UnavailableError, is_trouble

ANSWER = 1.0
"""Seconds that a service has to answer; after that it counts as down."""

REMEMBERED = 0.5
"""Seconds for which an answer is good: whoever asks often asks the services no oftener than that."""


class Health:
    """Asks all at once, for everyone who waits."""

    def __init__(self, peers: Peers, watch: HealthWatch, roles: Sequence[str]) -> None:
        self._peers, self._watch, self._roles = peers, watch, roles
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
        well = all(said["status"] == "ok" for said in (own, *answers))
        return {
            "service": "gateway",
            "status": "ok" if well else "degraded",
            "roles": list(self._roles),
            "shards": own["shards"],
            "quarantined": sum(int(said.get("quarantined", 0)) for said in (own, *answers)),
            "services": services,
        }

    async def _own(self) -> dict[str, Any]:
        """How the gateway's own tables stand. Where its database does not answer, only that is told."""
        try:
            async with asyncio.timeout(ANSWER):
                health = await self._watch.look()
        except Exception as error:
            if not is_trouble(error):
                raise
            return {"status": "degraded", "shards": {}}
        return {"status": "degraded" if health.degraded else "ok", **health.document()}

    async def _ask(self, name: Service) -> dict[str, Any]:
        down = {"service": name, "status": "down"}
        try:
            answer = orjson.loads((await self._peers[name].ask("GET", "/health", within=ANSWER)).content)
        except (UnavailableError, orjson.JSONDecodeError):
            return down
        return answer if isinstance(answer, dict) and "status" in answer else down
