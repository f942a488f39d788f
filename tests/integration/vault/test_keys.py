"""Keys: wrapped by the district's key, in a database of their own, out of everybody else's reach."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.local.postgres import PostgresServer
from services.evidence.domain.texts import Name
from services.evidence.ports import VaultUnavailable
from services.evidence.vault.keys import WrongDistrictKeyError
from services.evidence.vault.wrapping import DistrictKey
from tests.support.servers import District
from tests.support.vault import DISTRICT_KEY, Opened, opened_vault, text

OTHER = bytes(64)


async def is_refused(connection: asyncpg.Connection, statement: str) -> bool:
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return False


async def test_another_districts_key_is_refused_and_opens_nothing(opened: Opened, vaulted: District) -> None:
    refs = await opened.vault.keep([text("Words.")])
    async with opened_vault(vaulted, key=OTHER) as wrong:
        with pytest.raises(WrongDistrictKeyError):
            await wrong.keys.prove()
        for asked in (wrong.vault.keep([text("More.")]), wrong.vault.texts(refs)):
            with pytest.raises(VaultUnavailable):
                await asked
    await opened.keys.prove()
    assert list(await opened.vault.texts(refs)) == refs


async def test_no_key_lies_in_the_open(opened: Opened) -> None:
    one = text("Words.")
    await opened.vault.keep([one])
    secret = (await opened.keys.known([one.owner])).keys[one.owner].secret
    wrapped = await opened.wrapped.fetchval("SELECT wrapped FROM keys.key WHERE owner = $1", UUID(one.owner))
    assert secret not in wrapped
    assert repr(secret)[2:-1] not in repr((await opened.keys.known([one.owner])).keys)
    assert await DistrictKey(DISTRICT_KEY).unwrap([b"another name"], [wrapped]) == [None]


async def test_a_key_that_was_put_in_anothers_place_opens_nothing(opened: Opened) -> None:
    """Whoever writes in the database of keys cannot make one learner's key open what is another's."""
    one, other = text("Words."), text("Others.")
    refs = await opened.vault.keep([one, other])
    await opened.wrapped.execute(
        "UPDATE keys.key SET wrapped = (SELECT wrapped FROM keys.key WHERE owner = $1) WHERE owner = $2",
        UUID(one.owner),
        UUID(other.owner),
    )
    assert list(await opened.vault.texts(refs)) == refs[:1]
    with pytest.raises(RuntimeError, match="does not open"):
        await opened.vault.keep([other])
    third = uuid4()  # nor give a whole key away, with the id that it was wrapped for
    await opened.wrapped.execute("UPDATE keys.key SET owner = $2 WHERE owner = $1", UUID(one.owner), third)
    found = await opened.keys.known([str(third)])
    assert (found.keys, found.destroyed) == ({}, frozenset())


async def test_a_tombstone_stays_also_by_the_hand_of_its_owner(opened: Opened) -> None:
    owner = str(uuid4())
    await opened.vault.destroy(owner)
    for statement in (
        "UPDATE keys.key SET wrapped = 'x', destroyed_at = NULL WHERE owner = $1",
        "UPDATE keys.key SET owner = gen_random_uuid() WHERE owner = $1",
        "DELETE FROM keys.key WHERE owner = $1",
    ):
        with pytest.raises(asyncpg.RestrictViolationError, match="stays destroyed"):
            await opened.wrapped.execute(statement, UUID(owner))
    with pytest.raises(asyncpg.RestrictViolationError, match="stays destroyed"):
        await opened.wrapped.execute("TRUNCATE keys.key")
    assert await opened.wrapped.fetchval("SELECT wrapped IS NULL FROM keys.key WHERE owner = $1", UUID(owner))


async def test_the_roles_of_the_two_databases(opened: Opened, vaulted: District) -> None:
    await opened.vault.keep([text("Words.")])
    evidence, keys = vaulted.databases["evidence"], vaulted.databases["keys"]
    assert evidence.vault is not None
    assert evidence.relay is not None
    for dsn in (evidence.app, evidence.relay):
        other = await asyncpg.connect(dsn)
        for table in ("text", "name"):
            assert await is_refused(other, f"SELECT count(*) FROM vault.{table}")
            assert await is_refused(other, f"DELETE FROM vault.{table}")
        await other.close()
    vault = await asyncpg.connect(evidence.vault)
    tables = await opened.evidence.fetch(
        "SELECT schemaname, schemaname || '.' || tablename FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    for schema, name in tables:
        for statement in (f"SELECT count(*) FROM {name}", f"DELETE FROM {name} WHERE false"):
            assert await is_refused(vault, statement) == (schema != "vault"), statement
    for statement in ("SELECT count(*) FROM ledger.entry", "CREATE TABLE vault.more (n int)", "TRUNCATE vault.text"):
        assert await is_refused(vault, statement), statement
    await vault.close()
    for dsn in (evidence.app, evidence.vault):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(dsn, database=keys.name)
    app = await asyncpg.connect(keys.app)
    for statement in (
        "DELETE FROM keys.key",
        "UPDATE keys.key SET owner = owner",
        "UPDATE keys.proof SET wrapped = wrapped",
        "DELETE FROM keys.proof",
        "ALTER TABLE keys.key DISABLE TRIGGER ALL",
    ):
        assert await is_refused(app, statement), statement
    await app.close()


async def test_without_the_database_of_keys_nothing_is_kept_or_read(
    opened: Opened, vaulted: District, postgres: PostgresServer
) -> None:
    refs = await opened.vault.keep([text("Words.")])
    amara = str(uuid4())
    await opened.vault.keep_names({amara: Name("Amara", "Okafor")})
    name = vaulted.databases["keys"].name
    superuser = await asyncpg.connect(postgres.dsn())
    try:
        await superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1", f"{name}_app"
        )
        for asked in (
            opened.vault.keep([text("More.")]),
            opened.vault.texts(refs),
            opened.vault.keep_names({amara: Name("Amara", "O.")}),
            opened.vault.names([amara]),
            opened.vault.destroy(amara),
        ):
            with pytest.raises(VaultUnavailable):
                await asked
    finally:
        await superuser.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await superuser.close()
    assert list(await opened.vault.texts(refs)) == refs
    assert await opened.vault.names([amara]) == {amara: Name("Amara", "Okafor")}
