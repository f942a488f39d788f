"""A database of a service with the tables of projections and access, as its own role sees them; empty for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.postgres import PostgresServer
from deploy.setup.databases import Database, drop_databases, make_databases
from tests.support.servers import PASSWORD, unique_prefix

SQL = Path(__file__).parents[3] / "shared" / "runtime" / "migrations"


@pytest.fixture(scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    prefix = unique_prefix()
    made = (await make_databases(postgres, prefix, PASSWORD, ["mastery"]))["mastery"]
    connection = await asyncpg.connect(made.migrator)
    for name in ("0001_projection", "0002_access", "0004_guardians", "0005_panels"):
        await connection.execute((SQL / f"{name}.sql").read_text().replace("{app}", f'"{made.name}_app"'))
    await connection.close()
    yield made
    await drop_databases(postgres, prefix, ["mastery"])


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[asyncpg.Pool]:
    connection = await asyncpg.connect(database.migrator)
    await connection.execute(
        "TRUNCATE access.grants, access.sections, access.enrolments, access.guardians, access.exhibited,"
        " access.panelists,"
        " projection.watermark, projection.quarantine"
    )
    await connection.execute(
        "UPDATE access.complete SET looked = false, complete_ms = extract(epoch FROM now()) * 1000"
    )
    await connection.close()
    async with asyncpg.create_pool(database.app, min_size=1, max_size=3) as opened:
        yield opened
