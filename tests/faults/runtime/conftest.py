"""A corner of the real servers for each test, and for some a Kafka of their own, to be killed."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.kafka import KafkaServer
from tests.support.corner import Corner, corner_of
from tests.support.servers import District, running_kafka


@pytest.fixture
async def corner(kafka: KafkaServer, district: District, topic_prefix: str) -> AsyncIterator[Corner]:
    """A ledger with its door, empty topics, and a database that projects; the topics go after the test."""
    async with corner_of(kafka.bootstrap, district, topic_prefix) as corner:
        yield corner
        await corner.forget_topics()


@pytest.fixture
async def own_kafka() -> AsyncIterator[KafkaServer]:
    """A Kafka that the test may kill and start again."""
    async with running_kafka() as server:
        yield server


@pytest.fixture
async def mortal(own_kafka: KafkaServer, district: District, topic_prefix: str) -> AsyncIterator[Corner]:
    """A corner on a Kafka that the test may kill."""
    async with corner_of(own_kafka.bootstrap, district, topic_prefix) as corner:
        yield corner
