"""The bytes that the first release froze (DESIGN §11). A test that turns red here has found a change, not a mistake of
its own: nothing that was stored could be proved any more.

The expected values were made by `golden/make.py`, which shares nothing with the platform's code.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.events import EVENTS, decode, encode
from shared.ledger.canonical import NotCanonicalError, canonical, parse
from shared.ledger.decimals import canonical_decimal, is_canonical_decimal, scaled, unscaled
from shared.ledger.entry import Entry, entry_from_envelope
from shared.ledger.identifiers import (
    definitions_owner,
    digest,
    further_event_id,
    item_id,
    roster_id,
    service_actor,
    shard_of,
)
from shared.ledger.instants import instant, instant_text
from shared.ledger.records import entry_from_record, record_headers, record_key
from shared.ledger.request import RequestedEvent, request_digest

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text())


IDS, NUMBERS, CANONICAL, ENTRIES, REQUESTS = (
    golden(name) for name in ("ids", "numbers", "canonical", "entries", "requests")
)

each_entry = pytest.mark.parametrize("sample", ENTRIES, ids=lambda sample: sample["event"])


def test_ids_that_are_derived() -> None:
    for case in IDS["item_id"]:
        assert item_id(case["actor"], case["method"], case["route"], case["key"], case["index"]) == case["id"]
    for case in IDS["further_event_id"]:
        assert further_event_id(case["item"], case["n"]) == case["id"]
    for case in IDS["service_actor"]:
        assert service_actor(case["tenant"], case["name"]) == case["id"]
    for case in IDS["definitions_owner"]:
        assert definitions_owner(case["tenant"], case["stream"]) == case["id"]
    for case in IDS["roster_id"]:
        assert roster_id(bytes.fromhex(case["key"]), case["kind"], case["sourced_id"]) == case["id"]


def test_shards() -> None:
    assert len({case["shard"] for case in IDS["shard"]}) > 3
    for case in IDS["shard"]:
        assert shard_of(case["tenant"], case["owner"]) == case["shard"]


@pytest.mark.parametrize("case", NUMBERS["decimals"], ids=lambda case: case["written"])
def test_decimals(case: dict[str, Any]) -> None:
    assert canonical_decimal(case["written"]) == case["canonical"]
    assert canonical_decimal(case["canonical"]) == case["canonical"]
    assert is_canonical_decimal(case["written"]) == (case["written"] == case["canonical"])
    assert scaled(case["canonical"]) == case["scaled"]
    assert unscaled(case["scaled"]) == case["canonical"]


@pytest.mark.parametrize("written", NUMBERS["refused_decimals"], ids=lambda written: repr(written[:20]))
def test_what_is_no_decimal(written: str) -> None:
    with pytest.raises(ValueError, match="must"):
        canonical_decimal(written)
    assert not is_canonical_decimal(written)


@pytest.mark.parametrize("case", NUMBERS["instants"], ids=lambda case: case["written"])
def test_instants(case: dict[str, Any]) -> None:
    assert instant(case["written"]) == case["milliseconds"]
    assert instant_text(case["milliseconds"]) == case["text"]


@pytest.mark.parametrize("written", NUMBERS["refused_instants"], ids=repr)
def test_what_is_no_instant(written: str) -> None:
    with pytest.raises(ValueError, match="must"):
        instant(written)


@pytest.mark.parametrize("case", CANONICAL["canonical"], ids=lambda case: case["json"][:30])
def test_canonical_json(case: dict[str, Any]) -> None:
    assert canonical(parse(case["json"].encode())).hex() == case["canonical"]
    assert canonical(json.loads(case["text"])).hex() == case["canonical"]


@pytest.mark.parametrize("text", [*CANONICAL["refused"], "[" * 100_000], ids=lambda text: repr(text[:20]))
def test_what_has_no_canonical_form(text: str) -> None:
    with pytest.raises(NotCanonicalError):
        parse(text.encode())


def test_every_event_has_a_sample() -> None:
    assert sorted(sample["event"] for sample in ENTRIES) == sorted(EVENTS)


@each_entry
def test_bodies(sample: dict[str, Any]) -> None:
    contract = EVENTS[sample["event"]]
    body = contract.body.model_validate(sample["handed_in"])
    assert encode(body) == sample["body"].encode()
    assert digest(encode(body)) == sample["envelope"]["body_digest"]
    assert decode(entry_of(sample), contract.body) == body


@each_entry
def test_contracts(sample: dict[str, Any]) -> None:
    contract, envelope = EVENTS[sample["event"]], sample["envelope"]
    body = contract.body.model_validate(sample["handed_in"])
    assert (contract.type, contract.schema, contract.ledger) == (
        *(envelope["type"], envelope["schema"], envelope["ledger"]),
    )
    assert contract.stream(body, envelope["id"]) == envelope["stream"]
    assert contract.closes == sample["closes"]
    owner = envelope["owner"]
    if contract.ledger == "definitions":
        assert (owner, 0) == (definitions_owner(envelope["tenant"], envelope["stream"]), envelope["shard"])
    else:
        assert shard_of(envelope["tenant"], owner) == envelope["shard"]


@each_entry
def test_envelopes_and_leaves(sample: dict[str, Any]) -> None:
    entry = entry_of(sample)
    assert entry.envelope() == sample["envelope"]
    assert canonical(entry.envelope()) == sample["envelope_canonical"].encode()
    assert entry.leaf().hex() == sample["leaf"]
    assert entry_from_envelope(sample["envelope"], sample["body"].encode(), sample["request_digest"]) == entry


@each_entry
def test_records(sample: dict[str, Any]) -> None:
    entry = entry_of(sample)
    assert record_key(entry) == sample["key"].encode()
    assert record_headers(entry) == [(name, value.encode()) for name, value in sample["headers"]]


@each_entry
def test_a_leaf_is_rebuilt_from_headers_and_value_alone(sample: dict[str, Any]) -> None:
    headers = [(name, value.encode()) for name, value in sample["headers"]]
    traced = [*headers, ("traceparent", b"00-ab-cd-01")]
    entry = entry_from_record(traced, sample["body"].encode())
    assert entry == entry_of(sample)
    assert entry.leaf().hex() == sample["leaf"]


@each_entry
def test_a_record_that_was_changed_anywhere_has_another_leaf_or_none(sample: dict[str, Any]) -> None:
    headers = {name: value.encode() for name, value in sample["headers"]}
    for name, value in sample["headers"]:
        if name in {"ce_specversion", "ce_source", "content-type", "ce_requestdigest"}:
            continue  # said by others of the headers too, or outside the leaf
        changed = headers | {name: _nudged(value).encode()}
        try:
            assert entry_from_record(list(changed.items()), sample["body"].encode()).leaf().hex() != sample["leaf"], (
                name
            )
        except ValueError:
            continue
    with pytest.raises(ValueError, match="digest"):
        entry_from_record(list(headers.items()), sample["body"].encode() + b" ")


@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: case["digest"][:8])
def test_request_digests(case: dict[str, Any]) -> None:
    events = [
        RequestedEvent(type_, owner, stream, occurred and instant(occurred), body_digest)
        for type_, owner, stream, occurred, body_digest in case["events"]
    ]
    assert request_digest(events) == case["digest"]


def entry_of(sample: dict[str, Any]) -> Entry:
    members = ("ledger", "shard", "position", "epoch", "tenant", "owner", "stream", "version", "id", "type", "schema")
    fields: dict[str, Any] = {member: sample["envelope"][member] for member in (*members, "actor")}
    return Entry(
        **fields,
        occurred_at=sample["occurred_ms"],
        recorded_at=sample["recorded_ms"],
        body=sample["body"].encode(),
        request_digest=sample["request_digest"],
    )


def _nudged(value: str) -> str:
    """The value with its last letter or digit made another one."""
    index = max(index for index, character in enumerate(value) if character.isalnum() and character != "Z")
    return value[:index] + ("1" if value[index] != "1" else "2") + value[index + 1 :]
