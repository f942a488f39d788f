"""A state as a Kafka record of the topic `mastery.state`: CloudEvents 1.0 in binary mode, as the ledgers' records are.

The key is `learner/competency`, the partition the learner's shard, the time of the record when the state changed. The
value is canonical JSON (RFC 8785), or none where there is no such state any more: compaction then removes both.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.ledger.canonical import JsonValue, canonical
from shared.ledger.decimals import unscaled
from shared.ledger.entry import schema_name, type_name
from shared.ledger.identifiers import Ledger
from shared.ledger.instants import Instant, instant_text
from shared.ledger.records import Headers

CHANGED, DROPPED = "StateChanged", "StateDropped"
"""The event's name in `ce_type`: of a record with a value, and of one without."""

Place = tuple[Ledger, int, int]
"""Ledger, shard and position."""


@dataclass(frozen=True, slots=True)
class StateOutcome:
    """What a fold came to, as a subscriber is told of it. `value` is scaled by 10^6; see `contracts.states`."""

    status: str
    level: str | None
    value: int | None
    policy: str | None
    method: str | None
    scope: str | None
    counted: int
    evidence: int
    digest: str
    pins: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class StateChange:
    """The `seq`-th change of a shard: how a state is from then on, or (`outcome` None) that there is none any more.

    `as_of` is how far both ledgers were applied when it was folded.
    """

    tenant: str
    shard: int
    seq: int
    learner: str
    competency: str
    changed_at: Instant
    outcome: StateOutcome | None
    as_of: tuple[Place, ...] = ()


def state_key(learner: str, competency: str) -> bytes:
    return f"{learner}/{competency}".encode()


def state_value(change: StateChange) -> bytes | None:
    """The value's bytes; the members are those of `contracts.states.StateChanged`, each there, null or not."""
    outcome = change.outcome
    if outcome is None:
        return None
    return canonical(
        {
            "as_of": _places(change.as_of),
            "changed_at": instant_text(change.changed_at),
            "competency": change.competency,
            "counted": outcome.counted,
            "digest": outcome.digest,
            "evidence": outcome.evidence,
            "learner": change.learner,
            "level": outcome.level,
            "method": outcome.method,
            "pins": _places(outcome.pins),
            "policy": outcome.policy,
            "scope": outcome.scope,
            "seq": change.seq,
            "shard": change.shard,
            "status": outcome.status,
            "value": None if outcome.value is None else unscaled(outcome.value),
        }
    )


def state_headers(change: StateChange) -> Headers:
    """The record's headers in their fixed order; every value is UTF-8 text."""
    key = state_key(change.learner, change.competency)
    head = [
        ("ce_specversion", b"1.0"),
        ("ce_id", f"state/{change.shard}/{change.seq}".encode()),
        ("ce_source", f"urn:ascertain:{change.tenant}".encode()),
    ]
    tail = [
        ("ce_time", instant_text(change.changed_at).encode()),
        ("ce_subject", b"state/" + key),
        ("ce_partitionkey", key),
        ("ce_tenant", change.tenant.encode()),
        ("ce_shard", b"%d" % change.shard),
        ("ce_seq", b"%d" % change.seq),
    ]
    if change.outcome is None:
        return [*head, ("ce_type", type_name(DROPPED).encode()), *tail]
    kind = [("ce_type", type_name(CHANGED).encode()), ("ce_dataschema", schema_name(CHANGED, 1).encode())]
    return [*head, *kind, *tail, ("content-type", b"application/json")]


def _places(places: Iterable[Place]) -> list[JsonValue]:
    return [{"ledger": ledger, "position": position, "shard": shard} for ledger, shard, position in places]
