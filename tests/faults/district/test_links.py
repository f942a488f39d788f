"""F2, F3, F5: parts that stand still, a broker that is away, wires cut, reset, silent, delayed or throttled."""

import asyncio
import time
from collections.abc import Callable, Mapping

import pytest

from tests.support.effort import Effort
from tests.support.proxy import FaultProxy
from tests.support.trial import Trial

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.timeout(1800)]

BREAKS: Mapping[str, Callable[[FaultProxy], None]] = {
    "cut": FaultProxy.cut,
    "reset": FaultProxy.reset,
    "half-open": FaultProxy.silence,
    "delay": lambda wire: wire.delay(0.2),
    "throttle": lambda wire: wire.throttle(20_000),
}
MAIN = (
    *(("evidence", "postgres"), ("evidence", "kafka"), ("gateway", "evidence")),
    *(("mastery", "postgres"), ("mastery", "kafka"), ("mastery", "evidence")),
)
"""The wires that an event takes on its way; with five ways to break them, all pairs come in thirty rounds."""

BOUND = 65.0
"""Seconds within which the gateway answers, whatever does not answer behind it (its patience is 60)."""


@pytest.mark.fault("F5", "every wire between two parts cut, reset, half-open, delayed, throttled", share=5)
async def test_wires_that_fail(trial: Trial, effort: Effort) -> None:
    """In the short form five wires fail at once, each in another way; in the long form one way after the other."""
    wires, main = sorted(trial.stack.wires), list(MAIN)
    trial.chance.shuffle(main)
    for number in effort.rounds(short=1):
        ways = list(BREAKS)
        if effort.budget is None:
            chosen = list(zip(main, ways, strict=False))
        else:
            way = ways[number % len(ways)]
            chosen = [(main[number % len(main)], way), (trial.chance.choice(wires), way)]
        async with trial.writing():
            await trial.accepted(5)
            for wire, way in chosen:
                BREAKS[way](trial.stack.wires[wire])
            await asyncio.sleep(effort.seconds(1.5, 10))  # the fault's length
            trial.stack.heal()
            await trial.accepted(20)  # no pool is exhausted
    await trial.check(effort)


@pytest.mark.long
@pytest.mark.fault("F5", "the ledger's database, half-open to evidence: answered within a bound", share=1)
async def test_a_silent_database_is_told_within_a_bound(trial: Trial, effort: Effort) -> None:
    """In the short form it comes back before anybody's patience ends, in the long form after."""
    for _ in effort.rounds(short=1):
        async with trial.writing():
            await trial.accepted(5)
            begun = time.monotonic()
            trial.stack.wires["evidence", "postgres"].silence()
            probe = asyncio.create_task(trial.probe(BOUND))
            await asyncio.sleep(effort.seconds(2, 45))  # the fault's length
            trial.stack.heal()
            assert await probe in {200, 503}
            assert time.monotonic() - begun < BOUND
            await trial.accepted(20)
    await trial.check(effort)


@pytest.mark.long
@pytest.mark.fault("F2", "SIGSTOP of a service, then CONT", share=3)
async def test_a_service_that_stands_still_and_goes_on(trial: Trial, effort: Effort) -> None:
    services = ["mastery", "evidence", "audit", "portfolio", "gateway"]
    for number in effort.rounds(short=1):
        keeper = trial.stack.keeper(services[number % len(services)])
        async with trial.writing():
            await trial.accepted(5)
            keeper.freeze()
            try:
                await asyncio.sleep(effort.seconds(9, 60))  # beyond the group's patience with a silent member
            finally:
                keeper.thaw()
            await trial.accepted(20)
    await trial.check(effort)


@pytest.mark.long
@pytest.mark.fault("F3", "the broker killed, and stopped for minutes, while evidence is accepted", share=3)
async def test_the_broker_is_away(trial: Trial, effort: Effort) -> None:
    for number in effort.rounds(short=1):
        async with trial.writing():
            await trial.accepted(5)
            if number % 2:
                await trial.stack.kill("kafka")
                await trial.accepted(50)
                await trial.back("kafka")
            else:
                await trial.stack.kill("kafka")
                await trial.stack.stop_kafka()
                await trial.accepted(30 if effort.budget is None else 100)  # as if nothing were the matter
                await asyncio.sleep(effort.seconds(1, 120))  # the fault's length
                await trial.stack.start_kafka()
            await trial.accepted(20)
    await trial.check(effort)
