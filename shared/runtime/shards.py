"""What projectors, sources and the relay call a shard, and how far one has come in it."""

from dataclasses import dataclass
from typing import NamedTuple

from shared.ledger.identifiers import SHARDS, Ledger


class Shard(NamedTuple):
    """One shard of one ledger, which is one partition of one topic, for life."""

    ledger: Ledger
    number: int


@dataclass(frozen=True, slots=True)
class Bookmark:
    """How far a shard has been applied, and the offset in its Kafka partition from which to read on."""

    position: int
    next_offset: int


def shards_of(*ledgers: Ledger) -> list[Shard]:
    """Every shard of these ledgers."""
    return [Shard(ledger, number) for ledger in ledgers for number in range(SHARDS[ledger])]
