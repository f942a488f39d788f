"""A database of a service with the tables of projections and access, as its own role sees them."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.support.servers import District

SQL = Path(__file__).parents[3] / "shared" / "runtime" / "migrations"


@pytest.fixture
async def pool(district: District) -> AsyncIterator[asyncpg.Pool]:
    database = district.databases["mastery"]
    connection = await asyncpg.connect(database.migrator)
    for name in ("0001_projection", "0002_access"):
        await connection.execute((SQL / f"{name}.sql").read_text().replace("{app}", f'"{database.name}_app"'))
    await connection.close()
    async with asyncpg.create_pool(database.app, min_size=1, max_size=3) as opened:
        yield opened
