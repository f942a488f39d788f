"""What `mastery` tells by numbers of its refolds and of what it publishes: readers for `measuring.Measures`."""

from functools import partial

import asyncpg

from services.mastery.ports import Refolds, WhatIfs
from services.mastery.postgres import published
from services.mastery.postgres.refolding import Refolding
from services.mastery.postgres.state_outbox import StateOutbox
from shared.runtime.measuring import Reader, Reading
from shared.runtime.metrics import REFOLDS, REFOLDS_FAILING, RELAYED, STATES, STATES_MENDED, WHAT_IFS
from shared.runtime.relay import Relay
from shared.runtime.relay_measures import late_measures, relay_measures
from shared.runtime.shards import Shard


def refolds_measures(refolds: Refolds) -> Reader:
    """What waits, whichever process does it; the queue shows no more than its first."""

    async def read(reading: Reading) -> None:
        reading.number(REFOLDS, len(await refolds.waiting()))

    return read


def what_ifs_measures(what_ifs: WhatIfs) -> Reader:
    """What is under way, whichever process does it; the queue shows no more than its first."""

    async def read(reading: Reading) -> None:
        reading.number(WHAT_IFS, len(await what_ifs.under_way()))

    return read


def refolding_measures(refolding: Refolding) -> Reader:
    """Whether the refolds of this process go on."""

    async def read(reading: Reading) -> None:
        reading.number(REFOLDS_FAILING, refolding.failing is not None)

    return read


def published_measures(pool: asyncpg.Pool) -> Reader:
    """How far the topic of states has come, whichever process publishes."""
    late = late_measures(partial(published.unrelayed, pool), [STATES], _states)

    async def read(reading: Reading) -> None:
        for shard, seq in (await published.relayed(pool)).items():
            reading.number(RELAYED, seq, STATES, str(shard))
        await late(reading)

    return read


def publishing_measures(relay: Relay, outbox: StateOutbox) -> tuple[Reader, ...]:
    """How the relay of states of this process gets on."""

    async def read(reading: Reading) -> None:
        reading.number(STATES_MENDED, outbox.healed)

    return relay_measures(relay, outbox.sizes, _states), read


def _states(_shard: Shard) -> str:
    return STATES
