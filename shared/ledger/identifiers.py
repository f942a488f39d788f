"""Identifiers and where an owner's entries lie: shards, derived ids, digests (DESIGN §2.2, §11)."""

import hashlib
import hmac
import re
from typing import Literal, TypeAlias
from uuid import UUID, uuid5

Ledger: TypeAlias = Literal["evidence", "definitions"]

SHARDS: dict[Ledger, int] = {"evidence": 64, "definitions": 1}
"""How many shards each ledger has, for life; a shard is exactly one partition of one topic."""

UUID_PATTERN = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
DIGEST_PATTERN = r"[0-9a-f]{64}"
CODE_PATTERN = r"[a-z0-9][a-z0-9._-]{0,63}"

RosterKind: TypeAlias = Literal["user", "org", "course", "class", "academicSession"]

_UUID = re.compile(UUID_PATTERN, re.ASCII)


def is_id(text: str) -> bool:
    """Whether `text` is an identifier as the platform writes it: a lowercase UUID with hyphens."""
    return _UUID.fullmatch(text) is not None


def digest(data: bytes) -> str:
    """SHA-256 as 64 lowercase hex digits."""
    return hashlib.sha256(data).hexdigest()


def shard_of(tenant: str, owner: str) -> int:
    """The shard of the evidence ledger in which an owner's entries lie, 0 to 63.

    The last of the first eight bytes of SHA-256(tenant ‖ owner), both as raw UUID bytes, modulo 64.
    """
    return hashlib.sha256(UUID(tenant).bytes + UUID(owner).bytes).digest()[7] & 63


def definitions_owner(tenant: str, stream: str) -> str:
    """The owner of a stream of the definitions ledger: `uuid5(tenant, stream)`."""
    return str(uuid5(UUID(tenant), stream))


def service_actor(tenant: str, name: str) -> str:
    """The actor id of a service: `uuid5(tenant, "service/" name)`."""
    return str(uuid5(UUID(tenant), f"service/{name}"))


def item_id(actor: str, method: str, route: str, key: str, index: int) -> str:
    r"""The id of an item that came without one, from the request's Idempotency-Key.

    `uuid5(actor, "METHOD route-template\nkey\nindex")`; `index` counts the request's items from 0.
    """
    return str(uuid5(UUID(actor), f"{method} {route}\n{key}\n{index}"))


def further_event_id(item: str, n: int) -> str:
    """The id of the n-th further event of a command, n from 1: `uuid5(item, n)`. The first event has the item's id."""
    return str(uuid5(UUID(item), str(n)))


def roster_id(key: bytes, kind: RosterKind, sourced_id: str) -> str:
    """The pseudonymous id of whatever a roster names: UUIDv8 of HMAC-SHA-256(roster key, kind ":" sourcedId).

    Repeatable for the district that holds the key; nobody with the topic alone can guess who is who.
    """
    raw = bytearray(hmac.new(key, f"{kind}:{sourced_id}".encode(), hashlib.sha256).digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(raw)))
