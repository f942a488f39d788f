"""One audited district for these tests. Whoever tampers with it puts back what was there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from deploy.local.databases import drop_databases, make_databases
from deploy.local.kafka import KafkaServer
from deploy.local.postgres import PostgresServer
from tests.support.audited import SERVICES, AuditedDistrict, audited_district
from tests.support.ledger_writer import framework_document, named, policy_document, result
from tests.support.servers import PASSWORD, District, unique_prefix

SCHOOL, OTHER_SCHOOL = named("a school"), named("another school")
THEME, SYMBOLS, THESIS = named("theme"), named("symbols"), named("thesis")
LEARNERS = tuple(named(f"learner {number}") for number in range(12))


@dataclass(frozen=True, slots=True)
class Told:
    """Which events of the little story the tests ask for."""

    first: str
    voided: str
    voiding: str
    twice_ruled: str


@pytest.fixture(scope="session")
async def audited(
    postgres: PostgresServer, kafka: KafkaServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AuditedDistrict]:
    """Twelve learners of two schools, three competencies, two policies, a void: appended, relayed and applied."""
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
    writer = audited.writer
    writer.publish(framework_document(named("a framework"), [THEME, SYMBOLS, THESIS]))
    policy = policy_document("ascertain.latest@1")
    writer.publish(policy)
    writer.adopt("district", policy)
    for number, learner in enumerate(LEARNERS):
        writer.enrol(learner, OTHER_SCHOOL if number % 2 else SCHOOL)
    first = writer.attempt(LEARNERS[0], result(THEME, "3"))
    voided = writer.attempt(LEARNERS[0], result(THEME, "4"), result(SYMBOLS, "2"))
    for number, learner in enumerate(LEARNERS[1:], start=1):
        writer.attempt(learner, result(THEME, str(number % 5)), result(THESIS, "2"))
        writer.score(learner, result(SYMBOLS, "3", criterion="symbols"))
    voiding = writer.void(LEARNERS[0], voided)
    await audited.append()
    stricter = policy_document("ascertain.decaying_average@1", weight="0.65")
    writer.publish(stricter)
    writer.adopt(f"school/{SCHOOL}", stricter, "keep_attained")
    await audited.append()
    twice_ruled = writer.attempt(LEARNERS[0], result(THEME, "1"), result(THESIS, "4"))
    await audited.append()
    await audited.applied()
    return Told(first, voided, voiding, twice_ruled)
