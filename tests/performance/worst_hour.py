"""The district's worst hour (P8): 1,600 events and 50 reads a second for some minutes, on the whole embedded stack.

python -m tests.performance worst_hour --minutes 10

Nine events of ten come as a class hands in, 25 in a request; the tenth comes by itself. Afterwards the invariants I1–I5
are checked: what was acknowledged, the ledger, the topics, and every level against the plain fold.
"""

import asyncio
import gc
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from deploy.local.description import resident_bytes
from deploy.local.home import open_home
from deploy.local.stack import Stack
from tests.performance import Figure
from tests.performance.district_load import Caller, Waits, loaded, steadily
from tests.performance.freshness import looked
from tests.support.invariants import (
    check_nothing_lost_doubled_or_invented,
    check_order,
    check_states,
    check_topic,
    ledger_entries,
    topic_entries,
)
from tests.support.running import administrator, states_shown, until_applied

EVENTS, READS, LOOKS = 1600.0, 50.0, 5.0
"""Events, reads, and writers who look, a second."""

CLASS = 25
ALONE = 0.1
LEARNERS, COMPETENCIES = 2000, 8
MEBIBYTE = 1024 * 1024
GIVEN = 1.0
"""Minutes, unless more are asked for."""


async def figures(minutes: float = GIVEN) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(Path(folder) / "home")
        begun = time.perf_counter()
        try:
            async with Stack(home) as stack:
                ready = time.perf_counter() - begun
                await asyncio.sleep(10)  # idle is what it is a while after everything has started
                idle = resident_bytes(os.getpid()) / MEBIBYTE
                async with loaded(stack, learners=LEARNERS, competencies=COMPETENCIES) as caller:
                    found = await _hour(stack, caller, minutes * 60)
                    await _checked(stack, caller)
        finally:
            home.erase()
    return [
        Figure("worst hour: a new stack until ready", ready, "s", "goal", 30.0),
        Figure("worst hour: memory of all, idle", idle, "MiB", "goal", 1536.0),
        *found,
        Figure("worst hour: events of which I1–I5 hold", float(caller.events), "events"),
    ]


async def _hour(stack: Stack, caller: Caller, seconds: float) -> list[Figure]:
    classes, alone, reads = Waits(), Waits(), Waits()
    begun, before = time.perf_counter(), caller.events
    *_, looks = await asyncio.gather(
        steadily(EVENTS * (1 - ALONE) / CLASS, seconds, lambda: caller.record(CLASS), classes),
        steadily(EVENTS * ALONE - LOOKS, seconds, lambda: caller.record(1), alone),
        steadily(READS, seconds, caller.read, reads),
        looked(caller, rate=LOOKS, seconds=seconds),
    )
    took, events = time.perf_counter() - begun, caller.events - before
    ended = time.perf_counter()
    await until_applied(stack)
    accepted = Waits([*classes.seconds, *alone.seconds])
    return [
        Figure("worst hour: events accepted", events / took, "events/s", "asked for", EVENTS),
        Figure("worst hour: accepted, 99 % within", accepted.within(0.99), "ms", "goal", 150.0),
        Figure("worst hour: accepted, half within", accepted.within(0.5), "ms"),
        Figure("worst hour: a single piece accepted, 99 % within", alone.within(0.99), "ms", "goal", 150.0),
        Figure("worst hour: accepted to seen, 99 % within", looks.within(0.99), "ms", "goal", 2000.0),
        Figure("worst hour: accepted to seen, half within", looks.within(0.5), "ms"),
        Figure("worst hour: a read of levels, 99 % within", reads.within(0.99), "ms"),
        Figure("worst hour: calls made again, for no answer came or 503", float(caller.again), "calls"),
        Figure("worst hour: until every service has applied the last", time.perf_counter() - ended, "s"),
    ]


async def _checked(stack: Stack, caller: Caller) -> None:
    """I1–I5. Raises AssertionError that names the first thing that is wrong."""
    entries = await ledger_entries(stack.databases["evidence"].app)
    check_nothing_lost_doubled_or_invented(caller.acknowledged, caller.sent, entries)
    check_order(entries)
    check_topic(entries, await topic_entries(stack.access))
    gc.collect()
    async with administrator(stack) as gateway:
        shown: dict[tuple[str, str], dict[str, Any]] = {}
        for first in range(0, len(caller.learners), 50):
            shown |= await states_shown(gateway, caller.learners[first : first + 50])
            await asyncio.sleep(0.5)  # the gateway lets a person ask a hundred times a second
    check_states(entries, caller.documents, shown)
