"""How soon what was accepted is seen: from a receipt to a level that shows it, through the gateway (P6).

The whole stack runs as it is embedded, with the callers on the same machine. What it takes of single pieces from 32
callers who wait for each answer is measured first; half of that is then sent steadily, and some of the writers look.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from tests.performance import Figure
from tests.performance.district_load import Caller, Waits, loaded_district, steadily
from tests.support.running import until_applied

CALLERS = 32
FULL, STEADY = 8.0, 20.0
"""Seconds of full load, and of half."""

LOOKS = 20.0
"""Writers a second who look."""

GOAL = 250.0


async def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        async with loaded_district(Path(folder) / "home", learners=400, competencies=8) as (stack, caller):
            quiet = await looked(caller, rate=2.0, seconds=5.0)
            full = await _full(caller)
            await until_applied(stack)
            looks, writes = Waits(), Waits()
            await asyncio.gather(
                steadily(full / 2 - LOOKS, STEADY, lambda: caller.record(1), writes),
                _looks(caller, LOOKS, STEADY, looks),
            )
    half = f"half load ({full / 2:,.0f}/s)"
    return [
        Figure("freshness: accepted to seen, alone, half within", quiet.within(0.5), "ms", "goal", GOAL),
        Figure("freshness: single pieces through the gateway, all running", full, "requests/s"),
        Figure(f"freshness: accepted to seen, {half}, half within", looks.within(0.5), "ms", "goal", GOAL),
        Figure(f"freshness: accepted to seen, {half}, 99 % within", looks.within(0.99), "ms", "goal", GOAL),
        Figure(f"freshness: a write, {half}, 99 % within", writes.within(0.99), "ms"),
    ]


async def looked(caller: Caller, *, rate: float, seconds: float) -> Waits:
    """How long it took, from each receipt, until a level showed it."""
    looks = Waits()
    await _looks(caller, rate, seconds, looks)
    return looks


async def _looks(caller: Caller, rate: float, seconds: float, looks: Waits) -> None:
    async def write_and_look() -> None:
        receipt = await caller.record(1)
        accepted = time.perf_counter()
        await caller.seen(receipt)
        looks.seconds.append(time.perf_counter() - accepted)

    await steadily(rate, seconds, write_and_look, Waits())


async def _full(caller: Caller) -> float:
    """Single pieces a second that 32 callers get receipts for."""
    end, before = time.perf_counter() + FULL, caller.events

    async def one() -> None:
        while time.perf_counter() < end:
            await caller.record(1)

    await asyncio.gather(*(one() for _ in range(CALLERS)))
    return (caller.events - before) / FULL
