"""An entry as a Kafka record: CloudEvents 1.0 in binary mode (DESIGN §3, §11).

The value is the stored body untouched; key, headers and value together are a full copy of the ledger's row, enough
to rebuild its leaf.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger, digest
from shared.ledger.instants import instant, instant_text

Headers: TypeAlias = Sequence[tuple[str, bytes]]


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


def written(headers: Headers) -> bytes:
    """Headers as Kafka's record format writes them: their number, then each name and value, with its length before."""
    return varint(len(headers)) + b"".join([_named(name) + _sized(value) for name, value in headers])


def headers_written(entry: Entry, further: Headers = ()) -> bytes:
    """`written` of the entry's `record_headers` and of `further` ones, in half the time.

    What entries have in common is remembered, so that the relay need not write it again for each.
    """
    id_, stream, owner, actor = entry.id.encode(), entry.stream.encode(), entry.owner.encode(), entry.actor.encode()
    position, epoch, version = b"%d" % entry.position, b"%d" % entry.epoch, b"%d" % entry.version
    occurred, recorded = instant_text(entry.occurred_at).encode(), instant_text(entry.recorded_at).encode()
    body_digest = entry.body_digest.encode()
    own = _WRITTEN % (
        *(_SIZES[len(id_)], id_, _of_kind(entry.tenant, entry.type, entry.schema)),
        *(_SIZES[len(occurred)], occurred, _SIZES[len(recorded)], recorded),
        *(varint(len(stream)), stream, _SIZES[len(owner)], owner, _of_shard(entry.tenant, entry.ledger, entry.shard)),
        *(_SIZES[len(position)], position, _SIZES[len(epoch)], epoch, _SIZES[len(version)], version),
        *(_SIZES[len(actor)], actor, _SIZES[len(body_digest)], body_digest),
    )
    if entry.request_digest is not None:
        further = [("ce_requestdigest", entry.request_digest.encode()), *further]
    if not further:
        return _EIGHTEEN + own
    return varint(18 + len(further)) + own + b"".join([_named(name) + _sized(value) for name, value in further])


def varint(number: int) -> bytes:
    """A number as Kafka's record format writes it: zigzag, seven bits a byte, the lowest first."""
    if 0 <= number < len(_SIZES):
        return _SIZES[number]
    return _varint(number)


def _varint(number: int) -> bytes:
    rest = number << 1 if number >= 0 else ~(number << 1)
    written = bytearray()
    while rest > 0x7F:
        written.append(rest & 0x7F | 0x80)
        rest >>= 7
    written.append(rest)
    return bytes(written)


_SIZES = [_varint(number) for number in range(4096)]


def _sized(content: bytes) -> bytes:
    return varint(len(content)) + content


def _named(name: str) -> bytes:
    return _sized(name.encode())


def _header(name: str, text: str) -> bytes:
    return _named(name) + _sized(text.encode())


@lru_cache(maxsize=1024)
def _of_kind(tenant: str, type_: str, schema: str) -> bytes:
    return (
        _header("ce_source", f"urn:ascertain:{tenant}") + _header("ce_type", type_) + _header("ce_dataschema", schema)
    )


@lru_cache(maxsize=1024)
def _of_shard(tenant: str, ledger: str, shard: int) -> bytes:
    return _header("ce_tenant", tenant) + _header("ce_ledger", ledger) + _header("ce_shard", str(shard))


_NAMES = [
    *("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_dataschema", "ce_time", "ce_recordedtime", "ce_subject"),
    *("ce_partitionkey", "ce_tenant", "ce_ledger", "ce_shard", "ce_position", "ce_epoch", "ce_streamversion"),
    *("ce_actor", "ce_bodydigest", "content-type"),
]
"""The headers of every record, in their order."""

_NEEDED = frozenset(_NAMES) - {"ce_specversion", "ce_source", "content-type"}
"""Those that an entry is made of."""

_EIGHTEEN = varint(18)
_WRITTEN = b"".join(
    (
        *(_header("ce_specversion", "1.0"), _named("ce_id"), b"%b%b", b"%b"),
        *(_named("ce_time"), b"%b%b", _named("ce_recordedtime"), b"%b%b"),
        *(_named("ce_subject"), b"%b%b", _named("ce_partitionkey"), b"%b%b", b"%b"),
        *(_named("ce_position"), b"%b%b", _named("ce_epoch"), b"%b%b", _named("ce_streamversion"), b"%b%b"),
        *(_named("ce_actor"), b"%b%b", _named("ce_bodydigest"), b"%b%b"),
        _header("content-type", "application/json"),
    )
)


def entry_from_record(headers: Sequence[tuple[str, bytes]], value: bytes) -> Entry:
    """The ledger's entry, from a record's headers and value alone.

    Headers that the contract does not name (traces) are passed over. Raises ValueError for a record that is no full
    copy of an entry: a header missing or malformed, or a value whose digest is not the one that the headers name.
    """
    names = [name for name, _ in headers]
    texts = [content.decode() for _, content in headers]
    request_digest = None
    if names != _NAMES:  # of several, traced, or by somebody else
        by_name = dict(zip(names, texts, strict=True))
        if missing := sorted(_NEEDED - by_name.keys()):
            raise ValueError(f"The record has no header {missing[0]}.")
        texts = [by_name.get(name, "") for name in _NAMES]
        request_digest = by_name.get("ce_requestdigest")
    _, id_, _, type_, schema, occurred, recorded, stream, owner, tenant, *further = texts
    ledger, shard, position, epoch, version, actor, named, _ = further
    entry = Entry(
        _ledger(ledger),
        _small_count(shard),
        _count(position),
        _small_count(epoch),
        tenant,
        owner,
        stream,
        _small_count(version),
        id_,
        type_,
        schema,
        instant(occurred),
        instant(recorded),
        actor,
        value,
        request_digest,
    )
    if digest(value) != named:  # not asked of the entry: remembering it there takes longer than working it out
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


_small_count = lru_cache(maxsize=4096)(_count)
