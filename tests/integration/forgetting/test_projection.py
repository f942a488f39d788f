"""Whose keys are to be destroyed follows from the ledger, in whatever order its shards come to be applied."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import permutations
from uuid import uuid4

import asyncpg
import pytest

from services.evidence.postgres.forgetting import ForgettingProjection
from services.evidence.postgres.roster import PostgresRoster
from shared.contracts.events import EVENTS, encode
from shared.contracts.learners import ForgettingRequested, LearnerForgotten
from shared.contracts.values import Contract
from shared.contracts.works import WorkStarted
from shared.ledger.entry import Entry
from tests.support.forgetting import Forgettable
from tests.support.waiting import until

NOW = 1_790_000_000_000


@pytest.fixture
async def two(forgettable: Forgettable) -> AsyncIterator[tuple[asyncpg.Connection, asyncpg.Connection]]:
    """Two projectors' connections, of whose transactions nothing stays unless the test commits them."""
    connections = [await asyncpg.connect(forgettable.running.settings.database) for _ in range(2)]
    yield connections[0], connections[1]
    for connection in connections:
        connection.terminate()


def entry(owner: str, body: Contract) -> Entry:
    contract, id_ = EVENTS[type(body).__name__], str(uuid4())
    stream, actor = contract.stream(body, id_), str(uuid4())
    return Entry(
        "evidence", 0, 1, 1, str(uuid4()), owner, stream, 1, id_, contract.type, contract.schema, NOW, NOW, actor,
        encode(body),
    )  # fmt: skip


def forgotten(learner: str) -> Entry:
    return entry(learner, LearnerForgotten(learner=learner, request=str(uuid4())))


def started(*members: str) -> Entry:
    work = str(uuid4())
    return replace(entry(work, WorkStarted(work=work, members=members)), id=work)


async def due(connection: asyncpg.Connection, *owners: str) -> set[str]:
    rows = await connection.fetch(
        "SELECT owner::text FROM forgetting.destruction WHERE owner = ANY ($1::uuid[])", list(owners)
    )
    return {row["owner"] for row in rows}


async def test_a_work_goes_with_the_last_of_its_members_in_whatever_order_they_come(
    two: tuple[asyncpg.Connection, asyncpg.Connection],
) -> None:
    connection, projection = two[0], ForgettingProjection()
    for order in permutations(range(3)):
        transaction = connection.transaction()
        await transaction.start()
        amara, bao, cleo = (str(uuid4()) for _ in range(3))
        work, other = started(amara, bao), started(amara, cleo)
        said = [[work, other], [forgotten(amara)], [forgotten(bao)]]
        for number in order:
            await projection.apply(connection, said[number])
        assert await due(connection, amara, bao, cleo, work.owner, other.owner) == {amara, bao, work.owner}
        await transaction.rollback()


@pytest.mark.parametrize("last", ["a member", "the work"])
async def test_transactions_at_once_do_not_miss_each_other(
    two: tuple[asyncpg.Connection, asyncpg.Connection], last: str
) -> None:
    one, other = two
    projection, (amara, bao) = ForgettingProjection(), (str(uuid4()), str(uuid4()))
    work = started(amara, bao)
    ends = forgotten(bao) if last == "a member" else work
    first = one.transaction()
    async with one.transaction():
        await projection.apply(one, [work] if last == "a member" else [forgotten(bao)])
    await first.start()
    await projection.apply(one, [forgotten(amara)])

    async def apply() -> None:
        async with other.transaction():
            await projection.apply(other, [ends])

    waiting = asyncio.create_task(apply())
    try:
        await until(lambda: waits(one), "the second transaction waits for the first")
    finally:
        await first.commit()
        await waiting
    assert await due(one, work.owner) == {work.owner}


async def test_an_import_under_way_leaves_nobody_beside_a_forgotten_learner(
    two: tuple[asyncpg.Connection, asyncpg.Connection], forgettable: Forgettable
) -> None:
    """Its events came before the forgetting; what the roster said of her guardians is noted at once with it."""
    connection, _ = two
    amara, bao, guardian = (str(uuid4()) for _ in range(3))
    settings = forgettable.running.settings
    async with asyncpg.create_pool(settings.database, min_size=1, max_size=2) as pool:
        roster = PostgresRoster(pool, AlwaysThere(), tenant=settings.tenant)
        said = {amara: frozenset({guardian}), bao: frozenset({guardian})}
        await roster.remember_guardians(said)
        async with connection.transaction():
            await ForgettingProjection().apply(connection, [forgotten(amara)])
            late = asyncio.create_task(roster.remember_guardians(said))
            await until(lambda: waits(connection), "the import waits for the forgetting")
        await late
        rows = await pool.fetch("SELECT learner::text FROM handed_in.said_guardian WHERE guardian = $1", guardian)
    assert [row["learner"] for row in rows] == [bao]


class AlwaysThere:
    async def reached(self, _pins: object) -> bool:
        return True


async def waits(connection: asyncpg.Connection) -> bool:
    return bool(
        await connection.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
    )


async def test_applied_again_from_the_first_nothing_is_doubled_or_lost(
    two: tuple[asyncpg.Connection, asyncpg.Connection], forgettable: Forgettable
) -> None:
    connection, projection, learner = two[0], ForgettingProjection(), str(uuid4())
    asked = entry(learner, ForgettingRequested(learner=learner))
    body = LearnerForgotten(learner=learner, request=asked.id)
    for _ in range(2):
        async with connection.transaction():
            await projection.forget_owner(connection, learner)
            await projection.apply(connection, [asked, entry(learner, body)])
    listed = (await forgettable.first.get("/v1/forgettings", params={"limit": "1000"})).json()["forgettings"]
    [found] = [one for one in listed if one["learner"] == learner]
    assert (found["request"], found["requested_by"]) == (asked.id, asked.actor)
    assert await due(connection, learner) == {learner}


async def test_who_was_held_back_when_it_was_asked_is_listed_once_approved(
    two: tuple[asyncpg.Connection, asyncpg.Connection], forgettable: Forgettable
) -> None:
    learner = str(uuid4())
    async with two[0].transaction():
        await ForgettingProjection().apply(two[0], [forgotten(learner)])
    listed = (await forgettable.first.get("/v1/forgettings", params={"limit": "1000"})).json()["forgettings"]
    [found] = [one for one in listed if one["learner"] == learner]
    assert found["state"] in {"approved", "done"}
    assert "requested_by" not in found
