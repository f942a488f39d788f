"""A corner of the real servers for each test of the runtime."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.kafka import KafkaServer
from tests.support.corner import Corner, corner_of
from tests.support.servers import District


@pytest.fixture
async def corner(kafka: KafkaServer, district: District, topic_prefix: str) -> AsyncIterator[Corner]:
    """A ledger with its door, empty topics, and a database that projects; the topics go after the test."""
    async with corner_of(kafka.bootstrap, district, topic_prefix) as corner:
        yield corner
        await corner.forget_topics()
