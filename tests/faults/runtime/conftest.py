"""A corner of the real servers for each test, and for some a Kafka of their own, to be killed."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.kafka import KafkaServer
from tests.support.corner import Corner, corner_of
from tests.support.corner_fixtures import corner, two_databases
from tests.support.servers import District, quick_place, running_kafka

__all__ = ["corner", "two_databases"]


@pytest.fixture
async def own_kafka() -> AsyncIterator[KafkaServer]:
    """A Kafka that the test may kill and start again."""
    async with running_kafka(quick_place()) as server:
        yield server


@pytest.fixture
async def mortal(own_kafka: KafkaServer, two_databases: District, topic_prefix: str) -> AsyncIterator[Corner]:
    """A corner on a Kafka that the test may kill."""
    async with corner_of(own_kafka.bootstrap, two_databases, topic_prefix) as made:
        yield made
