"""An entry as a Kafka record: CloudEvents 1.0 in binary mode (DESIGN §3, §11).

The value is the stored body untouched; key, headers and value together are a full copy of the ledger's row, enough
to rebuild its leaf.
"""

from collections.abc import Iterable
from typing import TypeAlias

from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.ledger.instants import instant, instant_text

Headers: TypeAlias = list[tuple[str, bytes]]


def record_key(entry: Entry) -> bytes:
    """The record's key: the owner as text."""
    return entry.owner.encode()


def record_headers(entry: Entry) -> Headers:
    """The record's headers in their fixed order; every value is UTF-8 text."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", entry.id.encode()),
        ("ce_source", f"urn:ascertain:{entry.tenant}".encode()),
        ("ce_type", entry.type.encode()),
        ("ce_dataschema", entry.schema.encode()),
        ("ce_time", instant_text(entry.occurred_at).encode()),
        ("ce_recordedtime", instant_text(entry.recorded_at).encode()),
        ("ce_subject", entry.stream.encode()),
        ("ce_partitionkey", entry.owner.encode()),
        ("ce_tenant", entry.tenant.encode()),
        ("ce_ledger", entry.ledger.encode()),
        ("ce_shard", b"%d" % entry.shard),
        ("ce_position", b"%d" % entry.position),
        ("ce_epoch", b"%d" % entry.epoch),
        ("ce_streamversion", b"%d" % entry.version),
        ("ce_actor", entry.actor.encode()),
        ("ce_bodydigest", entry.body_digest.encode()),
        ("content-type", b"application/json"),
    ]
    if entry.request_digest is not None:
        headers.append(("ce_requestdigest", entry.request_digest.encode()))
    return headers


def entry_from_record(headers: Iterable[tuple[str, bytes]], value: bytes) -> Entry:
    """The ledger's entry, from a record's headers and value alone.

    Headers that the contract does not name (traces) are passed over. Raises ValueError for a record that is no full
    copy of an entry: a header missing or malformed, or a value whose digest is not the one that the headers name.
    """
    texts = {name: content.decode() for name, content in headers}
    try:
        entry = Entry(
            _ledger(texts["ce_ledger"]),
            _count(texts["ce_shard"]),
            _count(texts["ce_position"]),
            _count(texts["ce_epoch"]),
            texts["ce_tenant"],
            texts["ce_partitionkey"],
            texts["ce_subject"],
            _count(texts["ce_streamversion"]),
            texts["ce_id"],
            texts["ce_type"],
            texts["ce_dataschema"],
            instant(texts["ce_time"]),
            instant(texts["ce_recordedtime"]),
            texts["ce_actor"],
            value,
            texts.get("ce_requestdigest"),
        )
        named = texts["ce_bodydigest"]
    except KeyError as error:
        raise ValueError(f"The record has no header {error.args[0]}.") from error
    if entry.body_digest != named:
        raise ValueError(f"The body of entry {entry.id} does not have the digest that its headers name.")
    return entry


def _ledger(text: str) -> Ledger:
    if text == "evidence":
        return "evidence"
    if text == "definitions":
        return "definitions"
    raise ValueError(f"There is no ledger {text[:40]!r}.")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or str(int(text)) != text:
        raise ValueError(f"{text[:40]!r} must be a whole number.")
    return int(text)
