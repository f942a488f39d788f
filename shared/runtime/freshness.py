"""Waiting until the tables have come as far as a reader asks for (`at_least=`), bounded, with an honest answer.

Access tables lie under the same watermarks, so whoever waits for a position also waits for the rights as of it.
"""

import asyncio
import re
import time
from collections.abc import Mapping
from contextlib import suppress

import asyncpg

from shared.ledger.identifiers import SHARDS, Ledger
from shared.runtime.shards import Shard
from shared.runtime.trouble import is_trouble

MOST = 65
"""Pins in one `at_least`: one for each shard there is."""

_PIN = re.compile(r"(evidence|definitions):(0|[1-9][0-9]?):(0|[1-9][0-9]{0,14})", re.ASCII)

Pins = dict[Shard, int]
"""Positions by shard."""


def parse_at_least(text: str) -> Pins:
    """The positions that `ledger:shard:position,…` asks for; the greatest where a shard stands twice.

    Raises ValueError with a sentence that says what would be right.
    """
    pins: Pins = {}
    parts = text.split(",")
    if len(parts) > MOST:
        raise ValueError(f"may name at most {MOST} positions")
    for part in parts:
        match = _PIN.fullmatch(part)
        if match is None:
            raise ValueError('must be positions such as "evidence:17:42,definitions:0:7"')
        ledger: Ledger = "evidence" if match[1] == "evidence" else "definitions"
        if int(match[2]) >= SHARDS[ledger]:
            raise ValueError(f"must name a shard of {ledger} from 0 to {SHARDS[ledger] - 1}")
        shard = Shard(ledger, int(match[2]))
        pins[shard] = max(pins.get(shard, 0), int(match[3]))
    return pins


def written(pins: Mapping[Shard, int]) -> str:
    """Pins as `parse_at_least` reads them."""
    return ",".join(f"{shard.ledger}:{shard.number}:{position}" for shard, position in sorted(pins.items()))


async def watermarks(pool: asyncpg.Pool) -> Pins:
    """How far the tables have come, by shard. Raises what the database raises."""
    rows = await pool.fetch("SELECT ledger, shard, position FROM projection.watermark")
    return {Shard(row["ledger"], row["shard"]): row["position"] for row in rows}


class Freshness:
    """Waits on behalf of readers; however many wait, one of them asks the database, every `poll` seconds."""

    def __init__(self, pool: asyncpg.Pool, *, longest: float = 5.0, poll: float = 0.02) -> None:
        self._pool = pool
        self._longest = longest
        self._poll = poll
        self._latest: Pins = {}
        self._asking: asyncio.Task[None] | None = None

    async def reached(self, pins: Mapping[Shard, int], *, seconds: float | None = None) -> bool:
        """Whether the tables have reached every pin, after waiting at most `seconds` (or `longest`, if that is less).

        A database in trouble counts as not reached.
        """
        until = time.monotonic() + min(self._longest, self._longest if seconds is None else seconds)
        while not self._enough(pins):
            if time.monotonic() >= until:
                return False
            await self._asked()
        return True

    def _enough(self, pins: Mapping[Shard, int]) -> bool:
        return all(self._latest.get(shard, 0) >= position for shard, position in pins.items())

    async def _asked(self) -> None:
        """Wait for the next answer of the database, asking if nobody else does."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._asking), self._longest)

    async def _ask(self) -> None:
        try:
            self._latest = await watermarks(self._pool)
        except Exception as error:
            if not is_trouble(error):
                raise
        await asyncio.sleep(self._poll)
