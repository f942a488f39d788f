"""Fixtures that make corners: for folders of tests that import them into their conftest."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.kafka import KafkaServer
from tests.support.corner import Corner, corner_of, tables_of_a_corner
from tests.support.servers import District
from tests.support.standing import Standing


@pytest.fixture
async def two_databases(standing: Standing) -> AsyncIterator[District]:
    """The ledger's database and that of one service that projects it, with nothing in them."""
    async with standing.lent(("evidence", "mastery"), tables_of_a_corner) as district:
        yield district


@pytest.fixture
async def corner(kafka: KafkaServer, two_databases: District, topic_prefix: str) -> AsyncIterator[Corner]:
    """A ledger with its door, empty topics, and a database that projects; the topics go after the test."""
    async with corner_of(kafka.bootstrap, two_databases, topic_prefix) as made:
        yield made
        await made.forget_topics()
