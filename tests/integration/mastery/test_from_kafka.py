"""From real topics into real rows: repeated records, adoptions while evidence flows, quarantine and release."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest

from deploy.local.kafka import KafkaServer
from services.mastery.postgres.projection import MasteryProjection
from shared.ledger.entry import Entry
from shared.runtime.connections import borrowed
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.quarantine import quarantined, release
from tests.integration.mastery.test_states import ANA, BO, LETTERS, NORTH, READING, SOUTH, WRITING, adopt, given
from tests.support.ledger_writer import TENANT, LedgerWriter, named, policy_document, result
from tests.support.mastery import by_oracle, entries_of, projections, stored
from tests.support.mastery_stream import Stream, at_work, stream_of
from tests.support.servers import District
from tests.support.waiting import until

LEARNERS = [ANA, BO, *[named(f"learner {n}") for n in range(30)]]


@pytest.fixture
def owners() -> tuple[str, ...]:
    return ("evidence", "mastery")


@pytest.fixture
async def stream(kafka: KafkaServer, district: District, topic_prefix: str) -> AsyncIterator[Stream]:
    async with stream_of(kafka.bootstrap, district, topic_prefix, given()) as made:
        yield made


def some_evidence(ledger: LedgerWriter, chance: random.Random, count: int) -> None:
    for _ in range(count):
        ledger.now += 1
        learner = chance.choice(LEARNERS)
        event = ledger.attempt(
            learner, result(chance.choice([READING, WRITING]), str(chance.randrange(5))), occurred=ledger.now
        )
        if chance.random() < 0.1:
            ledger.void(learner, event)
        if chance.random() < 0.1:
            rows = [result(READING, str(chance.randrange(5)))]
            wrong = ledger.observe(learner, *rows)
            ledger.supersede(learner, wrong, ledger.attempt(learner, *rows, redo_of=event))
        if chance.random() < 0.1:
            policy = next(
                iter(ledger.documents[raw["body"]["policy"]] for raw in ledger.entries if "mode" in raw["body"])
            )
            judged = ledger.override(learner, READING, policy, chance.choice(["0", "2", "3"]))
            if chance.random() < 0.5:
                ledger.clear(learner, READING, judged)
        if chance.random() < 0.05:
            ledger.enrol(learner, chance.choice([NORTH, SOUTH]))


async def test_records_that_come_twice_and_again_later_count_once(stream: Stream) -> None:
    some_evidence(stream.writer, random.Random(1), 200)
    await stream.publish(times=2)
    async with at_work(stream.projector(), stream.refolding()):
        await stream.settled()
        await stream.send(entries_of(stream.writer))
        some_evidence(stream.writer, random.Random(2), 50)
        await stream.publish()
        await stream.settled()
    assert await stored(stream.pool) == by_oracle(stream.writer)


async def test_policies_adopted_while_evidence_flows_leave_no_state_behind(stream: Stream) -> None:
    chance = random.Random(3)
    scopes = ["district", f"school/{NORTH}", f"framework/{LETTERS['id']}", f"competency/{READING}", f"learner/{ANA}"]
    async with at_work(stream.projector(), stream.refolding(chunk=4), stream.refolding(chunk=7)):
        for number in range(12):
            some_evidence(stream.writer, chance, 40)
            policy = policy_document("ascertain.highest@1", cut=chance.choice(["1", "2", "3", "4"]))
            adopt(stream.writer, scopes[number % len(scopes)], policy, chance.choice(["recompute", "keep_attained"]))
            await stream.publish()
        await stream.settled()
    assert await stored(stream.pool) == by_oracle(stream.writer)


class Gate:
    """Stands last among the projections and keeps an evidence batch from being committed until it is opened."""

    def __init__(self) -> None:
        self.waiting, self.opened = asyncio.Event(), asyncio.Event()

    async def prepare(self, entries: Sequence[Entry]) -> None:
        pass

    async def apply(self, _connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        if entries[0].ledger == "evidence":
            self.waiting.set()
            await self.opened.wait()

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        pass


async def test_a_policy_waits_for_a_fold_under_way_and_then_finds_its_state(stream: Stream) -> None:
    """Else a state folded under the old policy, not committed yet, would be missed by the refold for ever."""
    gate = Gate()
    async with at_work(
        stream.projector([*projections(stream.pool, stream.writer), gate]), stream.refolding(), stream.refolding()
    ):
        await stream.publish()
        await until(lambda: adopted(stream, 1), "the first policy is in force")
        stream.writer.attempt(ANA, result(READING, "2"))
        await stream.publish()
        await gate.waiting.wait()
        adopt(stream.writer, "district", policy_document(cut="2"))
        await stream.publish()
        await until(lambda: someone_waits(stream.pool), "the adoption waits for the fold")
        assert not await adopted(stream, 2)
        gate.opened.set()
        await stream.settled()
    assert (await stored(stream.pool))[ANA, READING]["status"] == "mastered"
    assert await stored(stream.pool) == by_oracle(stream.writer)


class Flawed(MasteryProjection):
    """A version with a flaw: it cannot handle the events in `stumbles_at`, until it is corrected."""

    stumbles_at: frozenset[str] = frozenset()

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        if any(entry.id in self.stumbles_at for entry in entries):
            raise ValueError
        await super().apply(connection, entries)


async def test_a_learner_in_quarantine_waits_alone_and_is_folded_again_at_release(stream: Stream) -> None:
    flawed = Flawed(TENANT, DefinitionsReader())
    own = [flawed if isinstance(made, MasteryProjection) else made for made in projections(stream.pool, stream.writer)]
    async with at_work(stream.projector(own), stream.refolding()):
        stream.writer.attempt(ANA, result(READING, "2"))
        some_evidence(stream.writer, random.Random(4), 100)
        await stream.publish()
        await stream.settled()
        flawed.stumbles_at = frozenset({stream.writer.attempt(ANA, result(READING, "4"))})
        some_evidence(stream.writer, random.Random(5), 100)
        await stream.publish()
        await stream.settled()
        everyone_else = {key: said for key, said in by_oracle(stream.writer).items() if key[0] != ANA}
        assert {key: said for key, said in (await stored(stream.pool)).items() if key[0] != ANA} == everyone_else
        async with borrowed(stream.pool) as connection:
            assert [one.owner for one in await quarantined(connection)] == [ANA]
        adopt(stream.writer, "district", policy_document(cut="1"))
        some_evidence(stream.writer, random.Random(6), 50)
        flawed.stumbles_at = frozenset()
        await stream.publish()
        assert await release(stream.pool, own, stream.door, "evidence", ANA)
        await stream.settled()
    assert await stored(stream.pool) == by_oracle(stream.writer)


async def adopted(stream: Stream, count: int) -> bool:
    return int(await stream.pool.fetchval("SELECT count(*) FROM definitions.adoption")) >= count


async def someone_waits(pool: asyncpg.Pool) -> bool:
    return bool(await pool.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
