"""A definition that cannot be handled holds its owner alone, also where others build on each other beside it."""

import asyncpg

from shared.runtime.connections import borrowed
from shared.runtime.quarantine import quarantined
from shared.runtime.shards import Shard
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result
from tests.support.mastery import Applied, entries_of, stored

ANA, READING = named("Ana"), named("reading")


async def test_beside_a_faulty_adoption_a_policy_is_still_adopted_after_its_publication(pool: asyncpg.Pool) -> None:
    ledger = LedgerWriter()
    latest, highest = policy_document("ascertain.latest@1"), policy_document("ascertain.highest@1")
    ledger.publish(latest)
    ledger.adopt("district", latest)
    ledger.adopt(f"competency/{READING}", policy_document("ascertain.latest@1", cut="1"))  # which nobody published
    ledger.publish(highest)
    ledger.adopt("district", highest)
    ledger.attempt(ANA, result(READING, "4"))
    ledger.attempt(ANA, result(READING, "2"))
    await Applied(pool, ledger).more()
    async with borrowed(pool) as connection:
        held = await quarantined(connection)
    faulty = entries_of(ledger)[2]
    assert [(one.shard, one.owner, one.position) for one in held] == [(Shard("definitions", 0), faulty.owner, 3)]
    said = (await stored(pool))[(ANA, READING)]
    assert (said["method"], said["level"]) == ("ascertain.highest@1", "Proficient")


async def test_what_an_owner_said_before_the_fault_stands_and_what_it_says_after_waits(pool: asyncpg.Pool) -> None:
    ledger = LedgerWriter()
    latest, unpublished = policy_document("ascertain.latest@1"), policy_document("ascertain.highest@1")
    ledger.publish(latest)
    ledger.adopt("district", latest)
    ledger.publish(policy_document("ascertain.latest@1", cut="1"))
    ledger.adopt("district", unpublished)
    ledger.publish(policy_document("ascertain.latest@1", cut="2"))
    ledger.adopt("district", policy_document("ascertain.latest@1", cut="2"))
    await Applied(pool, ledger).more()
    assert await pool.fetchval("SELECT array_agg(position) FROM definitions.adoption") == [2]
    assert await pool.fetchval("SELECT count(*) FROM definitions.document") == 3
    async with borrowed(pool) as connection:
        assert [one.position for one in await quarantined(connection)] == [4]
