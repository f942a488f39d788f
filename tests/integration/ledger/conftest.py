"""Fixtures: a ledger's database for each test, as its roles see it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.setup.databases import Database
from services.evidence.postgres.ledger import PostgresLedger
from tests.support.appending import open_ledger
from tests.support.standing import Standing


@pytest.fixture
async def database(standing: Standing) -> AsyncIterator[Database]:
    async with standing.lent(("evidence",)) as district:
        yield district.databases["evidence"]


@pytest.fixture
async def ledger(database: Database) -> AsyncIterator[PostgresLedger]:
    async with open_ledger(database) as ledger:
        yield ledger


@pytest.fixture
async def app(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the API's role."""
    connection = await asyncpg.connect(database.app)
    yield connection
    await connection.close()


@pytest.fixture
async def migrator(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the tables' owner."""
    connection = await asyncpg.connect(database.migrator)
    yield connection
    await connection.close()
