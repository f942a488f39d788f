"""What mastery says of itself: also why changes of states are not on their topic."""

from typing import Any

import pytest

from services.mastery.domain.what_ifs import UnderWay
from services.mastery.http.health import Standing
from shared.runtime.projection_health import ProjectionHealth, ShardHealth
from shared.runtime.shards import Shard


class Watch:
    async def look(self) -> ProjectionHealth:
        return ProjectionHealth({"evidence": [ShardHealth(0, 5, 5, 0, 0.0), ShardHealth(1, 7, 7, 0, 0.0)]}, 0)


class NoRefolds:
    async def waiting(self) -> list[Any]:
        return []


class OneWhatIf:
    async def under_way(self) -> list[UnderWay]:
        return [UnderWay("district", 64, 12)]


@pytest.mark.parametrize(
    ("held", "status"), [({}, "ok"), ({Shard("evidence", 1): "Kafka does not answer: x"}, "degraded")]
)
async def test_a_shard_whose_states_are_not_relayed_says_why(held: dict[Shard, str], status: str) -> None:
    watch: Any = Watch()
    what_ifs: Any = OneWhatIf()
    document = await Standing(("projector",), NoRefolds(), what_ifs, watch, lambda: None, lambda: held).document()
    assert document["what_ifs"] == [{"parts": 64, "done": 12}]
    assert document["status"] == status
    told = [shard.get("not_relayed") for shard in document["shards"]["evidence"]]
    assert told == [None, held.get(Shard("evidence", 1))]
