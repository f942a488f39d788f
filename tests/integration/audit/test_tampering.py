"""I7: whatever a superuser edits, deletes, inserts or swaps is found, and where it is.

In the ledger, in the audit's own copy and in mastery's states; every change at a row drawn anew from a seed.
"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from services.mastery.postgres.packing import pack, unpack
from shared.ledger.decimals import scaled
from shared.ledger.entry import Entry
from tests.support import oracle
from tests.support.audited import AuditedDistrict, positions
from tests.support.audited_story import LEARNERS, THEME, Told
from tests.support.tampering import Tampered, tampering

pytestmark = pytest.mark.usefixtures("story")

LEDGER, COPY, STATES = "ledger.stored_entry", "audit.entry", "mastery.state"
SEEDS = (1,)
"""One draw: `test_random_edits --edits N` draws as many as are asked for."""

LEDGER_EDITS = {
    "actor": "actor = gen_random_uuid()",
    "body": """body = convert_to(replace(convert_from(body, 'UTF8'), '"possible":"4"', '"possible":"5"'), 'UTF8')""",
    "epoch": "epoch = epoch + 1",
    "id": "id = gen_random_uuid()",
    "kind": "kind = (SELECT max(kind) FROM ledger.kind)",
    "occurred_at": "occurred_at = occurred_at - 86400000",
    "owner": "owner = gen_random_uuid()",
    "recorded_at": "recorded_at = recorded_at + 1",
    "stream": "stream = 'evidence/' || gen_random_uuid()",
    "version": "version = version + 7",
    "unreadable body": "body = '\\xff'",
    "absurd instant": "occurred_at = 9223372036854775807",
}
COPY_EDITS = {
    **{name: change for name, change in LEDGER_EDITS.items() if name not in {"kind", "id", "owner"}},
    "id": "id = gen_random_uuid()::text",
    "owner": "owner = gen_random_uuid()::text",
    "actor": "actor = ''",
    "schema": "schema = schema || '9'",
    "tenant": "tenant = gen_random_uuid()::text",
    "type": "type = 'ascertain.LearnerWithdrawn'",
    "request_digest": "request_digest = repeat('0', 64)",
}
STATE_EDITS = {
    "level": "level = 'Exemplary'",
    "status": "status = CASE status WHEN 'mastered' THEN 'not_yet' ELSE 'mastered' END",
    "value": "value = coalesce(value, 0) + 1",
    "digest": "digest = repeat('0', 64)",
    "policy": "policy = repeat('0', 64)",
    "method": "method = 'ascertain.highest@1'",
    "scope": "scope = 'learner/' || learner",
    "counted": "counted = counted + 1",
    "evidence": "evidence = evidence + 1",
    "contributions": "contributions = set_byte(contributions, 3, (get_byte(contributions, 3) + 1) % 256)",
    "pin": "evidence_position = evidence_position + 1",
    "earlier pin": "evidence_position = evidence_position - 1",
    "definitions pin": "definitions_position = definitions_position - 1",
}
EVIDENCE = "ledger = 'evidence' AND convert_from(body, 'UTF8') LIKE '%\"possible\":\"4\"%'"


@pytest.fixture
async def ledger(audited: AuditedDistrict) -> AsyncIterator[Tampered]:
    async with tampering(audited.evidence, LEDGER) as tampered:
        yield tampered


@pytest.fixture
async def copy(audited: AuditedDistrict) -> AsyncIterator[Tampered]:
    async with tampering(audited.audit, COPY) as tampered:
        yield tampered


@pytest.fixture
async def states(audited: AuditedDistrict) -> AsyncIterator[Tampered]:
    async with tampering(audited.mastery, STATES) as tampered:
        yield tampered


def place(row: Any) -> tuple[str, int, int]:
    return row["ledger"], row["shard"], row["position"]


def of_phase(result: dict[str, Any], phase: str) -> list[dict[str, Any]]:
    return [difference for difference in result["differences"] if difference["phase"] == phase]


@pytest.mark.parametrize("seed", SEEDS)
async def test_edits_in_the_ledger(audited: AuditedDistrict, ledger: Tampered, seed: int) -> None:
    """One of every kind, each in an entry of its own."""
    rows = await ledger.rows(EVIDENCE, seed=seed)
    edited = dict(zip(LEDGER_EDITS, rows, strict=False))
    assert len(edited) == len(LEDGER_EDITS)
    for member, row in edited.items():
        await ledger.edit(row, LEDGER_EDITS[member])
    result = await audited.verify()
    assert (result["state"], result["found"]) == ("different", len(edited))
    found = {place(difference): difference for difference in of_phase(result, "ledger")}
    for member, row in edited.items():
        difference = found.pop(place(row))
        if member in {"unreadable body", "absurd instant"}:
            assert difference["kind"] == "unreadable"
            continue
        assert difference["kind"] == "differs"
        expected = {"kind": "type"}.get(member, member)
        assert {expected, "leaf"} <= {one["name"] for one in difference["members"]}
        assert expected in difference["what"]
    assert not found


@pytest.mark.parametrize("seed", SEEDS)
async def test_edits_in_the_copy(audited: AuditedDistrict, copy: Tampered, seed: int) -> None:
    """Ledger and topic both tell of each: two witnesses against the copy."""
    rows = await copy.rows(EVIDENCE, seed=seed)
    edited = dict(zip(COPY_EDITS, rows, strict=False))
    assert len(edited) == len(COPY_EDITS)
    for member, row in edited.items():
        await copy.edit(row, COPY_EDITS[member])
    result = await audited.verify()
    for phase in ("ledger", "topic"):
        found = [one for one in of_phase(result, phase) if one["kind"] == "differs"]
        named = {place(one): {member["name"] for member in one["members"]} for one in found}
        assert named.keys() == {place(row) for row in edited.values()}
        for member, row in edited.items():
            assert {"unreadable body": "body", "absurd instant": "occurred_at"}.get(member, member) in named[place(row)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("table", ["ledger", "copy"])
async def test_an_entry_deleted(audited: AuditedDistrict, table: str, seed: int) -> None:
    connection, name = (audited.evidence, LEDGER) if table == "ledger" else (audited.audit, COPY)
    async with tampering(connection, name) as tampered:
        row = await tampered.one(EVIDENCE, seed=seed)
        await tampered.delete(row)
        result = await audited.verify()
    found, *after = of_phase(result, "ledger")
    assert (found["kind"], positions([found])) == ("missing", {place(row)})
    assert ("The ledger" if table == "ledger" else "The audit's copy") in found["what"]
    # The copy is read as it stands: where the stream went on, its next version follows on nothing.
    assert all((one["kind"], row["stream"] in one["what"]) == ("out_of_sequence", True) for one in after), after


@pytest.mark.parametrize("table", ["ledger", "copy"])
async def test_the_end_cut_off(audited: AuditedDistrict, table: str) -> None:
    """The last entries of a shard, and in the ledger the head moved back with them."""
    connection, name = (audited.evidence, LEDGER) if table == "ledger" else (audited.audit, COPY)
    async with tampering(connection, name):
        [(shard, last)] = await connection.fetch(
            f"SELECT shard, max(position) FROM {name} WHERE ledger = 'evidence'"
            " GROUP BY shard HAVING count(*) > 2 ORDER BY shard LIMIT 1"
        )
        await connection.execute(
            f"DELETE FROM {name} WHERE ledger = 'evidence' AND shard = $1 AND position > $2", shard, last - 2
        )
        head = "UPDATE ledger.head SET position = $2 WHERE ledger = 'evidence' AND shard = $1"
        if table == "ledger":
            await connection.execute(head, shard, last - 2)
        try:
            result = await audited.verify()
        finally:
            if table == "ledger":
                await connection.execute(head, shard, last)
    assert positions(of_phase(result, "ledger")) == {("evidence", shard, last - 1), ("evidence", shard, last)}


@pytest.mark.parametrize("table", ["ledger", "copy"])
async def test_an_entry_inserted_beyond_the_end(audited: AuditedDistrict, table: str) -> None:
    connection, name = (audited.evidence, LEDGER) if table == "ledger" else (audited.audit, COPY)
    async with tampering(connection, name) as tampered:
        row = await tampered.one(EVIDENCE)
        end = await connection.fetchval(
            f"SELECT max(position) FROM {name} WHERE ledger = $1 AND shard = $2", row["ledger"], row["shard"]
        )
        new = uuid4() if table == "ledger" else str(uuid4())
        await tampered.insert({**row, "position": end + 1, "id": new})
        result = await audited.verify()
    [found] = of_phase(result, "ledger")
    assert (found["kind"], positions([found])) == ("unexpected", {(row["ledger"], row["shard"], end + 1)})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("table", ["ledger", "copy"])
async def test_two_entries_swapped(audited: AuditedDistrict, table: str, seed: int) -> None:
    connection, name = (audited.evidence, LEDGER) if table == "ledger" else (audited.audit, COPY)
    async with tampering(connection, name) as tampered:
        one = await tampered.one(
            f"{EVIDENCE} AND EXISTS (SELECT FROM {name} AS o WHERE o.ledger = {name}.ledger"
            f" AND o.shard = {name}.shard AND o.position <> {name}.position)",
            seed=seed,
        )
        other = await tampered.one(
            "ledger = $2 AND shard = $3 AND position <> $4", one["ledger"], one["shard"], one["position"], seed=seed
        )
        await tampered.delete(one)
        await tampered.edit(other, "position = $2", one["position"])
        await tampered.insert({**one, "position": other["position"]})
        result = await audited.verify()
    found = [difference for difference in of_phase(result, "ledger") if difference["kind"] == "differs"]
    assert positions(found) == {place(one), place(other)}
    if table == "ledger":
        assert all("the entry that the copy has at position" in difference["what"] for difference in found)


@pytest.mark.parametrize("seed", SEEDS)
async def test_edits_in_states(audited: AuditedDistrict, states: Tampered, seed: int) -> None:
    """One of every kind, each in a state of its own."""
    rows = await states.rows("policy IS NOT NULL AND method <> 'ascertain.highest@1'", seed=seed)
    edited = dict(zip(STATE_EDITS, rows, strict=False))
    assert len(edited) == len(STATE_EDITS)
    for member, row in edited.items():
        await states.edit(row, STATE_EDITS[member])
    result = await audited.verify()
    found = {(one["learner"], one["competency"]): one for one in result["differences"]}
    assert found.keys() == {(str(row["learner"]), str(row["competency"])) for row in edited.values()}
    for member, row in edited.items():
        difference = found[str(row["learner"]), str(row["competency"])]
        assert (difference["phase"], difference["kind"]) == ("states", "state_differs")
        named = {one["name"] for one in difference["members"]}
        assert named if "pin" in member else member in named


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_state_deleted(audited: AuditedDistrict, states: Tampered, seed: int) -> None:
    row = await states.one(seed=seed)
    await states.delete(row)
    [found] = (await audited.verify())["differences"]
    assert (found["kind"], found["learner"], found["competency"]) == (
        *("state_missing", str(row["learner"])),
        str(row["competency"]),
    )
    assert found["shard"] == row["shard"]


async def test_all_states_of_a_learner_deleted(audited: AuditedDistrict, states: Tampered) -> None:
    row = await states.one()
    await audited.mastery.execute("DELETE FROM mastery.state WHERE learner = $1", row["learner"])
    result = await audited.verify()
    kept = await audited.mastery.fetchval(
        "SELECT count(*) FROM public.kept_mastery_state WHERE learner = $1", row["learner"]
    )
    assert {(one["kind"], one["learner"]) for one in result["differences"]} == {("state_missing", str(row["learner"]))}
    assert result["found"] == kept


async def test_a_state_inserted(audited: AuditedDistrict, states: Tampered) -> None:
    """For a competency of which the learner showed nothing."""
    row = await states.one()
    invented = uuid4()
    await states.insert({**row, "competency": invented})
    [found] = (await audited.verify())["differences"]
    assert (found["kind"], found["learner"], found["competency"]) == (
        *("state_differs", str(row["learner"])),
        str(invented),
    )


async def test_two_states_swapped(audited: AuditedDistrict, states: Tampered) -> None:
    one = await states.one("status = 'mastered'")
    other = await states.one("learner <> $2 AND status <> 'mastered'", one["learner"])
    keys = ("place", "shard", "learner", "competency")
    await states.delete(one)
    await states.delete(other)
    for row, content in ((one, other), (other, one)):
        await states.insert({**content, **{key: row[key] for key in keys}})
    result = await audited.verify()
    assert {(found["learner"], found["competency"]) for found in result["differences"]} == {
        (str(row["learner"]), str(row["competency"])) for row in (one, other)
    }


async def test_a_state_taken_back_to_what_it_once_was(audited: AuditedDistrict, states: Tampered, story: Told) -> None:
    """Its digest is true at its pins; that more was recorded since is what gives it away."""
    learner = LEARNERS[0]
    entries = [_raw(row) for row in await audited.audit.fetch("SELECT * FROM audit.entry")]
    first = next(entry["envelope"] for entry in entries if entry["envelope"]["id"] == story.first)
    then = [("evidence", first["shard"], first["position"]), ("definitions", 0, 1000)]
    once = oracle.states(entries, audited.writer.documents, then)[learner, THEME]
    row = await states.one("learner = $2 AND competency = $3", learner, THEME)
    pins = {ledger: position for ledger, _, position in once.pins}
    await states.edit(
        row,
        "digest = $2, status = $3, level = $4, value = $5, counted = $6, evidence = 1, evidence_position = $7,"
        " definitions_position = $8, contributions = $9",
        *(once.digest, once.status, once.level, scaled(once.value or "0"), len(once.counted)),
        *(pins["evidence"], pins["definitions"]),
        pack([piece for piece in unpack(row["contributions"]) if piece.event == story.first]),
    )
    [found] = (await audited.verify())["differences"]
    assert (found["kind"], found["learner"], found["competency"]) == ("state_behind", learner, THEME)


def _raw(row: Any) -> dict[str, Any]:
    entry = Entry(**row)
    return {"envelope": entry.envelope(), "body": entry.body.decode()}


async def test_a_learners_own_verification_finds_the_same(audited: AuditedDistrict, ledger: Tampered) -> None:
    row = await ledger.one(EVIDENCE)
    await ledger.edit(row, LEDGER_EDITS["occurred_at"])
    result = await audited.verify(str(row["owner"]))
    [found] = result["differences"]
    assert positions([found]) == {place(row)}
    others = await audited.evidence.fetchval(
        "SELECT owner FROM ledger.stored_entry WHERE ledger = 'evidence' AND owner <> $1 LIMIT 1", row["owner"]
    )
    assert (await audited.verify(str(others)))["state"] == "equal"
