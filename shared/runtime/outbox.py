"""What a relay publishes: rows that were written with what they tell of, in the order in which they were."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from shared.ledger.identifiers import Ledger
from shared.ledger.instants import Instant
from shared.runtime.relay_age import Unrelayed
from shared.runtime.shards import Shard


class OutRecord(NamedTuple):
    """A record as it goes to Kafka; without a `value` a tombstone. `headers` are as `records.written` has them."""

    key: bytes
    value: bytes | None
    timestamp: Instant
    headers: bytes


class Outbox(Protocol):
    """Rows numbered from 1 without gaps, shard by shard, and for each shard a cursor: how many are on its topic.

    All raise what the database raises.
    """

    @property
    def topics(self) -> Mapping[Ledger, str]:
        """The topic whose partitions are the shards of a ledger."""
        ...

    async def behind(self) -> dict[Shard, int]:
        """The shards with rows that are not on their topic yet, and their cursors."""
        ...

    async def records(self, shard: Shard, cursor: int, most: int, most_bytes: int) -> Sequence[OutRecord]:
        """The next rows after `cursor`, without a gap: at most so many, and about so many bytes, but one at least."""
        ...

    async def moved(self, shard: Shard, old: int, new: int, offset: int) -> bool:
        """Move the cursor by compare-and-set, for the rows up to `new` are in the partition, from `offset` on.

        False where it was no longer at `old`, or was put back: look again.
        """
        ...

    async def late(self) -> Sequence[Unrelayed]:
        """The shards with rows that wait for their topic, those that wait longest first."""
        ...
