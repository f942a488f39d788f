"""What the value of a record on the topic `mastery.state` says: how one learner stands with one competency.

A record without a value (a tombstone) says that there is no such state any more. A reader keeps, for every key, the
greatest `seq` that it has seen, and passes over every record with a smaller one or the same (`docs/subscribers.md`).
"""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.values import Contract, Digest, DocumentDecimal, Id, Moment, PolicyScope

FoldedStatus = Literal["no_policy", "no_evidence", "not_enough", "not_yet", "mastered", "slipped", "under_review"]
"""`under_review`, of a learner one of whose entries could not be handled, is said by `GET /v1/states` alone; the topic
goes on to say how her states were before it."""

Count = Annotated[int, Field(ge=0, lt=2**53)]


class StatePin(Contract):
    """A place in the ledger."""

    ledger: Literal["definitions", "evidence"]
    shard: Annotated[int, Field(ge=0, le=63)]
    position: Annotated[int, Field(ge=1, lt=2**53)]


class KnownState(Contract):
    """One state, whole, as subscribers are told of it.

    `seq` counts the changes of a shard from 1, without gaps. `pins` are the newest entries that the state rests on:
    the same pins give the same `digest`, anywhere, for ever. `counted` of the `evidence` known pieces count. `value` is
    what the evidence alone comes to, on the scale of `policy`; `level` is a name on that scale, or the one that a
    teacher set. `scope` is where the policy was adopted.
    """

    learner: Id
    competency: Id
    status: FoldedStatus
    level: str | None
    value: DocumentDecimal | None
    policy: Digest | None
    method: str | None
    scope: PolicyScope | None
    counted: Count
    evidence: Count
    digest: Digest
    pins: list[StatePin]
    shard: Annotated[int, Field(ge=0, le=63)]
    seq: Annotated[int, Field(ge=1, lt=2**53)]


class StateChanged(KnownState):
    """What a record on `mastery.state` says holds for its key from then on.

    `as_of` is how far both ledgers were applied when the state was folded.
    """

    as_of: list[StatePin]
    changed_at: Moment
