"""What `evidence` tells by numbers of its ledger, its relay and its workers: readers for `measuring.Measures`."""

from functools import partial
from operator import attrgetter

import asyncpg

from services.evidence.ports import Waits
from services.evidence.postgres.lanes import LaneMeasures
from services.evidence.postgres.releasing import Releasing
from services.evidence.vault.destroying import KeyDestruction
from shared.ledger.identifiers import SHARDS
from shared.runtime.measuring import Reader, Reading
from shared.runtime.metrics import (
    APPEND_BATCH,
    APPEND_SECONDS,
    BATCHES,
    BATCHES_FAILING,
    COMMANDS,
    COMMANDS_BUSY,
    COMMANDS_WAITING,
    KEYS_FAILING,
    KEYS_WAITING,
    RELAYED,
    TRACES_SHED,
)
from shared.runtime.relay_age import unrelayed
from shared.runtime.relay_measures import late_measures
from shared.runtime.trails import Trails


def append_measures(measures: LaneMeasures) -> Reader:
    """How the lanes of this process get on."""

    async def read(reading: Reading) -> None:
        for ledger in SHARDS:
            reading.histogram(APPEND_SECONDS, measures.seconds[ledger], ledger)
            reading.histogram(APPEND_BATCH, measures.sizes[ledger], ledger)
        for outcome, count in measures.outcomes.items():
            reading.number(COMMANDS, count, outcome)
        reading.number(COMMANDS_WAITING, measures.waiting)
        reading.number(COMMANDS_BUSY, measures.turned_away)

    return read


def trail_measures(trails: Trails) -> Reader:
    async def read(reading: Reading) -> None:
        reading.number(TRACES_SHED, trails.shed)

    return read


def worker_measures(releasing: Releasing, destruction: KeyDestruction) -> Reader:
    """Whether the workers of this process get on."""

    async def read(reading: Reading) -> None:
        reading.number(BATCHES_FAILING, releasing.failing is not None)
        reading.number(KEYS_FAILING, destruction.failing is not None)

    return read


def ledger_measures(pool: asyncpg.Pool, waits: Waits) -> Reader:
    """What the database says of the relay and of what waits, whichever process does it."""
    late = late_measures(partial(unrelayed, pool), tuple(SHARDS), attrgetter("ledger"))

    async def read(reading: Reading) -> None:
        cursors = await pool.fetch("SELECT ledger, shard, position FROM ledger.cursor")
        for row in cursors:
            reading.number(RELAYED, row["position"], row["ledger"], str(row["shard"]))
        await late(reading)
        found = await waits.waiting()
        for state, count in found.batches.items():
            reading.number(BATCHES, count, state)
        reading.number(KEYS_WAITING, found.keys)

    return read
