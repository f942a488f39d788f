"""A forgotten learner signs in no more, by nothing that was ever given to her."""

import asyncio
from typing import cast

import asyncpg
import pytest

from services.gateway.domain.accounts import Account
from services.gateway.postgres.accounts import StoredAccounts
from services.gateway.postgres.forgetting import Forgetting, giving
from shared.runtime.problems import Problem
from tests.support.gateway import World
from tests.support.relations import Relations, new_id


async def furnished(pool: asyncpg.Pool, person: str) -> None:
    """An account with a session."""
    account = new_id()
    await pool.execute(
        "INSERT INTO gateway.account (id, issuer, subject, person, created_ms) VALUES ($1, 'x', $2, $3, 1)",
        account,
        new_id(),
        person,
    )
    digest = (new_id() + new_id()).replace("-", "")
    await pool.execute(
        "INSERT INTO gateway.session (digest, person, account, created_ms, last_used_ms) VALUES ($1, $2, $3, 1, 1)",
        digest,
        person,
        account,
    )


async def token(world: World, person: str) -> dict[str, str]:
    made = await world.http.post("/v1/personal-tokens", json={"label": "x"}, headers=world.signed_in(person))
    return {"Authorization": f"Bearer {made.json()['token']}"}


async def left(pool: asyncpg.Pool, person: str) -> list[int]:
    return [
        await pool.fetchval(f"SELECT count(*) FROM gateway.{table} WHERE person = $1", person)
        for table in ("account", "session", "personal_tokens")
    ]


async def forget(pool: asyncpg.Pool, learner: str) -> None:
    entries = Relations().enrolled(learner, new_id()).forgotten(learner).entries
    async with pool.acquire() as connection, connection.transaction():
        await Forgetting().apply(cast("asyncpg.Connection", connection), entries)


async def test_a_forgotten_learner_signs_in_no_more(world: World, pool: asyncpg.Pool) -> None:
    learner, classmate = new_id(), new_id()
    tokens = {}
    for person in (learner, classmate):
        await furnished(pool, person)
        tokens[person] = await token(world, person)
    await forget(pool, learner)
    assert await left(pool, learner) == [0, 0, 0]
    assert await left(pool, classmate) == [1, 1, 1]
    assert (await world.http.post("/v1/tokens", headers=tokens[learner])).status_code == 401
    assert (await world.http.post("/v1/tokens", headers=tokens[classmate])).status_code == 200


async def test_nothing_to_sign_in_with_is_kept_of_her_again(world: World, pool: asyncpg.Pool) -> None:
    """Not by an access token that has some minutes left, nor by an administrator: a label or a subject may name her."""
    learner = new_id()
    await forget(pool, learner)
    made = await world.http.post("/v1/personal-tokens", json={"label": "Hers"}, headers=world.signed_in(learner))
    assert (made.status_code, made.json()["type"]) == (410, "urn:ascertain:problem:gone")
    with pytest.raises(Problem) as refused:
        await StoredAccounts(pool).link(Account(new_id(), "https://issuer.example", "amara@school", learner, 1))
    assert refused.value.status == 410
    assert await left(pool, learner) == [0, 0, 0]


async def test_what_is_given_to_her_at_that_very_moment_goes_too(world: World, pool: asyncpg.Pool) -> None:
    learner = new_id()
    async with giving(pool, learner) as connection:
        await connection.execute(
            "INSERT INTO gateway.account (id, issuer, subject, person, created_ms)"
            " VALUES ($1, 'x', 'amara@school', $2, 1)",
            new_id(),
            learner,
        )
        forgetting = asyncio.create_task(forget(pool, learner))
        done, _ = await asyncio.wait([forgetting], timeout=0.3)
        assert not done, "the forgetting waits for what is being given"
    await forgetting
    assert await left(pool, learner) == [0, 0, 0]
