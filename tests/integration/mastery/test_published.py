"""Every change of a state is noted in the transaction that makes it: told from the first to the last, they are the
states that there are.
"""

import random

import asyncpg

from services.mastery.postgres import published
from services.mastery.postgres.states import lock_shards
from shared.ledger.identifiers import shard_of
from shared.runtime.connections import borrowed
from shared.runtime.quarantine import quarantine, release
from tests.integration.mastery.test_from_kafka import LEARNERS, some_evidence
from tests.integration.mastery.test_states import ANA, BO, NORTH, READING, SPEAKING, WRITING, adopt, given
from tests.support.ledger_writer import TENANT, policy_document, result
from tests.support.mastery import Applied, Said, WrittenLedger, by_oracle, entries_of, stored
from tests.support.servers import District

DAY = 24 * 60 * 60 * 1000


async def told(pool: asyncpg.Pool) -> Said:
    """What somebody knows who was told every change, in order, and took each for what it says."""
    known: Said = {}
    for row in await pool.fetch("SELECT * FROM published.state_change ORDER BY shard, seq"):
        names = ("status", "level", "scope", "policy", "method", "digest", "counted", "value")
        pins = {"evidence": row["evidence_position"], "definitions": row["definitions_position"]}
        key = (str(row["learner"]), str(row["competency"]))
        if row["status"] is None:
            known.pop(key, None)  # of who is forgotten there are only drops
        else:
            known[key] = {name: row[name] for name in names} | {"pins": pins}
    return known


async def is_gapless(pool: asyncpg.Pool) -> bool:
    """Whether the changes of each shard are numbered from 1 to its head, at times that never run backwards."""
    rows = await pool.fetch("SELECT shard, seq, changed_ms FROM published.state_change ORDER BY shard, seq")
    heads = await pool.fetch("SELECT shard, seq FROM published.head")
    seen = {shard: [row for row in rows if row["shard"] == shard] for shard, _ in heads}
    times = [[row["changed_ms"] for row in own] for own in seen.values()]
    return all(sorted(own) == own for own in times) and all(
        [row["seq"] for row in seen[shard]] == list(range(1, seq + 1)) for shard, seq in heads
    )


async def count(pool: asyncpg.Pool) -> int:
    number: int = await pool.fetchval("SELECT count(*) FROM published.state_change")
    return number


async def test_changes_told_in_order_are_the_states_whatever_happens(pool: asyncpg.Pool) -> None:
    ledger, chance = given(), random.Random(11)
    applied = Applied(pool, ledger)
    scopes = ["district", f"school/{NORTH}", f"competency/{READING}", f"learner/{ANA}"]
    for number in range(8):
        some_evidence(ledger, chance, 40)
        adopt(ledger, scopes[number % 4], policy_document("ascertain.highest@1", cut=chance.choice("1234")))
        if number == 7:
            ledger.forget(LEARNERS[number])
        await applied.more()
        await applied.refold(chunk=7)
        gone = LEARNERS[number] if number == 7 else None
        assert await told(pool) == await stored(pool)
        assert await told(pool) == {key: said for key, said in by_oracle(ledger).items() if key[0] != gone}
        assert await is_gapless(pool)
    assert await count(pool) > len(await stored(pool))


async def test_a_change_says_how_far_the_ledgers_were_applied(pool: asyncpg.Pool) -> None:
    ledger = given()
    ledger.attempt(ANA, result(READING, "4"))
    applied = Applied(pool, ledger)
    await applied.more()
    definitions = max(entry.position for entry in entries_of(ledger) if entry.ledger == "definitions")
    [row] = await pool.fetch("SELECT * FROM published.state_change")
    assert (row["evidence_applied"], row["definitions_applied"]) == (1, definitions)
    adopt(ledger, f"learner/{ANA}", policy_document("ascertain.highest@1"))
    await applied.more()
    await applied.refold()
    last = await pool.fetchrow("SELECT * FROM published.state_change ORDER BY seq DESC LIMIT 1")
    assert last is not None
    assert (last["seq"], last["method"], last["definitions_applied"]) == (2, "ascertain.highest@1", definitions + 2)


async def test_what_changes_nothing_is_not_told(pool: asyncpg.Pool) -> None:
    ledger = given()
    ledger.attempt(ANA, result(READING, "4"))
    applied = Applied(pool, ledger)
    await applied.more()
    adopt(ledger, f"learner/{BO}", policy_document("ascertain.highest@1"))
    adopt(ledger, f"competency/{SPEAKING}", policy_document("ascertain.highest@1"))
    await applied.more()
    await applied.refold()
    assert await count(pool) == 1


