"""Every command has one outcome, and it is true (DESIGN §2.5, §2.6)."""

from dataclasses import replace
from typing import Any

import pytest

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
from tests.support.appending import ACTOR, SOMEWHEN, TENANT, command, enrolment, event, learner_is, owner_in

LEARNER, OTHER = owner_in(3), owner_in(60)


async def one(ledger: PostgresLedger, asked: Command) -> Outcome:
    (outcome,) = await ledger.append([asked])
    return outcome


async def stored(ledger: PostgresLedger, id_: str) -> Entry | None:
    return (await ledger.entries([id_])).get(id_)


def void(piece: NewEvent, version: int = 1) -> Command:
    voided = event(piece.owner, stream=piece.stream, name="EvidenceVoided", closes=True)
    return command(voided, expects=[Expectation(piece.owner, piece.stream, version)])


async def test_a_fact_is_stored_as_it_was_said(ledger: PostgresLedger) -> None:
    piece = event(LEARNER, body=b'{"earned":"3.5"}')
    outcome = await one(ledger, command(piece))
    assert isinstance(outcome, Appended)
    (placed,) = outcome.events
    assert (placed.id, placed.stream, placed.shard, placed.position, placed.version) == (
        *(piece.id, piece.stream),
        *(shard_of(TENANT, LEARNER), 1, 1),
    )
    assert await stored(ledger, piece.id) == Entry(
        *("evidence", 3, 1, 1, TENANT, LEARNER, piece.stream, 1, piece.id, piece.type, piece.schema),
        *(SOMEWHEN, placed.recorded_at, ACTOR, b'{"earned":"3.5"}'),
    )


async def test_the_same_request_again_is_answered_with_the_same_receipt(ledger: PostgresLedger) -> None:
    asked = command(event(LEARNER))
    first = await one(ledger, asked)
    assert isinstance(first, Appended)
    assert await one(ledger, asked) == Repeated(first.events)
    assert await one(ledger, replace(asked, actor=LEARNER, expects=(Expectation(OTHER, "learner/x", 7),))) == Repeated(
        first.events
    )


