"""F6, F7: a full disk under PostgreSQL and under Kafka, and clocks that are wrong by ten minutes and run backwards."""

import asyncio
from functools import partial

import pytest

from tests.faults.machine.conftest import Machine
from tests.support.effort import Effort
from tests.support.small_disk import filled
from tests.support.waiting import until

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.timeout(1800)]

TEN_MINUTES = 600
EVERYONE = ("postgres", "issuer", "evidence", "mastery", "portfolio", "audit", "gateway")


@pytest.mark.long
@pytest.mark.fault("F6", "the disk full under PostgreSQL: refused cleanly, nothing corrupt, back by itself", share=1)
async def test_the_disk_under_postgresql_is_full(machine: Machine, effort: Effort) -> None:
    if machine.no_disks:
        pytest.skip(machine.no_disks)
    trial = machine.trial
    for _ in effort.rounds(short=1):
        async with trial.writing():
            await trial.accepted(5)
            refused = len(trial.tries)
            with filled(machine.disks["postgres"]):
                await until(partial(_refused, machine, refused), "a write is refused", seconds=90)
                await asyncio.sleep(effort.seconds(1, 20))  # the fault's length
            await trial.accepted(20, seconds=90)
    await trial.check(effort)


@pytest.mark.long
@pytest.mark.fault("F6", "the disk full under Kafka: evidence is accepted, and relayed once there is room", share=1)
async def test_the_disk_under_kafka_is_full(machine: Machine, effort: Effort) -> None:
    if machine.no_disks:
        pytest.skip(machine.no_disks)
    trial = machine.trial
    for _ in effort.rounds(short=1):
        async with trial.writing():
            await trial.accepted(5)
            with filled(machine.disks["kafka"]):
                await trial.accepted(100)
                await asyncio.sleep(effort.seconds(1, 20))  # the fault's length
            await trial.accepted(20)
        await trial.stack.until_up("kafka")
    await trial.check(effort)


@pytest.mark.long
@pytest.mark.fault("F7", "all clocks, the database's and a service's ten minutes ahead, behind, and backwards", share=2)
async def test_clocks_that_are_wrong_and_run_backwards(machine: Machine, effort: Effort) -> None:
    if machine.no_clocks:
        pytest.skip(machine.no_clocks)
    trial = machine.trial
    assert trial.stack.clocks is not None
    wrong = (("postgres",), EVERYONE, ("gateway",), ("evidence",), ("mastery",))
    for number in effort.rounds(short=2):
        parts = wrong[number % len(wrong)]
        async with trial.writing():
            for seconds in (TEN_MINUTES, -TEN_MINUTES, 0):
                for part in parts:
                    trial.stack.clocks.set(part, seconds)
                await asyncio.sleep(2)  # until the programs see it: they look once a second
                if parts in {("postgres",), EVERYONE} or seconds == 0:
                    await trial.accepted(20)
    await trial.check(effort)


def _refused(machine: Machine, since: int) -> bool:
    return any(each.outcome == "unknown" for each in machine.trial.tries[since:])
