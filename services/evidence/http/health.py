"""`GET /health`: how this process and the service's shards stand. Tells nothing of anybody, so it asks for no token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from fastapi import APIRouter, Response

from services.evidence.http.answers import json_response
from shared.runtime.projection_health import HealthWatch
from shared.runtime.relay import Relay
from shared.runtime.shards import Shard
from shared.runtime.trouble import is_trouble


@dataclass(frozen=True, slots=True)
class Standing:
    """What health is read from. `relay` is the one of this process, if it has that role."""

    roles: Sequence[str]
    pool: asyncpg.Pool
    watch: HealthWatch
    relay: Relay | None

    async def document(self) -> dict[str, Any]:
        """Health as JSON. Where the database does not answer, only that is told."""
        head = {"service": "evidence", "roles": list(self.roles)}
        try:
            health = await self.watch.look()
            relayed = await self._relayed()
        except Exception as error:
            if not is_trouble(error):
                raise
            return {**head, "status": "degraded", "shards": {}, "reason": "The database does not answer."}
        reasons = self.relay.reasons() if self.relay is not None else {}
        document = health.document()
        _add_relayed(document["shards"], relayed, reasons)
        return {**head, "status": "degraded" if health.degraded or reasons else "ok", **document}

    async def _relayed(self) -> dict[Shard, int]:
        rows = await self.pool.fetch("SELECT ledger, shard, position FROM ledger.cursor")
        return {Shard(row["ledger"], row["shard"]): row["position"] for row in rows}


def health_routes(standing: Standing) -> APIRouter:
    """`GET /health`."""
    router = APIRouter(tags=["health"])

    @router.get("/health", summary="Health", response_model=dict[str, Any])
    async def health() -> Response:
        """How each shard stands: head, relayed, applied, and why it waits where it does."""
        return json_response(await standing.document())

    return router


def _add_relayed(
    shards: Mapping[Any, list[dict[str, Any]]], relayed: Mapping[Shard, int], reasons: Mapping[Shard, str]
) -> None:
    for ledger, rows in shards.items():
        for row in rows:
            shard = Shard(ledger, row["shard"])
            row["relayed"] = relayed.get(shard, 0)
            if shard in reasons:
                row["not_relayed"] = reasons[shard]
