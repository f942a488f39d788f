"""Commands and real ledgers for tests of the ledger: a database of their own, and words to fill it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal
from uuid import uuid4

from deploy.setup.databases import Database
from services.evidence.domain.commands import Command, Expectation, Guard, NewEvent
from services.evidence.postgres.ledger import PostgresLedger
from shared.ledger.entry import schema_name, type_name
from shared.ledger.identifiers import Ledger, shard_of
from shared.ledger.streams import evidence_stream, learner_stream
from shared.runtime.database import connect

TENANT = "5f8a4a2e-3c1f-4d55-8a52-0d9c7f1f2b10"
ACTOR = "0c7b0f7e-93a1-4c0e-9a43-6f3f5a3b1d22"
SOMEWHEN = 1_790_000_000_000


def owner_in(shard: int) -> str:
    """A new owner whose entries lie in this shard."""
    while shard_of(TENANT, owner := str(uuid4())) != shard:
        pass
    return owner


def event(
    owner: str,
    *,
    id_: str | None = None,
    stream: str | None = None,
    occurred_at: int | None = SOMEWHEN,
    body: bytes = b'{"n":1}',
    name: str = "AttemptRecorded",
    closes: bool = False,
) -> NewEvent:
    """A new event; on the stream of its own id unless another is given."""
    id_ = id_ or str(uuid4())
    return NewEvent(
        id_, type_name(name), schema_name(name, 1), owner, stream or evidence_stream(id_), occurred_at, body, closes
    )


def enrolment(learner: str, *, closes: bool = False) -> NewEvent:
    """An event on the learner's own stream."""
    name = "LearnerWithdrawn" if closes else "LearnerEnrolled"
    return event(learner, stream=learner_stream(learner), name=name, closes=closes)


def command(
    *events: NewEvent, expects: Sequence[Expectation] = (), guards: Sequence[Guard] = (), ledger: Ledger = "evidence"
) -> Command:
    return Command(events[0].id, ACTOR, ledger, events, tuple(expects), tuple(guards))


def learner_is(state: Literal["open", "absent"], learner: str) -> Guard:
    return Guard(learner, learner_stream(learner), state)


@asynccontextmanager
async def open_ledger(database: Database, **more: Any) -> AsyncIterator[PostgresLedger]:
    """A ledger as one process of evidence has it."""
    settings: dict[str, Any] = {"tenant": TENANT, "appended": lambda: None} | more
    pool = await connect(database.app, size=3, name="test")
    ledger = PostgresLedger(database.app, pool, **settings)
    try:
        yield ledger
    finally:
        await ledger.close()
        await pool.close()
