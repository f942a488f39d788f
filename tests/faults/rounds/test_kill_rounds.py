"""kill −9 in rounds: each kills one part at a random moment while a client writes; afterwards I1–I5 hold.

`--rounds N` for more than the usual twenty; `--seed N` to repeat a run.
"""

import asyncio
import random
from pathlib import Path

import pytest

from tests.support.invariants import (
    check_nothing_lost_doubled_or_invented,
    check_order,
    check_states,
    check_topic,
    ledger_entries,
    topic_entries,
)
from tests.support.journal import JournalingClient, Learner
from tests.support.running import administrator, running_stack, small_district, states_shown, until_applied, verified

PARTS = ("evidence", "mastery", "kafka", "postgres")
CLIENTS = 4

pytestmark = [pytest.mark.faults, pytest.mark.stack, pytest.mark.timeout(900)]


async def test_nothing_is_lost_doubled_invented_or_disordered_however_often_parts_are_killed(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rounds, seed = request.config.getoption("--rounds"), request.config.getoption("--seed")
    chance = random.Random(seed)
    async with running_stack(tmp_path / "home") as stack, administrator(stack) as gateway:
        district = await small_district(gateway, learners=12, competencies=4)
        clients = [
            JournalingClient(
                stack.urls["gateway"],
                stack.operator.token,
                learners=[Learner(learner) for learner in district.learners[number::CLIENTS]],
                competencies=district.competencies,
                seed=chance.getrandbits(32),
            )
            for number in range(CLIENTS)
        ]
        for number in range(rounds):
            part = PARTS[number % len(PARTS)]
            stop = asyncio.Event()
            writing = [asyncio.create_task(client.write_until(stop)) for client in clients]
            await asyncio.sleep(chance.uniform(0.1, 1.0))  # the random moment
            await stack.kill(part)
            await stack.restart(part)  # at once: the keeper's pauses, which grow, have tests of their own
            stop.set()
            await asyncio.gather(*writing)
        await until_applied(stack)
        entries = await ledger_entries(stack.databases["evidence"].app)
        acknowledged = {id_: receipt for client in clients for id_, receipt in client.acknowledged.items()}
        sent = {id_ for client in clients for id_ in client.sent}
        assert len(acknowledged) > 20 * rounds, "the clients hardly wrote"
        check_nothing_lost_doubled_or_invented(acknowledged, sent, entries)
        check_order(entries)
        check_topic(entries, await topic_entries(stack.access))
        check_states(entries, district.documents, await states_shown(gateway, district.learners))
        verification = await verified(gateway)
        assert verification["state"] == "equal", verification["differences"]
        for client in clients:
            await client.close()
