"""Who may do what in the ledger's database (DESIGN §2.1, §2.9). What is not granted here is refused."""

import asyncpg
import pytest

from deploy.local.postgres import PostgresServer
from deploy.setup.databases import Database
from services.evidence.postgres.ledger import PostgresLedger
from tests.support.appending import command, event, owner_in

TABLES = ("district", "head", "kind", "stored_entry", "stream", "cursor")
VIEWS = ("entry",)
FUNCTIONS = {
    "plain_facts": "SELECT ledger.plain_facts('5f8a4a2e-3c1f-4d55-8a52-0d9c7f1f2b10', 'evidence', '{}', '{}', '{}',"
    " '{0}', '{0}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
    "facts": "SELECT ledger.facts('5f8a4a2e-3c1f-4d55-8a52-0d9c7f1f2b10', 'evidence', '{}', '{}', '{}', '{}', '{}',"
    " '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
    "append": "SELECT ledger.append('5f8a4a2e-3c1f-4d55-8a52-0d9c7f1f2b10', 'evidence', '{}', '{}', '{}', '{}', '{}',"
    " '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
    "lock_heads": "SELECT ledger.lock_heads('5f8a4a2e-3c1f-4d55-8a52-0d9c7f1f2b10', 'evidence', '{0}')",
    "move_heads": "SELECT ledger.move_heads('evidence', '{0}', '{9}', '{9}')",
    "kinds": "SELECT ledger.kinds('{a}', '{b}')",
    "claim": "SELECT ledger.claim('5f8a4a2e-3c1f-4d55-8a52-0d9c7f1f2b10')",
}

MAY_SELECT = {
    "app": {"entry", "stored_entry", "stream", "head", "cursor"},
    "relay": {"entry", "head", "cursor"},
}
MAY_CALL = {"app": {"facts", "plain_facts", "append"}, "relay": set[str]()}

CHANGES = {
    "INSERT": "INSERT INTO ledger.{0} OVERRIDING SYSTEM VALUE SELECT * FROM ledger.{0}",
    "UPDATE": "UPDATE ledger.{0} SET {1} = {1}",
    "DELETE": "DELETE FROM ledger.{0}",
    "TRUNCATE": "TRUNCATE ledger.{0}",
}
COLUMN = {"district": "tenant", "kind": "type", "stored_entry": "body", "stream": "version"}


def change(what: str, table: str) -> str:
    return CHANGES[what].format(table, COLUMN.get(table, "position"))


async def is_refused(connection: asyncpg.Connection, statement: str) -> bool:
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return False


@pytest.mark.parametrize("role", ["app", "relay"])
async def test_roles_may_do_what_is_granted_and_nothing_else(
    database: Database, ledger: PostgresLedger, role: str
) -> None:
    await ledger.append([command(event(owner_in(3)))])
    dsn = database.app if role == "app" else database.relay
    assert dsn is not None
    connection = await asyncpg.connect(dsn)
    try:
        for table in TABLES + VIEWS:
            readable = not await is_refused(connection, f"SELECT count(*) FROM ledger.{table}")
            assert readable == (table in MAY_SELECT[role]), f"{role} reads {table}"
            for what in CHANGES:
                if table in VIEWS:
                    continue  # it joins: nobody could write through it
                allowed = (role, table, what) == ("relay", "cursor", "UPDATE")
                assert await is_refused(connection, change(what, table)) != allowed, f"{role}: {what} {table}"
        for name, call in FUNCTIONS.items():
            try:
                refused = await is_refused(connection, call)
            except asyncpg.PostgresError:
                refused = False  # it was called, and did not like what it was given
            assert refused == (name not in MAY_CALL[role]), f"{role} calls {name}"
        assert await is_refused(connection, "UPDATE ledger.cursor SET shard = 7")
        assert await is_refused(connection, "CREATE TABLE ledger.more (n int)")
        assert await is_refused(connection, "ALTER TABLE ledger.stored_entry DISABLE TRIGGER ALL")
        assert await is_refused(connection, "SET session_replication_role = replica")
    finally:
        await connection.close()


@pytest.mark.parametrize("what", ["UPDATE", "DELETE", "TRUNCATE"])
@pytest.mark.parametrize("table", ["stored_entry", "district", "kind"])
async def test_the_owner_itself_cannot_change_an_entry(
    ledger: PostgresLedger, migrator: asyncpg.Connection, table: str, what: str
) -> None:
    await ledger.append([command(event(owner_in(3)))])
    with pytest.raises(asyncpg.RestrictViolationError, match="never changed"):
        await migrator.execute(change(what, table))


async def test_the_superuser_on_a_replica_role_cannot_either(
    ledger: PostgresLedger, database: Database, postgres: PostgresServer
) -> None:
    await ledger.append([command(event(owner_in(3)))])
    connection = await asyncpg.connect(postgres.dsn(database.name))
    try:
        await connection.execute("SET session_replication_role = replica")
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute("DELETE FROM ledger.stored_entry")
    finally:
        await connection.close()


async def test_only_the_migrator_owns_anything(database: Database, migrator: asyncpg.Connection) -> None:
    owners = await migrator.fetch(
        "SELECT DISTINCT r.rolname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_roles r ON r.oid = c.relowner WHERE n.nspname = 'ledger'"
        " UNION SELECT r.rolname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " JOIN pg_roles r ON r.oid = p.proowner WHERE n.nspname = 'ledger'"
    )
    assert [row["rolname"] for row in owners] == [f"{database.name}_migrator"]


async def test_what_runs_with_the_migrators_rights_looks_nothing_up_by_the_callers_path(
    migrator: asyncpg.Connection,
) -> None:
    settings = await migrator.fetch("SELECT proname, proconfig FROM pg_proc WHERE prosecdef ORDER BY proname")
    assert [row["proname"] for row in settings] == ["append", "facts", "plain_facts"]
    assert all("search_path=pg_catalog, pg_temp" in row["proconfig"] for row in settings)


async def test_the_database_is_one_districts_for_life(ledger: PostgresLedger, app: asyncpg.Connection) -> None:
    await ledger.append([command(event(owner_in(3)))])
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="another district"):
        await app.execute(FUNCTIONS["append"].replace("5f8a4a2e", "00000000"))
