"""A district on trial: clients write and a reader reads while parts fail, and afterwards the invariants are checked."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from cli.gateway import Gateway
from deploy.local.postgres import processes_working_in
from shared.ledger.entry import Entry
from shared.runtime.authorities import authorities
from tests.support import oracle
from tests.support.clocks import Clocks
from tests.support.effort import Effort
from tests.support.faulty_stack import FaultyStack, faulty_stack
from tests.support.history import history, unexplained, write_history
from tests.support.invariants import (
    check_nothing_lost_doubled_or_invented,
    check_order,
    check_states,
    check_topic,
    ledger_entries,
    topic_entries,
)
from tests.support.journal import JournalingClient, Learner, Try
from tests.support.reading import Reader
from tests.support.running import SmallDistrict, administrator, small_district, states_shown, until_applied, verified
from tests.support.waiting import until

CLIENTS = 4
PAUSE = 0.15
SERVICES = ("evidence", "mastery", "portfolio", "audit", "gateway")


@dataclass(slots=True)
class Trial:
    """`gateway` is the administrator's. What `clients` wrote since the district began is checked each time."""

    name: str
    stack: FaultyStack
    gateway: Gateway
    district: SmallDistrict
    clients: list[JournalingClient]
    reader: Reader
    chance: random.Random
    _told_until: int = 0
    _checked_until: int = 0

    @property
    def tries(self) -> list[Try]:
        return [each for client in self.clients for operation in client.journal for each in operation.tries]

    @property
    def acknowledged(self) -> Mapping[str, Mapping[str, Any]]:
        return {id_: receipt for client in self.clients for id_, receipt in client.acknowledged.items()}

    @property
    def _receipts(self) -> int:
        """How many events have a receipt: their clients' ids are their own."""
        return sum(len(client.acknowledged) for client in self.clients)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Within it the clients write and the reader reads; at its end every operation's outcome is known."""
        stop = asyncio.Event()
        writing = [asyncio.create_task(client.write_until(stop)) for client in self.clients]
        reading = asyncio.create_task(self.reader.read_until(stop))
        try:
            yield
        finally:
            stop.set()
            self.stack.heal()
            await asyncio.wait_for(asyncio.gather(*writing, reading), 120)

    async def accepted(self, count: int, *, seconds: float = 30) -> None:
        """Wait until so many more events have a receipt than now."""
        wanted = self._receipts + count
        await until(lambda: self._receipts >= wanted, f"{count} more events are accepted", seconds=seconds)

    async def back(self, part: str) -> None:
        """Start a part that was killed, at once: the keeper's pauses, which grow, have tests of their own.

        PostgreSQL's own processes end a moment after it, and keep a new one from starting until then.
        """
        keeper = self.stack.keeper(part)
        await keeper.stop()
        if part == "postgres":
            data = self.stack.home.postgres() / "data"
            await until(lambda: not processes_working_in(data), "nothing is left of it")
        await keeper.start()

    async def probe(self, seconds: float) -> int:
        """The status with which the gateway answers a question to the ledger; raises where it is silent for so long."""
        token = self.stack.operator.token
        async with httpx.AsyncClient(
            verify=authorities(), base_url=self.stack.urls["gateway"], timeout=seconds, trust_env=False
        ) as client:
            answer = await client.post("/v1/tokens", headers={"Authorization": f"Bearer {token}"})
            headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            body = {"kind": "user", "sourced_ids": ["learner-0"]}
            return (await client.post("/v1/rosters/ids", json=body, headers=headers)).status_code

    async def superuser(self, database: str) -> asyncpg.Connection:
        return await asyncpg.connect(self.stack.superuser_of(database))

    async def check(self, effort: Effort) -> None:
        """Everything has healed alone, I1–I5 hold of all that was ever written, and what was answered since the last
        check was honest (I11, I12).
        """
        tally = effort.tally
        tries = [each for each in self.tries if each.called > self._checked_until]
        dishonest = [*(str(each) for each in tries if not each.honest), *self.reader.dishonest]
        self._checked_until = time.monotonic_ns()
        self.reader.dishonest.clear()
        await until_applied(self.stack)
        entries = await ledger_entries(self.stack.databases["evidence"].app)
        topic = await topic_entries(self.stack.access)
        acknowledged, sent = self.acknowledged, {id_ for client in self.clients for id_ in client.sent}
        ids = [entry.id for entry in entries]
        tally.events, tally.acknowledged = len(entries), len(acknowledged)
        tally.unknown = sum(each.outcome == "unknown" for each in tries)
        tally.lost = len(acknowledged.keys() - set(ids)) + len(set(ids) - {entry.id for entry in topic})
        tally.doubled = len(ids) - len(set(ids))
        own = {entry.id for entry in entries if entry.event in {"AttemptRecorded", "EvidenceVoided"}}
        tally.invented = len(own - sent)
        tally.slowest = max((each.returned - each.called for each in tries), default=0) / 1e9
        lines = history(self.name, self.clients)
        if effort.history is not None:
            write_history(effort.history, [line for line in lines if line["call"] > self._told_until])
            self._told_until = max((line["call"] for line in lines), default=0)
        check_nothing_lost_doubled_or_invented(acknowledged, sent, entries)
        check_order(entries)
        check_topic(entries, topic)
        check_states(entries, self.district.documents, await states_shown(self.gateway, self.district.learners))
        verification = await verified(self.gateway)
        assert verification["state"] == "equal", verification
        self._check_shown(entries)
        assert not dishonest, f"{len(dishonest)} answers were not honest, the first: {dishonest[0]}"
        assert (stream := unexplained(lines)) is None, f"no order explains the answers about {stream}"
        tally.held = True

    def _check_shown(self, entries: Sequence[Entry]) -> None:
        """What a reader was shown meanwhile is the plain fold as of just what the answer said."""
        for shown in self.reader.shown:
            own = [e for e in entries if e.owner == shown.learner or e.ledger == "definitions"]
            raw = [{"envelope": entry.envelope(), "body": json.loads(entry.body)} for entry in own]
            then = oracle.states(raw, self.district.documents, shown.pins)
            expected = {competency: state.digest for (_, competency), state in then.items()}
            assert shown.digests == expected, f"what was shown of {shown.learner} as of {shown.pins} was not so"
        self.reader.shown.clear()


