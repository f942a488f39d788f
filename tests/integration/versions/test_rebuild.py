"""Tables made anew while they serve: filled, compared at equal positions, switched to, and back."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from deploy.local.kafka import KafkaServer
from shared.runtime.connections import borrowed
from shared.runtime.ledger_table import LedgerTable
from shared.runtime.shards import Shard
from shared.runtime.versions.filling import POLL
from shared.runtime.versions.names import NEXT, connection_class, naming
from shared.runtime.versions.rebuild import Rebuildable
from shared.runtime.versions.switching import NotYetError
from shared.runtime.versions.wishes import NotRebuiltError
from tests.integration.mastery.test_from_kafka import some_evidence
from tests.integration.mastery.test_states import ANA, READING, adopt, given
from tests.support.ledger_writer import policy_document, result
from tests.support.mastery import by_oracle, stored
from tests.support.mastery_stream import Stream, at_work, stream_of
from tests.support.rebuilding_child import Rebuilding
from tests.support.servers import District
from tests.support.waiting import until

ROOT = Path(__file__).parents[3]
SEED = 11


@pytest.fixture
def owners() -> tuple[str, ...]:
    return ("evidence", "mastery")


@pytest.fixture
async def stream(kafka: KafkaServer, district: District, topic_prefix: str) -> AsyncIterator[Stream]:
    async with stream_of(kafka.bootstrap, district, topic_prefix, given()) as made:
        some_evidence(made.writer, random.Random(SEED), 300)
        await made.publish()
        yield made


@pytest.fixture
def rebuilding(stream: Stream, district: District) -> Callable[[], Rebuilding]:
    """What the command is told; made when it is asked for, since the writer goes on."""
    mastery = district.databases["mastery"]
    evidence = district.databases["evidence"]
    return lambda: Rebuilding(mastery.app, mastery.migrator, evidence.app, stream.writer.documents)


@asynccontextmanager
async def traffic(stream: Stream) -> AsyncIterator[list[int]]:
    """Evidence and policies go on being recorded; what a reader saw, look after look, as the sum of all positions."""
    chance, seen, over = random.Random(SEED + 1), [0], asyncio.Event()

    async def write() -> None:
        for turn in range(10_000):
            if over.is_set():
                return
            some_evidence(stream.writer, chance, 5)
            if turn % 20 == 7:
                adopt(stream.writer, "district", policy_document("ascertain.latest@1", title=f"No. {turn}"))
            await stream.publish()
            await asyncio.sleep(0.05)

    async def read() -> None:
        while not over.is_set():
            async with (
                borrowed(stream.pool) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                marks = await connection.fetchval("SELECT sum(position) FROM projection.watermark")
                latest = await connection.fetchval("SELECT max(evidence_position) FROM mastery.state")
                seen.append(int(marks or 0))
                assert latest is None or latest <= await connection.fetchval(
                    "SELECT max(position) FROM projection.watermark WHERE ledger = 'evidence'"
                ), "a state of one version beside a watermark of another"
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(write()), asyncio.create_task(read())]
    try:
        yield seen
    finally:
        over.set()
        await asyncio.gather(*tasks)


async def seqs_are_gapless(pool: asyncpg.Pool) -> bool:
    return bool(
        await pool.fetchval(
            "SELECT bool_and(seq = number) AND bool_and(last >= seq) FROM (SELECT seq, h.last,"
            " row_number() OVER (PARTITION BY shard ORDER BY seq) AS number FROM published.state_change"
            " JOIN (SELECT shard, seq AS last FROM published.head) AS h USING (shard)) AS told"
        )
    )


async def test_under_traffic_it_switches_and_back_and_nobody_reads_backwards(
    stream: Stream, rebuilding: Callable[[], Rebuilding]
) -> None:
    said: list[str] = []
    projector = stream.projector()
    async with at_work(projector, stream.refolding()):
        await stream.settled()
        async with traffic(stream) as seen:
            await rebuilding().run("switch", said.append)
            await rebuilding().run("back", said.append)
        await stream.settled()
        assert seen == sorted(seen), "positions fell"
        assert seen[-1] > seen[1], "nothing went on meanwhile"
        assert await stored(stream.pool) == by_oracle(stream.writer)
    assert sum(line.startswith("Switched.") for line in said) == 2
    assert sum(line.startswith("Equal at equal positions") for line in said) == 2
    assert await seqs_are_gapless(stream.pool)


async def test_what_differs_is_named_and_accepted_only_on_request_and_subscribers_are_told(
    stream: Stream, rebuilding: Callable[[], Rebuilding]
) -> None:
    async with at_work(stream.projector(), stream.refolding()):
        await stream.settled()
        stream.writer.attempt(ANA, result(READING, "4"))
        await stream.publish()
        await stream.settled()
        await stream.pool.execute(
            "UPDATE mastery.state SET digest = 'forged' WHERE (learner, competency) = ($1, $2)", ANA, READING
        )
        before = await stream.pool.fetchval("SELECT sum(seq)::int FROM published.head")
        said: list[str] = []
        for wish in ("compare", "switch"):
            with pytest.raises(NotRebuiltError, match="the versions differ"):
                await rebuilding().run(wish, said.append)
        assert said.count(f"{ANA}: mastery.state") == 2
        assert await stream.pool.fetchval("SELECT sum(seq)::int FROM published.head") == before
        assert "forged" in {row["digest"] for row in (await stored(stream.pool)).values()}
        await rebuilding().run("switch", said.append, accept=True)
        assert await stored(stream.pool) == by_oracle(stream.writer)
        told = await stream.pool.fetch(
            "SELECT learner::text, competency::text FROM published.state_change WHERE seq > 0"
            " ORDER BY changed_ms DESC, seq DESC LIMIT 1"
        )
        assert await stream.pool.fetchval("SELECT sum(seq)::int FROM published.head") == before + 1
        assert tuple(told[0]) == (ANA, READING)


@pytest.mark.long
async def test_a_filler_that_is_killed_goes_on_where_it_was(
    stream: Stream, rebuilding: Callable[[], Rebuilding], tmp_path: Path
) -> None:
    async with at_work(stream.projector(), stream.refolding()):
        await stream.settled()
        rebuilding().write(tmp_path / "rebuilding.json")
        chance = random.Random(SEED)
        for _ in range(4):
            child = await _child(tmp_path)
            try:
                async with asyncio.timeout(chance.uniform(0.8, 3.0)):
                    await child.wait()
            except TimeoutError:
                child.kill()
                await child.wait()
            assert await stored(stream.pool) == by_oracle(stream.writer), "what serves has not changed"
        said: list[str] = []
        await until_free(stream.pool)
        await rebuilding().run("switch", said.append, accept=False)
        assert await stored(stream.pool) == by_oracle(stream.writer)


class Heard(LedgerTable):
    """A ledger that notices when it is asked."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self.asked = asyncio.Event()

    async def heads(self) -> dict[Shard, int]:
        self.asked.set()
        return await super().heads()