async def test_of_a_forgotten_learner_only_drops_are_kept_also_of_what_was_told(pool: asyncpg.Pool) -> None:
    ledger = given()
    for learner in (ANA, BO):
        ledger.attempt(learner, result(READING, "4"), result(WRITING, "2"))
        ledger.attempt(learner, result(READING, "1"))
    applied = Applied(pool, ledger)
    await applied.more()
    ledger.forget(ANA)
    await applied.more()
    rows = await pool.fetch("SELECT * FROM published.state_change WHERE learner = $1 ORDER BY seq", ANA)
    members = {"shard", "seq", "learner", "competency", "changed_ms", "evidence_applied", "definitions_applied"}
    said = {name for row in rows for name, value in row.items() if value is not None}
    assert len(rows) == 4  # two states and their two drops: both attempts came in one batch
    assert said == members
    assert set(await told_keys(pool)) == {(BO, READING), (BO, WRITING)}
    assert await is_gapless(pool)


async def told_keys(pool: asyncpg.Pool) -> list[tuple[str, str]]:
    """The keys whose last change is not a drop."""
    rows = await pool.fetch(
        "SELECT DISTINCT ON (learner, competency) learner::text, competency::text, status"
        " FROM published.state_change ORDER BY learner, competency, seq DESC"
    )
    return [(row["learner"], row["competency"]) for row in rows if row["status"] is not None]


async def test_a_release_from_quarantine_is_told(pool: asyncpg.Pool) -> None:
    ledger = given()
    ledger.attempt(ANA, result(READING, "4"))
    applied = Applied(pool, ledger)
    await applied.more()
    ledger.attempt(ANA, result(READING, "1"))
    async with borrowed(pool) as connection:
        await quarantine(connection, entries_of(ledger)[-1], "a test")
    await applied.more()
    assert await count(pool) == 1
    await release(pool, applied.projections, WrittenLedger(ledger), "evidence", ANA)
    assert await told(pool) == await stored(pool) == by_oracle(ledger)
    assert await is_gapless(pool)


async def test_a_version_that_is_filled_tells_nothing_until_it_is_switched_to(
    pool: asyncpg.Pool, district: District
) -> None:
    """The numbers go on; who was told everything before knows after the switch what the new version says."""
    ledger = given()
    for learner in LEARNERS[:6]:
        ledger.attempt(learner, result(READING, "4"), result(WRITING, "2"))
    await Applied(pool, ledger).more()
    heads = await pool.fetchval("SELECT sum(seq) FROM published.head")
    migrator = await asyncpg.connect(district.databases["mastery"].migrator)
    await migrator.execute("CREATE SCHEMA old; CREATE TABLE old.state AS TABLE mastery.state")
    async with borrowed(pool) as connection:
        for name, value in published.SILENT.items():
            await connection.execute("SELECT set_config($1, $2, false)", name, value)
        await connection.execute("UPDATE mastery.state SET level = 'Better' WHERE learner = $1", LEARNERS[0])
        shard = shard_of(TENANT, LEARNERS[1])
        await lock_shards(connection, [shard])
        await connection.execute(
            "DELETE FROM mastery.state WHERE (learner, competency) = ($1, $2)", LEARNERS[1], READING
        )
        await published.note_all(connection, shard)
        assert await pool.fetchval("SELECT sum(seq) FROM published.head") == heads
    assert await published.note_differences(migrator, "old", "mastery") == 3
    assert await published.note_differences(migrator, "mastery", "mastery") == 0
    await migrator.close()
    assert await told(pool) == await stored(pool)
    assert await pool.fetchval("SELECT sum(seq) FROM published.head") == heads + 3


async def test_what_the_topic_has_is_pruned_and_what_it_has_not_is_kept(pool: asyncpg.Pool) -> None:
    ledger = given()
    ledger.attempt(ANA, result(READING, "4"), result(WRITING, "4"))
    applied = Applied(pool, ledger)
    await applied.more()
    ledger.attempt(ANA, result(READING, "1"))
    await applied.more()
    await pool.execute("UPDATE published.cursor SET seq = 2 WHERE shard = $1", shard_of(TENANT, ANA))
    assert await published.prune(pool) == 0  # too young
    assert await published.prune(pool, kept=-DAY) == 2
    assert await pool.fetchval("SELECT array_agg(seq) FROM published.state_change") == [3]
