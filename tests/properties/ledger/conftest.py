"""One ledger for all examples: each brings owners and ids of its own."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.postgres import PostgresServer
from deploy.setup.databases import Database
from tests.support.appending import evidence_database


@pytest.fixture(scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with evidence_database(postgres) as database:
        yield database