def pause_between(config: pytest.Config) -> float:
    """What a client waits after an operation: in the suite a little, since other tests want the processors too."""
    return 0 if config.getoption("--minutes") else PAUSE


@asynccontextmanager
async def on_trial(
    folder: Path, name: str, seed: int, *, clocks: Clocks | None = None, pause: float = 0
) -> AsyncIterator[Trial]:
    """A new district, everything of it running, and nothing yet written by its clients.

    Each of them waits for `pause` seconds after each operation.
    """
    chance = random.Random(f"{seed} {name}")
    async with AsyncExitStack() as opened:
        stack = await opened.enter_async_context(faulty_stack(folder, clocks=clocks))
        gateway = await opened.enter_async_context(administrator(stack))
        district = await small_district(gateway, learners=12, competencies=4)
        await until_applied(stack)  # from here on the reader may see whom she asks for
        board: list[str] = []
        clients = [
            JournalingClient(
                stack.urls["gateway"],
                stack.operator.token,
                learners=[Learner(learner) for learner in district.learners[number::CLIENTS]],
                competencies=district.competencies,
                seed=chance.getrandbits(32),
                board=board,
                pause=pause,
            )
            for number in range(CLIENTS)
        ]
        reader = Reader(stack.urls["gateway"], stack.operator.token, clients, seed=seed)
        for client in clients:
            opened.push_async_callback(client.close)
        opened.push_async_callback(reader.close)
        yield Trial(name, stack, gateway, district, clients, reader, chance)
