"""What a lane remembers of open learners never lets anything into a record that was closed meanwhile."""

import asyncpg

from deploy.setup.databases import Database
from services.evidence.domain.commands import Appended, Refused
from services.evidence.postgres.ledger import PostgresLedger
from services.evidence.postgres.open_learners import OpenLearners
from shared.ledger.identifiers import shard_of
from shared.ledger.streams import learner_stream
from tests.support.appending import TENANT, command, enrolment, event, learner_is, open_ledger, owner_in


async def test_what_is_remembered_of_a_shard_is_void_once_anybody_in_it_is_closed_elsewhere(
    database: Database, ledger: PostgresLedger, app: asyncpg.Connection
) -> None:
    learner, neighbour = owner_in(3), owner_in(3)
    await ledger.append([command(enrolment(one)) for one in (learner, neighbour)])
    assert isinstance(await _recorded(ledger, learner), Appended)
    assert isinstance(await _recorded(ledger, learner), Appended)  # now she is remembered
    assert isinstance(await _recorded(ledger, neighbour), Appended)
    async with open_ledger(database) as other:
        await other.append([command(enrolment(learner, closes=True))])
    assert await _recorded(ledger, learner) == Refused(learner_stream(learner), "closed")
    assert isinstance(await _recorded(ledger, neighbour), Appended)
    assert await _recorded(ledger, learner) == Refused(learner_stream(learner), "closed")
    closings = await app.fetch("SELECT shard FROM ledger.head WHERE ledger = 'evidence' AND closings > 0")
    assert [row["shard"] for row in closings] == [shard_of(TENANT, learner)]


async def test_a_refused_fact_leaves_no_gap(ledger: PostgresLedger, app: asyncpg.Connection) -> None:
    learner, stranger = owner_in(3), owner_in(3)
    await ledger.append([command(enrolment(learner))])
    await _recorded(ledger, learner)
    assert await _recorded(ledger, stranger) == Refused(learner_stream(stranger), "absent")
    await _recorded(ledger, learner)
    positions = await app.fetch("SELECT position FROM ledger.entry WHERE shard = 3 ORDER BY position")
    assert [row["position"] for row in positions] == [1, 2, 3]
    assert await app.fetchval("SELECT position FROM ledger.head WHERE ledger = 'evidence' AND shard = 3") == 3


def test_what_is_remembered_is_bounded_and_forgotten_by_shards() -> None:
    known = OpenLearners()
    assert known.mark(1) is None
    known.learn({1: 7, 2: 9}, {"a": 1, "b": 2})
    assert (known.mark(1), known.is_open("a", 1), known.is_open("a", 2)) == (7, True, False)
    known.forget([1])
    assert (known.mark(1), known.is_open("a", 1), known.is_open("b", 2)) == (None, False, True)
    known.learn({1: 8}, {str(number): 1 for number in range(200_000)})
    assert not known.is_open("b", 2)


async def _recorded(ledger: PostgresLedger, learner: str) -> object:
    [outcome] = await ledger.append([command(event(learner), guards=[learner_is("open", learner)])])
    return outcome
