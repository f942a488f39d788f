"""A district's real answers go through a real topic into states that are the plain fold's, one and all."""

import pytest

from deploy.local.kafka import KafkaServer
from tests.support.mastery import by_oracle, stored
from tests.support.mastery_stream import at_work, stream_of
from tests.support.real_answers import real_answers
from tests.support.servers import District

ANSWERS = 20_000


@pytest.fixture
def owners() -> tuple[str, ...]:
    return ("evidence", "mastery")


@pytest.mark.real_data
async def test_every_state_of_the_real_answers_is_the_plain_folds(
    kafka: KafkaServer, district: District, topic_prefix: str
) -> None:
    ledger = real_answers(ANSWERS)
    expected = by_oracle(ledger)
    async with stream_of(kafka.bootstrap, district, topic_prefix, ledger) as stream:
        await stream.publish()
        async with at_work(stream.projector(), stream.refolding()):
            await stream.settled(seconds=200)
        found = await stored(stream.pool)
    assert found == expected
    assert sum(state["counted"] for state in found.values()) == ANSWERS
