"""Every command has one outcome, and it is true (DESIGN §2.5, §2.6)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from deploy.setup.databases import Database
from services.evidence.domain.commands import (
    Appended,
    Command,
    Expectation,
    Guard,
    Mismatch,
    NewEvent,
    Outcome,
    Refused,
    Repeated,
    Stale,
)
from services.evidence.postgres.ledger import PostgresLedger
from shared.contracts.events import MAX_BODY
from shared.ledger.entry import Entry
from shared.ledger.identifiers import definitions_owner, digest, shard_of
from shared.ledger.request import RequestedEvent, request_digest
from shared.ledger.streams import learner_stream, policy_stream
from tests.support.appending import (
    ACTOR,
    SOMEWHEN,
    TENANT,
    command,
    enrolment,
    event,
    learner_is,
    owner_in,
)
from tests.support.standing import Standing


@pytest.fixture(scope="module")
async def database(standing: Standing) -> AsyncIterator[Database]:
    """One database for all tests of this file: each has owners of its own."""
    async with standing.lent(("evidence",)) as district:
        yield district.databases["evidence"]


@pytest.fixture
def learner() -> str:
    return owner_in(3)


@pytest.fixture
def other() -> str:
    """An owner in another lane's shard."""
    return owner_in(60)


async def one(ledger: PostgresLedger, asked: Command) -> Outcome:
    (outcome,) = await ledger.append([asked])
    return outcome


async def stored(ledger: PostgresLedger, id_: str) -> Entry | None:
    return (await ledger.entries([id_])).get(id_)


def void(piece: NewEvent, version: int = 1) -> Command:
    voided = event(piece.owner, stream=piece.stream, name="EvidenceVoided", closes=True)
    return command(voided, expects=[Expectation(piece.owner, piece.stream, version)])


async def test_a_fact_is_stored_as_it_was_said(ledger: PostgresLedger, learner: str) -> None:
    piece = event(learner, body=b'{"earned":"3.5"}')
    outcome = await one(ledger, command(piece))
    assert isinstance(outcome, Appended)
    (placed,) = outcome.events
    assert (placed.id, placed.stream, placed.shard, placed.version) == (piece.id, piece.stream, 3, 1)
    assert shard_of(TENANT, learner) == 3
    assert await stored(ledger, piece.id) == Entry(
        *("evidence", 3, placed.position, 1, TENANT, learner, piece.stream, 1, piece.id, piece.type, piece.schema),
        *(SOMEWHEN, placed.recorded_at, ACTOR, b'{"earned":"3.5"}'),
    )


async def test_the_same_request_again_is_answered_with_the_same_receipt(
    ledger: PostgresLedger, learner: str, other: str
) -> None:
    asked = command(event(learner))
    first = await one(ledger, asked)
    assert isinstance(first, Appended)
    assert await one(ledger, asked) == Repeated(first.events)
    assert await one(ledger, replace(asked, actor=learner, expects=(Expectation(other, "learner/x", 7),))) == Repeated(
        first.events
    )


@pytest.mark.parametrize(
    "difference",
    [
        {"body": b'{"n":2}'},
        {"owner": owner_in(60)},
        {"owner": owner_in(3)},
        {"occurred_at": SOMEWHEN + 1},
        {"type": "ascertain.RubricScored"},
        {"stream": learner_stream(owner_in(3))},
    ],
    ids=lambda difference: next(iter(difference)),
)
async def test_the_same_id_for_another_request_is_a_mismatch(
    ledger: PostgresLedger, learner: str, difference: dict[str, Any]
) -> None:
    piece = event(learner)
    await ledger.append([command(piece)])
    assert await one(ledger, command(replace(piece, **difference))) == Mismatch(piece.id)
    entry = await stored(ledger, piece.id)
    assert entry is not None
    assert (entry.owner, entry.body, entry.occurred_at) == (learner, b'{"n":1}', SOMEWHEN)


async def test_another_schema_of_the_same_type_is_the_same_request(ledger: PostgresLedger, learner: str) -> None:
    piece = event(learner)
    await ledger.append([command(piece)])
    assert isinstance(await one(ledger, command(replace(piece, schema="urn:ascertain:AttemptRecorded:2"))), Repeated)


async def test_an_omitted_instant_is_the_moment_of_recording_and_matches_any(
    ledger: PostgresLedger, learner: str
) -> None:
    omitted, given = event(learner, occurred_at=None), event(learner)
    first, second = await ledger.append([command(omitted), command(given)])
    assert isinstance(first, Appended)
    assert isinstance(second, Appended)
    entry = await stored(ledger, omitted.id)
    assert entry is not None
    assert entry.occurred_at == entry.recorded_at == first.events[0].recorded_at
    assert await one(ledger, command(omitted)) == Repeated(first.events)
    assert await one(ledger, command(replace(given, occurred_at=None))) == Repeated(second.events)


