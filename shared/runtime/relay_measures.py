"""What a relay and its outbox tell by numbers: readers for `measuring.Measures`."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

from shared.runtime.measuring import Histogram, Reader, Reading
from shared.runtime.metrics import NOT_RELAYED, RELAY_AGE, RELAY_BATCH, RELAY_LOST, RELAY_REFUSED, UNRELAYED
from shared.runtime.relay import Relay
from shared.runtime.relay_age import Unrelayed
from shared.runtime.shards import Shard


def relay_measures(relay: Relay, sizes: Mapping[str, Histogram], relayed: Callable[[Shard], str]) -> Reader:
    """How the relay of this process gets on. `sizes` are those of the batches that Kafka acknowledged, by what it
    relays; `relayed` says what that is of a shard.
    """

    async def read(reading: Reading) -> None:
        held = Counter(map(relayed, relay.reasons()))
        for name, of_name in sizes.items():
            reading.number(NOT_RELAYED, held[name], name)
            reading.histogram(RELAY_BATCH, of_name, name)
        reading.number(RELAY_REFUSED, relay.refused)
        reading.number(RELAY_LOST, relay.lost)

    return read


def late_measures(
    late: Callable[[], Awaitable[Sequence[Unrelayed]]], names: Sequence[str], relayed: Callable[[Shard], str]
) -> Reader:
    """What waits for its topic, whichever process relays it."""

    async def read(reading: Reading) -> None:
        waits = await late()
        for name in names:
            own = [each for each in waits if relayed(each.shard) == name]
            reading.number(UNRELAYED, sum(each.head - each.relayed for each in own), name)
            reading.number(RELAY_AGE, max((each.age for each in own), default=0.0), name)

    return read
