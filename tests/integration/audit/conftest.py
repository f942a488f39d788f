"""One audited district for these tests. Whoever tampers with it puts back what was there."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.kafka import KafkaServer
from deploy.local.postgres import PostgresServer
from deploy.setup.databases import drop_databases, make_databases
from tests.support.audited import SERVICES, AuditedDistrict, audited_district
from tests.support.audited_story import Told, tell
from tests.support.graded_story import Grades, grade
from tests.support.servers import PASSWORD, District, unique_prefix


@pytest.fixture(scope="session")
async def audited(
    postgres: PostgresServer, kafka: KafkaServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AuditedDistrict]:
    """The services, with nothing in the ledger but an administrator."""
    prefix = unique_prefix()
    databases = await make_databases(postgres, prefix, PASSWORD, SERVICES)
    folder = tmp_path_factory.mktemp("audited")
    try:
        district = District(prefix, databases)
        async with audited_district(postgres, kafka.bootstrap, district, f"{prefix}.", folder) as audited:
            yield audited
    finally:
        await drop_databases(postgres, prefix, SERVICES)


@pytest.fixture(scope="session")
async def story(audited: AuditedDistrict) -> Told:
    return await tell(audited)


@pytest.fixture(scope="session")
async def grades(audited: AuditedDistrict, story: Told) -> Grades:
    return await grade(audited)
