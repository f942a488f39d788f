"""What one place says stands at a position of the record: the audit's copy, the ledger's door or the topic.

Three places tell the same thing in three forms. Here each is brought to one form without trusting it: whatever is
malformed stays visible as what it is, so that comparing locates it instead of stumbling over it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from shared.ledger.canonical import MAX_INTEGER, JsonValue, NotCanonicalError, canonical
from shared.ledger.entry import Entry
from shared.ledger.identifiers import digest
from shared.ledger.instants import instant_text
from shared.ledger.records import entry_from_record

MEMBERS = (
    *("actor", "body_digest", "epoch", "id", "ledger", "occurred_at", "owner", "position"),
    *("recorded_at", "schema", "shard", "stream", "tenant", "type", "version"),
)
"""The envelope's members in their canonical order (DESIGN §11)."""

ID, OWNER, POSITION, STREAM, TENANT, TYPE = (
    MEMBERS.index(name) for name in ("id", "owner", "position", "stream", "tenant", "type")
)


class Telling(NamedTuple):
    """An envelope's fifteen values in the order of `MEMBERS`, the digest of the body as found, and what lies beside.

    `envelope` is the leaf's whole content: two with the same one have the same leaf. `body_digest` within it is what
    the place *claims*; `body` is the digest of the bytes that it really gave.
    """

    envelope: tuple[JsonValue, ...]
    body: str
    request_digest: str | None

    def leaf(self) -> str | None:
        """The leaf of this envelope, 64 hex; None where its values have no canonical form."""
        try:
            content = canonical(dict(zip(MEMBERS, self.envelope, strict=True)))
        except NotCanonicalError:
            return None
        return hashlib.sha256(b"\x00" + content).hexdigest()


class Unreadable(NamedTuple):
    """Something stands there that is no entry; `why` is in words of ours, and quotes nothing."""

    why: str


Told: TypeAlias = Telling | Unreadable


def told_by_copy(entry: Entry) -> Telling:
    """What a row of the copy says. Its body's digest is taken anew: the copy claims none."""
    own = entry.body_digest
    envelope = (
        *(entry.actor, own, entry.epoch, entry.id, entry.ledger, _moment(entry.occurred_at), entry.owner),
        *(entry.position, _moment(entry.recorded_at), entry.schema, entry.shard, entry.stream, entry.tenant),
        *(entry.type, entry.version),
    )
    return Telling(envelope, own, entry.request_digest)


def told_by_door(item: Mapping[str, Any]) -> Told:
    """What an item of the ledger's door says: `{"envelope": {…}, "body": text, "request_digest"?: hex}`."""
    envelope, body = item.get("envelope"), item.get("body")
    if not isinstance(envelope, dict) or not isinstance(body, str):
        return Unreadable("it has no envelope or no body")
    return Telling(tuple(map(envelope.get, MEMBERS)), digest(body.encode()), item.get("request_digest"))


def told_by_record(headers: Sequence[tuple[str, bytes]], value: bytes | None) -> tuple[int | None, Told, str | None]:
    """What a Kafka record says, from headers and value alone: the position it claims, the telling, and the owner.

    The position is None where the record names none, or none that there can be.
    """
    try:
        entry = entry_from_record(headers, value or b"")
    except (ValueError, AttributeError):  # a header without a value is None
        texts = {name: content.decode(errors="replace") for name, content in headers if content is not None}
        claimed = texts.get("ce_position", "")
        position = int(claimed) if claimed.isascii() and claimed.isdecimal() and len(claimed) < 17 else None
        why = "its headers and value are no full copy of an entry, or its body is not the one that they name"
        return position, Unreadable(why), texts.get("ce_partitionkey")
    if entry.position > MAX_INTEGER:
        return None, Unreadable("no position is that great"), entry.owner
    return entry.position, told_by_copy(entry), entry.owner


def _moment(moment: int) -> str:
    try:
        return instant_text(moment)
    except OverflowError:  # a row that was written by hand
        return f"{moment} ms"
