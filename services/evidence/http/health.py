"""`GET /health`: how this process and the service's shards stand. Tells nothing of anybody, so it asks for no token."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import asyncpg
from fastapi import APIRouter, Response

from services.evidence.http.answers import json_response
from services.evidence.ports import Waits
from shared.runtime.projection_health import HealthWatch
from shared.runtime.relay import ALARM, Relay
from shared.runtime.relay_age import unrelayed
from shared.runtime.shards import Shard
from shared.runtime.trouble import is_trouble


class Worker(Protocol):
    """A worker that says what stands in its way, None while nothing does."""

    @property
    def failing(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What health is read from. `relay` and the workers are those of this process, if it has their roles."""

    roles: Sequence[str]
    pool: asyncpg.Pool
    watch: HealthWatch
    waits: Waits
    relay: Relay | None
    releasing: Worker | None = None
    destruction: Worker | None = None
    counting: Worker | None = None

    async def document(self) -> dict[str, Any]:
        """Health as JSON. Where the database does not answer, only that is told."""
        head = {"service": "evidence", "roles": list(self.roles)}
        try:
            health = await self.watch.look()
            relayed = await self._relayed()
            late = await unrelayed(self.pool)
            waits = await self.waits.waiting()
        except Exception as error:
            if not is_trouble(error):
                raise
            return {**head, "status": "degraded", "shards": {}, "reason": "The database does not answer."}
        reasons = self.relay.reasons() if self.relay is not None else {}
        document = health.document()
        _add_relayed(document["shards"], relayed, reasons, {each.shard: each.age for each in late})
        failing = {name: worker.failing for name, worker in self._workers() if worker.failing is not None}
        degraded = health.degraded or reasons or failing or any(each.age >= ALARM for each in late)
        return {
            **head,
            "status": "degraded" if degraded else "ok",
            **document,
            "relay_age_seconds": max((each.age for each in late), default=0.0),
            "waiting": {"grade_batches": dict(waits.batches), "key_destructions": waits.keys},
            **({"failing": failing} if failing else {}),
        }

    def _workers(self) -> Iterator[tuple[str, Worker]]:
        named = (
            ("grade_batches", self.releasing),
            ("key_destructions", self.destruction),
            ("vote_counts", self.counting),
        )
        for name, worker in named:
            if worker is not None:
                yield name, worker

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
    shards: Mapping[Any, list[dict[str, Any]]],
    relayed: Mapping[Shard, int],
    reasons: Mapping[Shard, str],
    ages: Mapping[Shard, float],
) -> None:
    for ledger, rows in shards.items():
        for row in rows:
            shard = Shard(ledger, row["shard"])
            row["relayed"] = relayed.get(shard, 0)
            if shard in ages:
                row["relay_age_seconds"] = ages[shard]
            if shard in reasons:
                row["not_relayed"] = reasons[shard]
