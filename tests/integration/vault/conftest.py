"""A vault of its own for each test module's tests: each uses owners of its own."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.postgres import PostgresServer
from deploy.setup.databases import drop_databases, make_databases
from tests.support.servers import PASSWORD, District, unique_prefix
from tests.support.vault import Opened, migrate_vault, opened_vault


@pytest.fixture(scope="package")
async def vaulted(postgres: PostgresServer) -> AsyncIterator[District]:
    """A district whose evidence and keys are migrated."""
    prefix = unique_prefix()
    try:
        district = District(prefix, await make_databases(postgres, prefix, PASSWORD, ["evidence"]))
        await migrate_vault(district)
        yield district
    finally:
        await drop_databases(postgres, prefix, ["evidence"])


@pytest.fixture
async def opened(vaulted: District) -> AsyncIterator[Opened]:
    async with opened_vault(vaulted) as made:
        yield made
