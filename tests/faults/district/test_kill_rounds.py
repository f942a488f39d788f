"""kill −9 in rounds: each kills one part at a random moment while a client writes; afterwards I1–I5 hold.

`--rounds N` for more than the usual few; `--seed N` to repeat a run.
"""

import asyncio

import pytest

from tests.support.effort import Effort
from tests.support.trial import Trial

PARTS = ("evidence", "mastery", "kafka", "postgres")
SHORT = 4
"""Rounds in the suite: one for each part."""

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.timeout(1800)]


@pytest.mark.fault("F1, F3, F4", "kill −9 of a service, the broker or PostgreSQL at a random moment", share=4)
async def test_nothing_is_lost_doubled_invented_or_disordered_however_often_parts_are_killed(
    trial: Trial, effort: Effort, request: pytest.FixtureRequest
) -> None:
    rounds = request.config.getoption("--rounds") or SHORT
    for number in effort.rounds(short=rounds):
        part = PARTS[number % len(PARTS)]
        async with trial.writing():
            await asyncio.sleep(trial.chance.uniform(0.1, 1.0))  # the random moment
            await trial.stack.kill(part)
            if part == "kafka":
                await trial.accepted(5)  # as if nothing were the matter
            await trial.back(part)
            await trial.accepted(5)
    assert len(trial.acknowledged) > 5 * rounds, "the clients hardly wrote"
    await trial.check(effort)
