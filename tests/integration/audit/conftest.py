"""One audited district for these tests. Whoever tampers with it puts back what was there."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.kafka import KafkaServer
from deploy.local.postgres import PostgresServer
from tests.support.audited import SERVICES, AuditedDistrict, audited_district
from tests.support.audited_story import Told, tell
from tests.support.graded_story import Grades, grade
from tests.support.servers import unique_prefix
from tests.support.standing import Standing


@pytest.fixture(scope="package")
async def audited(
    postgres: PostgresServer, kafka: KafkaServer, standing: Standing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AuditedDistrict]:
    """The services, with nothing in the ledger but an administrator."""
    folder = tmp_path_factory.mktemp("audited")
    async with (
        standing.lent(SERVICES) as district,
        audited_district(postgres, kafka.bootstrap, district, f"{unique_prefix()}.", folder) as audited,
    ):
        yield audited


@pytest.fixture(scope="package")
async def story(audited: AuditedDistrict) -> Told:
    return await tell(audited)


@pytest.fixture(scope="package")
async def grades(audited: AuditedDistrict, story: Told) -> Grades:
    return await grade(audited)
