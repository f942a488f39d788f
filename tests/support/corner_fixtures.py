"""Fixtures that make corners: for folders of tests that import them into their conftest."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.kafka import KafkaServer
from deploy.local.postgres import PostgresServer
from deploy.setup.databases import drop_databases, make_databases
from tests.support.corner import Corner, corner_of
from tests.support.servers import PASSWORD, District, unique_prefix


@pytest.fixture
async def two_databases(postgres: PostgresServer) -> AsyncIterator[District]:
    """The ledger's database and that of one service that projects it; dropped after the test."""
    prefix, services = unique_prefix(), ("evidence", "mastery")
    try:
        yield District(prefix, await make_databases(postgres, prefix, PASSWORD, services))
    finally:
        await drop_databases(postgres, prefix, services)


@pytest.fixture
async def corner(kafka: KafkaServer, two_databases: District, topic_prefix: str) -> AsyncIterator[Corner]:
    """A ledger with its door, empty topics, and a database that projects; the topics go after the test."""
    async with corner_of(kafka.bootstrap, two_databases, topic_prefix) as made:
        yield made
        await made.forget_topics()
