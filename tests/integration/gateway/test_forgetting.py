"""A forgotten learner signs in no more, by nothing that was ever given to her."""

from typing import cast

import asyncpg

from services.gateway.postgres.forgetting import Forgetting
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


async def test_a_forgotten_learner_signs_in_no_more(world: World, pool: asyncpg.Pool) -> None:
    learner, classmate = new_id(), new_id()
    tokens = {}
    for person in (learner, classmate):
        await furnished(pool, person)
        tokens[person] = await token(world, person)
    entries = Relations().enrolled(learner, new_id()).forgotten(learner).entries
    async with pool.acquire() as connection, connection.transaction():
        await Forgetting().apply(cast("asyncpg.Connection", connection), entries)
    assert await left(pool, learner) == [0, 0, 0]
    assert await left(pool, classmate) == [1, 1, 1]
    assert (await world.http.post("/v1/tokens", headers=tokens[learner])).status_code == 401
    assert (await world.http.post("/v1/tokens", headers=tokens[classmate])).status_code == 200
    late = await token(world, learner)  # by an access token that has some minutes left
    assert (await world.http.post("/v1/tokens", headers=late)).status_code == 401
