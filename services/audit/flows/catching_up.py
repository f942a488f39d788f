"""Waiting, within bounds, until a projection has come as far as another place already is."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from services.audit.ports import Copy, Record
from shared.runtime.shards import Shard

POLL = 0.1


async def catch_up(
    reached: Callable[[], Awaitable[Mapping[Shard, int]]], wanted: Mapping[Shard, int], *, patience: float
) -> Mapping[Shard, int]:
    """Wait until `wanted` is reached, or until nothing has moved for `patience` seconds. Returns what is reached then.

    `wanted` stands still, so this ends; as long as there is progress it waits, since an import may just be under way.
    """
    last, moved_at = await reached(), time.monotonic()
    while any(last.get(shard, 0) < position for shard, position in wanted.items()):
        if time.monotonic() - moved_at > patience:
            break
        await asyncio.sleep(POLL)
        now = await reached()
        if now != last:
            last, moved_at = now, time.monotonic()
    return last


async def reach(
    copy: Copy, record: Record, wanted: Mapping[Shard, int], ends: Mapping[Shard, int], *, patience: float
) -> None:
    """Wait for the copy where others rest on later entries than `ends`, as far as the ledger has them at all."""
    late = {shard: position for shard, position in wanted.items() if position > ends.get(shard, 0)}
    if late:
        heads = await record.heads()
        real = {shard: min(position, heads.get(shard, 0)) for shard, position in late.items()}
        await catch_up(copy.reached, real, patience=patience)