async def test_a_command_of_several_is_repeated_whole_or_not_at_all(
    ledger: PostgresLedger, learner: str, other: str
) -> None:
    group = command(event(learner), event(other), event(learner, occurred_at=None))
    first = await one(ledger, group)
    assert isinstance(first, Appended)
    assert [placed.shard for placed in first.events] == [3, 60, 3]
    assert await one(ledger, group) == Repeated(first.events)
    requested = [
        RequestedEvent(piece.type, piece.owner, piece.stream, piece.occurred_at, digest(piece.body))
        for piece in group.events
    ]
    entries = await ledger.entries([piece.id for piece in group.events])
    assert {entry.request_digest for entry in entries.values()} == {request_digest(requested)}
    part, only = command(*group.events[:2]), command(group.events[1])
    more = command(*group.events, event(other))
    assert await ledger.append([part, only, more]) == [
        *(Mismatch(group.id), Mismatch(group.events[1].id), Mismatch(group.id)),
    ]
    assert await stored(ledger, more.events[-1].id) is None


async def test_instants_left_out_of_a_repeated_command_of_several_match_what_is_stored(
    ledger: PostgresLedger, learner: str, other: str
) -> None:
    group = command(event(learner), event(other, occurred_at=None))
    first = await one(ledger, group)
    assert isinstance(first, Appended)
    silent = command(*(replace(piece, occurred_at=None) for piece in group.events))
    assert await one(ledger, silent) == Repeated(first.events)
    wrong = command(replace(group.events[0], occurred_at=None, body=b"{}"), group.events[1])
    assert await one(ledger, wrong) == Mismatch(group.id)


async def test_some_known_and_some_new_is_a_mismatch(ledger: PostgresLedger, learner: str) -> None:
    known, new = event(learner), event(learner)
    await ledger.append([command(known)])
    assert await one(ledger, command(new, known)) == Mismatch(known.id)
    assert await stored(ledger, new.id) is None


async def test_a_decision_on_an_older_version_is_stale(ledger: PostgresLedger, learner: str) -> None:
    piece = event(learner)
    await ledger.append([command(piece)])
    assert await one(ledger, void(piece, 2)) == Stale(piece.stream, 1)
    assert isinstance(await one(ledger, void(piece, 1)), Appended)
    assert await one(ledger, void(piece, 1)) == Stale(piece.stream, 2)
    assert await one(ledger, void(piece, 2)) == Refused(piece.stream, "closed")
    assert [entry.version for entry in await ledger.stream(piece.stream)] == [1, 2]


async def test_an_absent_stream_is_at_version_0(ledger: PostgresLedger, learner: str) -> None:
    name = learner_stream(learner)
    assert await one(ledger, command(enrolment(learner), expects=[Expectation(learner, name, 1)])) == Stale(name, 0)
    first = command(enrolment(learner), expects=[Expectation(learner, name, 0)])
    second = command(enrolment(learner), expects=[Expectation(learner, name, 0)])
    outcomes = await ledger.append([first, second])
    assert isinstance(outcomes[0], Appended)
    assert outcomes[1] == Stale(name, 1)


async def test_guards_hold_or_refuse(ledger: PostgresLedger, learner: str) -> None:
    name = learner_stream(learner)
    guarded = command(event(learner), guards=[learner_is("open", learner)])
    assert await one(ledger, guarded) == Refused(name, "absent")
    await ledger.append([command(enrolment(learner), guards=[learner_is("absent", learner)])])
    assert isinstance(await one(ledger, guarded), Appended), "a refused command had given its id back"
    assert await one(ledger, command(event(learner), guards=[learner_is("absent", learner)])) == Refused(name, "open")
    await ledger.append([command(enrolment(learner, closes=True))])
    assert await one(ledger, command(event(learner), guards=[learner_is("open", learner)])) == Refused(name, "closed")
    assert await one(ledger, command(enrolment(learner))) == Refused(name, "closed")
    assert await one(ledger, guarded) == Refused(name, "closed"), "nothing more is said of the forgotten"
    unguarded = command(event(learner))
    assert isinstance(await one(ledger, unguarded), Appended)
    assert isinstance(await one(ledger, unguarded), Repeated), "known ids answer before anything else is checked"


async def test_a_guard_may_lie_in_another_shard(ledger: PostgresLedger, learner: str, other: str) -> None:
    await ledger.append([command(enrolment(other))])
    assert isinstance(await one(ledger, command(event(learner), guards=[learner_is("open", other)])), Appended)
    await ledger.append([command(enrolment(other, closes=True))])
    assert await one(ledger, command(event(learner), guards=[learner_is("open", other)])) == Refused(
        learner_stream(other), "closed"
    )


