"""Of a learner who is forgotten no version keeps anything, also none that does not serve."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import asyncpg
import pytest

from deploy.local.kafka import KafkaServer
from shared.runtime.versions.forgetting import OtherVersionsGo
from shared.runtime.versions.wishes import NotRebuiltError
from tests.integration.mastery.test_states import ANA, BO, NORTH, READING, given
from tests.support.ledger_writer import result
from tests.support.mastery import by_oracle, stored
from tests.support.mastery_stream import Stream, at_work, stream_of
from tests.support.rebuilding_child import Rebuilding
from tests.support.servers import District

_UUIDS = """
    SELECT format('%I.%I', c.table_schema, c.table_name), quote_ident(c.column_name)
    FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
    WHERE t.table_type = 'BASE TABLE' AND c.data_type = 'uuid' AND c.table_schema ~ '_(before|next)$'
"""


@pytest.fixture
def owners() -> tuple[str, ...]:
    return ("evidence", "mastery")


@pytest.fixture
async def stream(kafka: KafkaServer, district: District, topic_prefix: str) -> AsyncIterator[Stream]:
    async with stream_of(kafka.bootstrap, district, topic_prefix, given()) as made:
        for learner in (ANA, BO):
            made.writer.enrol(learner, NORTH)
            made.writer.attempt(learner, result(READING, "4"))
        await made.publish()
        yield made


@pytest.fixture
def rebuilding(stream: Stream, district: District) -> Callable[[], Rebuilding]:
    mastery, evidence = district.databases["mastery"], district.databases["evidence"]
    return lambda: Rebuilding(mastery.app, mastery.migrator, evidence.app, stream.writer.documents)


def without(learner: str, states: Mapping[tuple[str, str], Any]) -> dict[tuple[str, str], Any]:
    """What the oracle, who forgets nobody, says of the others."""
    return {of: state for of, state in states.items() if of[0] != learner}


async def kept_elsewhere(district: District, learner: str) -> set[str]:
    """The tables of versions that do not serve in which a learner stands."""
    connection = await asyncpg.connect(district.databases["mastery"].migrator)
    try:
        return {
            table
            for table, column in await connection.fetch(_UUIDS)
            if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table} WHERE {column} = $1)", learner)
        }
    finally:
        await connection.close()


async def test_the_version_before_goes_in_the_transaction_that_forgets(
    stream: Stream, rebuilding: Callable[[], Rebuilding], district: District
) -> None:
    async with at_work(stream.projector(keepers=[OtherVersionsGo()]), stream.refolding()):
        await stream.settled()
        await rebuilding().run("switch", lambda _: None)
        await rebuilding().run("compare", lambda _: None)  # whose version stays too
        await stream.settled()
        kept = await kept_elsewhere(district, ANA)
        assert {"mastery_before.state", "access_before.enrolments", "mastery_next.state"} <= kept
        stream.writer.forget(ANA)
        await stream.publish()
        await stream.settled()
        assert await kept_elsewhere(district, ANA) == set()
        with pytest.raises(NotRebuiltError, match="no version before"):
            await rebuilding().run("back", lambda _: None)
        await rebuilding().run("switch", lambda _: None)
        assert await stored(stream.pool) == without(ANA, by_oracle(stream.writer))
    assert await kept_elsewhere(district, ANA) <= {"projection_before.owner", "mastery_before.forgotten"}


async def test_a_version_that_is_being_filled_stays(stream: Stream, district: District) -> None:
    mastery = district.databases["mastery"]
    rebuild, service = await asyncpg.connect(mastery.migrator), await asyncpg.connect(mastery.app)
    try:
        await rebuild.execute("SELECT pg_advisory_lock(7004)")
        for left in ({"mastery_next"}, set[str]()):
            await rebuild.execute("CREATE SCHEMA IF NOT EXISTS mastery_next; CREATE SCHEMA mastery_before")
            await service.execute("SELECT projection.drop_other_versions()")
            found = await service.fetch("SELECT nspname FROM pg_namespace WHERE nspname ~ '_(next|before)$'")
            assert {row["nspname"] for row in found} == left
            await rebuild.execute("SELECT pg_advisory_unlock(7004)")
    finally:
        await rebuild.close()
        await service.close()


@pytest.mark.long
async def test_a_version_that_never_heard_of_it_is_not_kept(
    stream: Stream, rebuilding: Callable[[], Rebuilding], district: District
) -> None:
    """The one that takes over knows already, so nobody would apply the forgetting to the other one any more."""
    async with at_work(stream.projector(), stream.refolding()):
        await stream.settled()
    stream.writer.forget(ANA)
    stream.writer.attempt(BO, result(READING, "2"))
    await stream.publish()
    said: list[str] = []
    await rebuilding().run("switch", said.append, accept=True)
    assert said[-1].startswith("Switched. The version before is not kept")
    assert await kept_elsewhere(district, ANA) == set()
    assert await stored(stream.pool) == without(ANA, by_oracle(stream.writer))
