"""A database of a service with the tables of projections and access, as its own role sees them; empty for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from deploy.setup.databases import Database
from tests.support.servers import District
from tests.support.standing import Standing

SQL = Path(__file__).parents[3] / "shared" / "runtime" / "migrations"


async def tables_of_access(district: District) -> None:
    made = district.databases["mastery"]
    connection = await asyncpg.connect(made.migrator)
    for name in ("0001_projection", "0002_access", "0004_guardians", "0005_panels"):
        await connection.execute((SQL / f"{name}.sql").read_text().replace("{app}", f'"{made.name}_app"'))
    await connection.close()


@pytest.fixture(scope="module")
async def database(standing: Standing) -> AsyncIterator[Database]:
    async with standing.lent(("mastery",), tables_of_access) as district:
        yield district.databases["mastery"]


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