async def test_a_refused_command_leaves_nothing(ledger: PostgresLedger, learner: str, other: str) -> None:
    closed = event(other)
    before, *_ = await ledger.append([command(event(learner)), command(closed), void(closed)])
    assert isinstance(before, Appended)
    group = command(event(learner), enrolment(learner), event(other, stream=closed.stream))
    after = command(event(learner))
    refused, appended = await ledger.append([group, after])
    assert refused == Refused(closed.stream, "closed")
    assert isinstance(appended, Appended)
    assert appended.events[0].position == before.events[0].position + 1, "the refused events had taken no position"
    assert await ledger.stream(learner_stream(learner)) == []
    assert isinstance(await one(ledger, command(*group.events[:2])), Appended)


async def test_a_piece_cannot_be_continued_under_another_owner(
    ledger: PostgresLedger, learner: str, other: str
) -> None:
    piece = event(learner)
    await ledger.append([command(piece)])
    foreign = event(other, stream=piece.stream, name="EvidenceVoided", closes=True)
    assert await one(ledger, command(foreign)) == Refused(piece.stream, "absent")
    expecting = command(foreign, expects=[Expectation(other, piece.stream, 1)])
    assert await one(ledger, expecting) == Stale(piece.stream, 0)
    assert isinstance(await one(ledger, void(piece)), Appended)


async def test_a_later_command_of_a_call_sees_the_former(ledger: PostgresLedger, learner: str, other: str) -> None:
    piece, group = event(learner), command(event(learner), enrolment(other))
    guarded = command(event(other), guards=[learner_is("open", other)])
    asked = [guarded, command(piece), group, void(piece), command(piece), guarded, group, void(piece)]
    refused, *appended, repeated, second_guard, again, stale = await ledger.append(asked)
    assert refused == Refused(learner_stream(other), "absent")
    assert all(isinstance(outcome, Appended) for outcome in (*appended, second_guard))
    assert isinstance(repeated, Repeated)
    assert isinstance(again, Repeated)
    assert stale == Stale(piece.stream, 2)


async def test_an_id_twice_in_a_call_is_judged_in_order(ledger: PostgresLedger, learner: str, other: str) -> None:
    piece = event(learner)
    refused = command(piece, guards=[learner_is("open", learner)])
    asked = [
        *(refused, command(replace(piece, body=b'{"n":9}')), command(piece), command(replace(piece, owner=other))),
        *(command(replace(piece, body=b'{"n":9}')), command(replace(piece, occurred_at=None))),
    ]
    first, appended, mismatch, elsewhere, repeated, silent = await ledger.append(asked)
    assert first == Refused(learner_stream(learner), "absent")
    assert isinstance(appended, Appended)
    assert mismatch == elsewhere == Mismatch(piece.id)
    assert repeated == Repeated(appended.events)
    assert silent == Mismatch(piece.id), "another body, whatever the instant"


async def test_a_command_of_each_ledger_in_one_call(ledger: PostgresLedger, learner: str) -> None:
    stream = policy_stream("district")
    owner = definitions_owner(TENANT, stream)
    adopted = event(owner, stream=stream, name="PolicyAdopted", occurred_at=None)
    piece = event(learner)
    taken = replace(adopted, id=piece.id)
    outcomes = await ledger.append(
        [command(piece), command(adopted, ledger="definitions"), command(taken, ledger="definitions"), command(piece)]
    )
    assert [type(outcome) for outcome in outcomes] == [Appended, Appended, Mismatch, Repeated]
    (entry,) = await ledger.stream(stream)
    assert (entry.ledger, entry.shard, entry.position, entry.version) == ("definitions", 0, 1, 1)


async def test_what_no_flow_builds_fails_its_caller_with_nothing_appended(ledger: PostgresLedger, learner: str) -> None:
    fine = command(event(learner))
    piece = event(learner)
    malformed = [
        command(replace(piece, body=b"x" * (MAX_BODY + 1))),
        command(replace(piece, body=b"")),
        command(replace(piece, owner=learner.upper())),
        replace(command(piece), id=fine.id),
        replace(command(piece), events=()),
        command(piece, piece),
        command(piece, expects=[Expectation(learner, "learner/x", -1)]),
        command(piece, guards=[Guard("nobody", "learner/x", "open")]),
    ]
    for wrong in malformed:
        with pytest.raises(ValueError, match="must"):
            await ledger.append([fine, wrong])
    assert await ledger.entries([fine.id, piece.id]) == {}
    largest = command(event(learner, body=b'"' + b"x" * (MAX_BODY - 2) + b'"'))
    assert isinstance(await one(ledger, largest), Appended)


async def test_nothing_asked_is_nothing_done(ledger: PostgresLedger) -> None:
    assert await ledger.append([]) == []
    assert await ledger.entries([]) == {}
    assert await ledger.stream("learner/nobody") == []