async def test_a_version_that_is_about_to_serve_is_not_filled_any_more(
    stream: Stream, rebuilding: Callable[[], Rebuilding]
) -> None:
    """What filled it would find its tables gone, and say that something is wrong."""
    asked: list[bool] = []

    def heard(what: Rebuildable) -> Rebuildable:
        ledger = Heard(stream.reading)

        async def differ(_connection: asyncpg.Connection, _before: str, _after: str) -> None:
            ledger.asked.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(ledger.asked.wait(), 20 * POLL)
            asked.append(ledger.asked.is_set())
            if len(asked) == 1:  # and it is filled again where nothing came of the switch
                raise NotYetError

        return replace(what, ledger=ledger, differ=differ)

    async with at_work(stream.projector(), stream.refolding()):
        await stream.settled()
        await rebuilding().run("switch", lambda _: None, but=heard)
        assert asked == [False, False]
        assert await stored(stream.pool) == by_oracle(stream.writer)


async def test_what_a_worker_died_of_is_told_at_once(rebuilding: Callable[[], Rebuilding]) -> None:
    async def dies() -> None:
        raise RuntimeError("a fault of ours")

    def dying(what: Rebuildable) -> Rebuildable:
        return replace(what, filler=lambda pool: replace(what.filler(pool), workers=(dies,)))

    with pytest.raises(RuntimeError, match="a fault of ours"):
        await rebuilding().run("switch", lambda _: None, but=dying)


async def test_one_rebuild_at_a_time_and_drop_leaves_one_version(
    stream: Stream, rebuilding: Callable[[], Rebuilding]
) -> None:
    async with at_work(stream.projector(), stream.refolding()):
        await stream.settled()
        with pytest.raises(NotRebuiltError, match="no version before"):
            await rebuilding().run("back", lambda _: None)
        said: list[str] = []
        one = asyncio.create_task(rebuilding().run("switch", said.append))
        await until(lambda: said, "it has begun")
        with pytest.raises(NotRebuiltError, match="Another rebuild"):
            await rebuilding().run("compare", lambda _: None)
        await one
        await rebuilding().run("drop", said.append)
        schemas = await stream.pool.fetch("SELECT nspname FROM pg_namespace WHERE nspname ~ '_(next|before)$'")
        assert schemas == []


async def test_every_way_to_send_a_statement_means_the_version(bare_district: District) -> None:
    owner = await asyncpg.connect(bare_district.databases["mastery"].migrator)
    for suffix in ("", NEXT):
        await owner.execute(f"CREATE SCHEMA mastery{suffix}; CREATE TABLE mastery{suffix}.state (n int)")
    await owner.close()
    filling = await asyncpg.connect(
        bare_district.databases["mastery"].migrator, connection_class=connection_class(["mastery"], NEXT)
    )
    await filling.execute("INSERT INTO mastery.state VALUES (1)")
    await filling.executemany("INSERT INTO mastery.state VALUES ($1)", [(2,)])
    await filling.copy_records_to_table("state", schema_name="mastery", records=[(3,)])
    query = "SELECT n FROM mastery.state ORDER BY n"
    assert [row["n"] for row in await filling.fetch(query)] == [1, 2, 3]
    assert tuple(await filling.fetchrow(query) or ()) == (1,) == (await filling.fetchval(query),)
    assert len(await (await filling.prepare(query)).fetch()) == 3
    async with filling.transaction():
        assert len([row async for row in filling.cursor(query)]) == 3
    await filling.close()


def test_only_schemas_are_renamed() -> None:
    sql = "CREATE SCHEMA access; GRANT USAGE ON SCHEMA access TO x; SELECT access.grants.role FROM access.grants AS a"
    assert naming(sql, ["access"], "_next") == (
        "CREATE SCHEMA access_next; GRANT USAGE ON SCHEMA access_next TO x;"
        " SELECT access_next.grants.role FROM access_next.grants AS a"
    )
    for same in ("SELECT my_access.x, s.access.y, access FROM t", "SELECT 'no access.'", "-- access. Then"):
        assert naming(same, ["access"], "_next") == same


async def until_free(pool: asyncpg.Pool) -> None:
    """Wait until the server has noticed that a killed rebuild is gone."""

    async def free() -> bool:
        return not await pool.fetchval(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 7004 AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )

    await until(free, "no rebuild is under way")


async def _child(folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "tests.support.rebuilding_child", str(folder / "rebuilding.json")),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.DEVNULL,
    )
