"""`GET /health`: how the service's shards and refolds stand. Tells nothing of anybody, so it asks for no token."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from services.mastery.http.documents import HealthDocument
from services.mastery.ports import Refolds, WhatIfs
from shared.runtime.answering import json_answer
from shared.runtime.projection_health import HealthWatch
from shared.runtime.shards import Shard
from shared.runtime.trouble import is_trouble


@dataclass(frozen=True, slots=True)
class Standing:
    """What health is read from. `failing` says why refolds do not go on, in this process, and `not_relayed` which
    shards' changes of states do not come on their topic, and why.
    """

    roles: Sequence[str]
    refolds: Refolds
    what_ifs: WhatIfs
    watch: HealthWatch
    failing: Callable[[], str | None]
    not_relayed: Callable[[], Mapping[Shard, str]]

    async def document(self) -> dict[str, Any]:
        """Health as JSON. Where the database does not answer, only that is told."""
        head = {"service": "mastery", "roles": list(self.roles)}
        try:
            health = await self.watch.look()
            refolds = await self.refolds.waiting()
            what_ifs = await self.what_ifs.under_way()
        except Exception as error:
            if not is_trouble(error):
                raise
            return {**head, "status": "degraded", "shards": {}, "reason": "The database does not answer."}
        failing, held = self.failing(), self.not_relayed()
        document = health.document()
        for shard, reason in held.items():
            document["shards"][shard.ledger][shard.number]["not_relayed"] = reason
        return {
            **head,
            "status": "degraded" if health.degraded or failing or held else "ok",
            **document,
            "refolds": [
                {"scope": refold.scope, "position": refold.position, "done": refold.done} for refold in refolds
            ],
            "what_ifs": [{"parts": each.parts, "done": each.parts_done} for each in what_ifs],
            **({} if failing is None else {"reason": f"Refolds wait: {failing}."}),
        }


def health_routes(standing: Standing) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health", summary="Health", response_model=HealthDocument)
    async def health() -> Response:
        """How each shard stands, why it waits where it does, and which refolds and what-ifs are under way."""
        return json_answer(await standing.document())

    return router
