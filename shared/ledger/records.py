"""An entry as a Kafka record: CloudEvents 1.0 in binary mode (DESIGN §3, §11).

The value is the stored body untouched; key, headers and value together are a full copy of the ledger's row, enough
to rebuild its leaf.
"""

from collections.abc import Iterable
from typing import TypeAlias

from shared.ledger.canonical import JsonValue
from shared.ledger.entry import Entry, entry_from_envelope
from shared.ledger.instants import instant_text

Headers: TypeAlias = list[tuple[str, bytes]]

_FROM_HEADER = {
    "actor": "ce_actor",
    "body_digest": "ce_bodydigest",
    "id": "ce_id",
    "ledger": "ce_ledger",
    "occurred_at": "ce_time",
    "owner": "ce_partitionkey",
    "recorded_at": "ce_recordedtime",
    "schema": "ce_dataschema",
    "stream": "ce_subject",
    "tenant": "ce_tenant",
    "type": "ce_type",
}
_NUMBER_FROM_HEADER = {
    "epoch": "ce_epoch",
    "position": "ce_position",
    "shard": "ce_shard",
    "version": "ce_streamversion",
}


def record_key(entry: Entry) -> bytes:
    """The record's key: the owner as text."""
    return entry.owner.encode()


def record_headers(entry: Entry) -> Headers:
    """The record's headers in their fixed order; every value is UTF-8 text."""
    headers = [
        ("ce_specversion", "1.0"),
        ("ce_id", entry.id),
        ("ce_source", f"urn:ascertain:{entry.tenant}"),
        ("ce_type", entry.type),
        ("ce_dataschema", entry.schema),
        ("ce_time", instant_text(entry.occurred_at)),
        ("ce_recordedtime", instant_text(entry.recorded_at)),
        ("ce_subject", entry.stream),
        ("ce_partitionkey", entry.owner),
        ("ce_tenant", entry.tenant),
        ("ce_ledger", entry.ledger),
        ("ce_shard", str(entry.shard)),
        ("ce_position", str(entry.position)),
        ("ce_epoch", str(entry.epoch)),
        ("ce_streamversion", str(entry.version)),
        ("ce_actor", entry.actor),
        ("ce_bodydigest", entry.body_digest),
        ("content-type", "application/json"),
    ]
    if entry.request_digest is not None:
        headers.append(("ce_requestdigest", entry.request_digest))
    return [(name, value.encode()) for name, value in headers]


def entry_from_record(headers: Iterable[tuple[str, bytes]], value: bytes) -> Entry:
    """The ledger's entry, from a record's headers and value alone.

    Headers that the contract does not name (traces) are passed over. Raises ValueError for a record that is no full
    copy of an entry: a header missing or malformed, or a value whose digest is not the one that the headers name.
    """
    texts = {name: content.decode() for name, content in headers}
    envelope: dict[str, JsonValue] = {}
    try:
        for member, header in _FROM_HEADER.items():
            envelope[member] = texts[header]
        for member, header in _NUMBER_FROM_HEADER.items():
            envelope[member] = _count(texts[header])
    except KeyError as error:
        raise ValueError(f"The record has no header {error.args[0]}.") from error
    return entry_from_envelope(envelope, value, texts.get("ce_requestdigest"))


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or str(int(text)) != text:
        raise ValueError(f"{text[:40]!r} must be a whole number.")
    return int(text)
