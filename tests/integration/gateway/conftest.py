"""A gateway's database, and a gateway with little services behind it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.local.postgres import PostgresServer
from deploy.setup.databases import Database, drop_databases, make_databases
from shared.runtime.migrate import migrate_in_loop
from tests.support.gateway import World, gateway_world
from tests.support.servers import PASSWORD, unique_prefix


@pytest.fixture(scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    prefix = unique_prefix()
    made = (await make_databases(postgres, prefix, PASSWORD, ["gateway"]))["gateway"]
    await migrate_in_loop("gateway", made.migrator)
    yield made
    await drop_databases(postgres, prefix, ["gateway"])


@pytest.fixture(scope="module")
async def pool(database: Database) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database.app, min_size=1, max_size=3) as opened:
        yield opened


@pytest.fixture(scope="module")
async def running(pool: asyncpg.Pool, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with gateway_world(pool, tmp_path_factory.mktemp("gateway")) as made:
        yield made


@pytest.fixture
def world(running: World) -> World:
    """A running gateway that the tests of a module share; nothing has been asked of its services yet."""
    return running.cleared()
