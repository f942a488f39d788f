"""Definitions in a service's own tables: what is adopted, what is placed, at any pins, and what is remembered."""

import asyncpg
import pytest

from shared.ledger.canonical import canonical
from shared.rulebook.definitions import Learner
from shared.rulebook.known import Known
from shared.runtime.connections import borrowed
from shared.runtime.definitions.projection import DefinitionsProjection
from shared.runtime.definitions.reading import DefinitionsReader, document
from shared.runtime.definitions.view import DefinitionsView
from shared.runtime.trouble import UnavailableError
from tests.support.ledger_writer import LedgerWriter, framework_document, named, policy_document
from tests.support.mastery import entries_of

READING, WRITING = named("reading"), named("writing")
SOMEONE = Learner(named("someone"), 0)


def projection(pool: asyncpg.Pool, ledger: LedgerWriter) -> DefinitionsProjection:
    async def fetch(digest: str) -> bytes:
        return canonical(ledger.documents[digest])

    return DefinitionsProjection(pool, fetch)


async def applied(pool: asyncpg.Pool, ledger: LedgerWriter, *, after: int = 0) -> None:
    entries = entries_of(ledger)[after:]
    ours = projection(pool, ledger)
    await ours.prepare(entries)
    async with borrowed(pool) as connection, connection.transaction():
        await ours.apply(connection, entries)


async def view(pool: asyncpg.Pool, reader: DefinitionsReader) -> DefinitionsView:
    async with borrowed(pool) as connection, connection.transaction():
        return await reader.view(connection)


async def test_the_policy_in_force_is_known_at_every_position(pool: asyncpg.Pool) -> None:
    ledger, reader = LedgerWriter(), DefinitionsReader()
    latest, highest = policy_document("ascertain.latest@1"), policy_document("ascertain.highest@1")
    ledger.publish(latest)
    ledger.adopt("district", latest)
    await applied(pool, ledger)
    assert [a.policy.method.id for a in (await view(pool, reader)).definitions.adoptions["district"]] == [
        "ascertain.latest@1"
    ]
    ledger.publish(highest)
    ledger.adopt("district", highest)
    await applied(pool, ledger, after=2)
    definitions = (await view(pool, reader)).definitions
    in_force = definitions.in_force(SOMEONE, READING)
    before = definitions.in_force(SOMEONE, READING, Known(definitions=3))
    assert in_force is not None
    assert before is not None
    assert (in_force.policy.method.id, in_force.position) == ("ascertain.highest@1", 4)
    assert (before.policy.method.id, before.position) == ("ascertain.latest@1", 2)


async def test_a_competency_has_the_name_that_was_known_then(pool: asyncpg.Pool) -> None:
    ledger = LedgerWriter()
    ledger.publish(framework_document(named("letters"), [READING, WRITING]))
    ledger.publish(framework_document(named("letters"), [WRITING, READING]))
    await applied(pool, ledger)
    seen = await view(pool, DefinitionsReader())
    now, then = seen.competency(READING), seen.competency(READING, Known(definitions=1))
    assert now is not None
    assert then is not None
    assert (now.code, then.code, now.framework) == ("c.1", "c.0", named("letters"))
    assert seen.competency(READING, Known(definitions=0)) is None


async def test_a_view_of_a_transaction_that_was_rolled_back_is_not_remembered(pool: asyncpg.Pool) -> None:
    ledger, reader = LedgerWriter(), DefinitionsReader()
    policy = policy_document()
    ledger.publish(policy)
    ledger.adopt("district", policy)
    entries, ours = entries_of(ledger), projection(pool, ledger)
    await ours.prepare(entries)
    async with borrowed(pool) as connection:
        transaction = connection.transaction()
        await transaction.start()
        await ours.apply(connection, entries)
        assert (await reader.view(connection)).definitions.adoptions
        await transaction.rollback()
    async with borrowed(pool) as connection, connection.transaction():
        await ours.apply(connection, entries[:1])
    assert not (await view(pool, reader)).definitions.adoptions


async def test_a_document_is_stored_once_and_never_with_other_bytes(pool: asyncpg.Pool) -> None:
    ledger = LedgerWriter()
    policy = policy_document()
    ledger.publish(policy)
    address = next(iter(ledger.documents))

    async def wrong(_digest: str) -> bytes:
        return b"{}"

    with pytest.raises(UnavailableError):
        await DefinitionsProjection(pool, wrong).prepare(entries_of(ledger))
    await applied(pool, ledger)
    assert await document(pool, address) == ("ascertain.policy@1", canonical(policy))
    await DefinitionsProjection(pool, wrong).prepare(entries_of(ledger))  # not asked again


async def test_a_policy_that_nobody_can_fold_under_is_refused(pool: asyncpg.Pool) -> None:
    ledger = LedgerWriter()
    ledger.publish(policy_document(cut="5"))
    with pytest.raises(ValueError, match="cut"):
        await applied(pool, ledger)


async def test_a_forgotten_owners_definitions_are_gone(pool: asyncpg.Pool) -> None:
    ledger, reader = LedgerWriter(), DefinitionsReader()
    policy = policy_document()
    ledger.publish(policy)
    ledger.publish(framework_document(named("letters"), [READING]))
    ledger.adopt("district", policy)
    await applied(pool, ledger)
    before = await view(pool, reader)
    async with borrowed(pool) as connection:
        for entry in entries_of(ledger)[1:]:
            await projection(pool, ledger).forget_owner(connection, entry.owner)
    after = await view(pool, reader)
    assert before.definitions.adoptions
    assert before.competencies
    assert not after.definitions.adoptions
    assert not after.competencies
