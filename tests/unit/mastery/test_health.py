"""What mastery says of itself: also why changes of states are not on their topic."""

from typing import Any

import pytest

from services.mastery.http.health import Standing
from shared.runtime.projection_health import ProjectionHealth, ShardHealth
from shared.runtime.shards import Shard


class Watch:
    async def look(self) -> ProjectionHealth:
        return ProjectionHealth({"evidence": [ShardHealth(0, 5, 5, 0, 0.0), ShardHealth(1, 7, 7, 0, 0.0)]}, 0)


class NoRefolds:
    async def waiting(self) -> list[Any]:
        return []


@pytest.mark.parametrize(
    ("held", "status"), [({}, "ok"), ({Shard("evidence", 1): "Kafka does not answer: x"}, "degraded")]
)
async def test_a_shard_whose_states_are_not_relayed_says_why(held: dict[Shard, str], status: str) -> None:
    watch: Any = Watch()
    document = await Standing(("projector",), NoRefolds(), watch, lambda: None, lambda: held).document()
    assert document["status"] == status
    told = [shard.get("not_relayed") for shard in document["shards"]["evidence"]]
    assert told == [None, held.get(Shard("evidence", 1))]