@pytest.mark.parametrize(
    "other",
    [
        {"body": b'{"n":2}'},
        {"owner": OTHER},
        {"owner": owner_in(3)},
        {"occurred_at": SOMEWHEN + 1},
        {"type": "ascertain.RubricScored"},
        {"stream": learner_stream(LEARNER)},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_the_same_id_for_another_request_is_a_mismatch(ledger: PostgresLedger, other: dict[str, Any]) -> None:
    piece = event(LEARNER)
    await ledger.append([command(piece)])
    assert await one(ledger, command(replace(piece, **other))) == Mismatch(piece.id)
    entry = await stored(ledger, piece.id)
    assert entry is not None
    assert (entry.owner, entry.body, entry.occurred_at) == (LEARNER, b'{"n":1}', SOMEWHEN)


async def test_another_schema_of_the_same_type_is_the_same_request(ledger: PostgresLedger) -> None:
    piece = event(LEARNER)
    await ledger.append([command(piece)])
    assert isinstance(await one(ledger, command(replace(piece, schema="urn:ascertain:AttemptRecorded:2"))), Repeated)


async def test_an_omitted_instant_is_the_moment_of_recording_and_matches_any(ledger: PostgresLedger) -> None:
    omitted, given = event(LEARNER, occurred_at=None), event(LEARNER)
    first, second = await ledger.append([command(omitted), command(given)])
    assert isinstance(first, Appended)
    assert isinstance(second, Appended)
    entry = await stored(ledger, omitted.id)
    assert entry is not None
    assert entry.occurred_at == entry.recorded_at == first.events[0].recorded_at
    assert await one(ledger, command(omitted)) == Repeated(first.events)
    assert await one(ledger, command(replace(given, occurred_at=None))) == Repeated(second.events)


async def test_a_command_of_several_is_repeated_whole_or_not_at_all(ledger: PostgresLedger) -> None:
    group = command(event(LEARNER), event(OTHER), event(LEARNER, occurred_at=None))
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
    more = command(*group.events, event(OTHER))
    assert await ledger.append([part, only, more]) == [
        *(Mismatch(group.id), Mismatch(group.events[1].id), Mismatch(group.id)),
    ]
    assert await stored(ledger, more.events[-1].id) is None


async def test_instants_left_out_of_a_repeated_command_of_several_match_what_is_stored(ledger: PostgresLedger) -> None:
    group = command(event(LEARNER), event(OTHER, occurred_at=None))
    first = await one(ledger, group)
    assert isinstance(first, Appended)
    silent = command(*(replace(piece, occurred_at=None) for piece in group.events))
    assert await one(ledger, silent) == Repeated(first.events)
    wrong = command(replace(group.events[0], occurred_at=None, body=b"{}"), group.events[1])
    assert await one(ledger, wrong) == Mismatch(group.id)


async def test_some_known_and_some_new_is_a_mismatch(ledger: PostgresLedger) -> None:
    known, new = event(LEARNER), event(LEARNER)
    await ledger.append([command(known)])
    assert await one(ledger, command(new, known)) == Mismatch(known.id)
    assert await stored(ledger, new.id) is None


async def test_a_decision_on_an_older_version_is_stale(ledger: PostgresLedger) -> None:
    piece = event(LEARNER)
    await ledger.append([command(piece)])
    assert await one(ledger, void(piece, 2)) == Stale(piece.stream, 1)
    assert isinstance(await one(ledger, void(piece, 1)), Appended)
    assert await one(ledger, void(piece, 1)) == Stale(piece.stream, 2)
    assert await one(ledger, void(piece, 2)) == Refused(piece.stream, "closed")
    assert [entry.version for entry in await ledger.stream(piece.stream)] == [1, 2]


async def test_an_absent_stream_is_at_version_0(ledger: PostgresLedger) -> None:
    name = learner_stream(LEARNER)
    assert await one(ledger, command(enrolment(LEARNER), expects=[Expectation(LEARNER, name, 1)])) == Stale(name, 0)
    first = command(enrolment(LEARNER), expects=[Expectation(LEARNER, name, 0)])
    second = command(enrolment(LEARNER), expects=[Expectation(LEARNER, name, 0)])
    outcomes = await ledger.append([first, second])
    assert isinstance(outcomes[0], Appended)
    assert outcomes[1] == Stale(name, 1)


async def test_guards_hold_or_refuse(ledger: PostgresLedger) -> None:
    name = learner_stream(LEARNER)
    guarded = command(event(LEARNER), guards=[learner_is("open", LEARNER)])
    assert await one(ledger, guarded) == Refused(name, "absent")
    await ledger.append([command(enrolment(LEARNER), guards=[learner_is("absent", LEARNER)])])
    assert isinstance(await one(ledger, guarded), Appended), "a refused command had given its id back"
    assert await one(ledger, command(event(LEARNER), guards=[learner_is("absent", LEARNER)])) == Refused(name, "open")
    await ledger.append([command(enrolment(LEARNER, closes=True))])
    assert await one(ledger, command(event(LEARNER), guards=[learner_is("open", LEARNER)])) == Refused(name, "closed")
    assert await one(ledger, command(enrolment(LEARNER))) == Refused(name, "closed")
    assert isinstance(await one(ledger, guarded), Repeated), "known ids answer before anything is checked"


async def test_a_guard_may_lie_in_another_shard(ledger: PostgresLedger) -> None:
    await ledger.append([command(enrolment(OTHER))])
    assert isinstance(await one(ledger, command(event(LEARNER), guards=[learner_is("open", OTHER)])), Appended)
    await ledger.append([command(enrolment(OTHER, closes=True))])
    assert await one(ledger, command(event(LEARNER), guards=[learner_is("open", OTHER)])) == Refused(
        learner_stream(OTHER), "closed"
    )


async def test_a_refused_command_leaves_nothing(ledger: PostgresLedger) -> None:
    closed = event(OTHER)
    await ledger.append([command(closed), void(closed)])
    group = command(event(LEARNER), enrolment(LEARNER), event(OTHER, stream=closed.stream))
    after = command(event(LEARNER))
    refused, appended = await ledger.append([group, after])
    assert refused == Refused(closed.stream, "closed")
    assert isinstance(appended, Appended)
    assert appended.events[0].position == 1, "the refused events had taken no position"
    assert await ledger.stream(learner_stream(LEARNER)) == []
    assert isinstance(await one(ledger, command(*group.events[:2])), Appended)


async def test_a_piece_cannot_be_continued_under_another_owner(ledger: PostgresLedger) -> None:
    piece = event(LEARNER)
    await ledger.append([command(piece)])
    foreign = event(OTHER, stream=piece.stream, name="EvidenceVoided", closes=True)
    assert await one(ledger, command(foreign)) == Refused(piece.stream, "absent")
    expecting = command(foreign, expects=[Expectation(OTHER, piece.stream, 1)])
    assert await one(ledger, expecting) == Stale(piece.stream, 0)
    assert isinstance(await one(ledger, void(piece)), Appended)


async def test_a_later_command_of_a_call_sees_the_former(ledger: PostgresLedger) -> None:
    piece, group = event(LEARNER), command(event(LEARNER), enrolment(OTHER))
    guarded = command(event(OTHER), guards=[learner_is("open", OTHER)])
    asked = [guarded, command(piece), group, void(piece), command(piece), guarded, group, void(piece)]
    refused, *appended, repeated, second_guard, again, stale = await ledger.append(asked)
    assert refused == Refused(learner_stream(OTHER), "absent")
    assert all(isinstance(outcome, Appended) for outcome in (*appended, second_guard))
    assert isinstance(repeated, Repeated)
    assert isinstance(again, Repeated)
    assert stale == Stale(piece.stream, 2)


async def test_an_id_twice_in_a_call_is_judged_in_order(ledger: PostgresLedger) -> None:
    piece = event(LEARNER)
    refused = command(piece, guards=[learner_is("open", LEARNER)])
    asked = [
        *(refused, command(replace(piece, body=b'{"n":9}')), command(piece), command(replace(piece, owner=OTHER))),
        *(command(replace(piece, body=b'{"n":9}')), command(replace(piece, occurred_at=None))),
    ]
    first, appended, mismatch, elsewhere, repeated, silent = await ledger.append(asked)
    assert first == Refused(learner_stream(LEARNER), "absent")
    assert isinstance(appended, Appended)
    assert mismatch == elsewhere == Mismatch(piece.id)
    assert repeated == Repeated(appended.events)
    assert silent == Mismatch(piece.id), "another body, whatever the instant"


async def test_a_command_of_each_ledger_in_one_call(ledger: PostgresLedger) -> None:
    stream = policy_stream("district")
    owner = definitions_owner(TENANT, stream)
    adopted = event(owner, stream=stream, name="PolicyAdopted", occurred_at=None)
    piece = event(LEARNER)
    taken = replace(adopted, id=piece.id)
    outcomes = await ledger.append(
        [command(piece), command(adopted, ledger="definitions"), command(taken, ledger="definitions"), command(piece)]
    )
    assert [type(outcome) for outcome in outcomes] == [Appended, Appended, Mismatch, Repeated]
    (entry,) = await ledger.stream(stream)
    assert (entry.ledger, entry.shard, entry.position, entry.version) == ("definitions", 0, 1, 1)


async def test_what_no_flow_builds_fails_its_caller_with_nothing_appended(ledger: PostgresLedger) -> None:
    fine = command(event(LEARNER))
    piece = event(LEARNER)
    malformed = [
        command(replace(piece, body=b"x" * (MAX_BODY + 1))),
        command(replace(piece, body=b"")),
        command(replace(piece, owner=LEARNER.upper())),
        replace(command(piece), id=fine.id),
        replace(command(piece), events=()),
        command(piece, piece),
        command(piece, expects=[Expectation(LEARNER, "learner/x", -1)]),
        command(piece, guards=[Guard("nobody", "learner/x", "open")]),
    ]
    for wrong in malformed:
        with pytest.raises(ValueError, match="must"):
            await ledger.append([fine, wrong])
    assert await ledger.entries([fine.id, piece.id]) == {}
    largest = command(event(LEARNER, body=b'"' + b"x" * (MAX_BODY - 2) + b'"'))
    assert isinstance(await one(ledger, largest), Appended)


async def test_nothing_asked_is_nothing_done(ledger: PostgresLedger) -> None:
    assert await ledger.append([]) == []
    assert await ledger.entries([]) == {}
    assert await ledger.stream("learner/nobody") == []
