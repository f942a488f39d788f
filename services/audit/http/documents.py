"""What requests and answers look like, for the OpenAPI document and for checking what comes in."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from services.audit.domain.differences import Kind, PhaseName
from shared.contracts.values import Contract, Digest, Id, Moment
from shared.ledger.identifiers import Ledger
from shared.runtime.documents import ShardDocument, refusals

_LEARNER = "8f14e45f-ceea-8e7a-9c3b-2f1d0a5b6c7d"
_EVENT = "0b5c7d0e-6f0a-4d0b-9f5e-4d3d3f0f6c11"
_COMPETENCY = "c9f0f895-fb98-4b91-8f5e-0c1d2e3f4a5b"
_POSITION = {"ledger": "evidence", "shard": 17, "position": 42}
_HASH = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"


def _example(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class PositionDocument(BaseModel):
    """Where an entry stands in the record."""

    model_config = _example(_POSITION)

    ledger: Ledger
    shard: int
    position: int


class InForceDocument(BaseModel):
    """The policy in force for one competency when an entry was recorded; null where there was none."""

    competency: Id
    policy: Digest | None


class PassageDocument(BaseModel):
    """One entry of a learner's record.

    `occurred_at` is when it happened in the world, `recorded_at` when it came into the record. Of evidence, `policies`
    says under which policy each competency stood at that moment, and `policy` where it is one for all of them.
    `voided_by` is the id of the entry that voided this one. `body` is null where it is no JSON object.
    """

    id: Id
    type: str
    occurred_at: Moment
    recorded_at: Moment
    actor: Id
    position: PositionDocument
    leaf: Digest
    body: dict[str, Any] | None
    policy: Digest | None = None
    policies: list[InForceDocument] | None = None
    voided_by: Id | None = None


class AsOfDocument(BaseModel):
    """How far the copy had come when it was read."""

    pins: list[PositionDocument]


class HistoryDocument(BaseModel):
    """A page of a learner's history, in order of position. `next` is the `after` of the next page, null on the last."""

    model_config = _example(
        {
            "learner": _LEARNER,
            "as_of": {"pins": [{"ledger": "definitions", "shard": 0, "position": 9}, _POSITION]},
            "entries": [
                {
                    "id": _EVENT,
                    "type": "AttemptRecorded",
                    "occurred_at": "2026-11-24T09:30:00.000Z",
                    "recorded_at": "2026-11-24T09:30:02.117Z",
                    "actor": _EVENT,
                    "position": _POSITION,
                    "leaf": _HASH,
                    "body": {
                        "learner": _LEARNER,
                        "purpose": "performance",
                        "results": [{"competency": _COMPETENCY, "earned": "3", "possible": "4"}],
                    },
                    "policy": _HASH,
                    "policies": [{"competency": _COMPETENCY, "policy": _HASH}],
                }
            ],
            "next": None,
        }
    )

    learner: Id
    as_of: AsOfDocument
    entries: list[PassageDocument]
    next: int | None


class VerifiedDocument(BaseModel):
    """What was checked of a learner's record, by the latest verification of hers or of the district that has ended.

    `state` is null where there was none; `different` also where something differs that names nobody and may be hers.
    Every entry of hers that was recorded at or before `through` was compared; none was, where it is null.
    """

    model_config = _example(
        {
            "learner": _LEARNER,
            "state": "equal",
            "ended_at": "2026-11-24T09:30:41.250Z",
            "through": "2026-11-24T09:12:07.114Z",
        }
    )

    learner: Id
    state: Literal["equal", "different"] | None
    ended_at: Moment | None
    through: Moment | None


class VerificationRequest(Contract):
    """What is to be verified: one learner's record (`learner`), or everything (`scope` `district`).

    `id` makes the request repeatable, as an Idempotency-Key does.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"scope": "district"}, {"learner": _LEARNER}]})

    id: Id | None = None
    learner: Id | None = None
    scope: Literal["district"] | None = None


class PhaseDocument(BaseModel):
    """How far one comparison has come. `total` is null until it is known."""

    name: PhaseName
    done: int
    total: int | None
    unit: Literal["entries", "records", "states", "learners", "grades", "reviews", "redos", "pieces"]


class MemberDocument(BaseModel):
    """One member that differs: in the audit's copy (or as folded from it), and on the other side."""

    name: str
    in_copy: str | None
    elsewhere: str | None


class DifferenceDocument(BaseModel):
    """One difference, located; `what` says it in words. `through` is the last position where several are concerned."""

    phase: PhaseName
    kind: Kind
    what: str
    ledger: Ledger | None = None
    shard: int | None = None
    position: int | None = None
    through: int | None = None
    event: str | None = None
    learner: str | None = None
    competency: str | None = None
    grade: str | None = None
    members: list[MemberDocument] | None = None


class VerificationDocument(BaseModel):
    """How a verification stands, or how it ended.

    `equal`: everything compared is the same everywhere. `different`: `differences` lists the first thousand of
    `found`. `failed`: it could not be finished, for `reason`; nothing is said of what was not compared.
    `set_aside` counts states under review, and learners held back before their first state: nobody can refold these;
    and what is kept of schools, grades, reviews and redos of learners under review.
    """

    model_config = _example(
        {
            "id": _EVENT,
            "state": "different",
            "scope": "district",
            "began_at": "2026-11-24T09:30:00.000Z",
            "ended_at": "2026-11-24T09:30:41.250Z",
            "phases": [
                {"name": "ledger", "done": 203_511, "total": 203_511, "unit": "entries"},
                {"name": "topic", "done": 203_511, "total": 203_511, "unit": "records"},
                {"name": "states", "done": 61_230, "total": 61_230, "unit": "states"},
                {"name": "learners", "done": 5_103, "total": 5_103, "unit": "learners"},
                {"name": "grades", "done": 10_206, "total": 10_206, "unit": "grades"},
                {"name": "reviews", "done": 31, "total": 31, "unit": "reviews"},
                {"name": "redos", "done": 212, "total": 212, "unit": "redos"},
                {"name": "feedback", "done": 4_066, "total": 4_066, "unit": "pieces"},
            ],
            "found": 1,
            "set_aside": 0,
            "differences": [
                {
                    "phase": "ledger",
                    "kind": "differs",
                    "what": "At position 42 the audit's copy and the ledger differ in occurred_at and leaf.",
                    "ledger": "evidence",
                    "shard": 17,
                    "position": 42,
                    "event": _EVENT,
                }
            ],
        }
    )

    id: Id
    state: Literal["running", "equal", "different", "failed"]
    learner: Id | None = None
    scope: Literal["district"] | None = None
    began_at: Moment
    ended_at: Moment | None = None
    phases: list[PhaseDocument]
    found: int
    set_aside: int
    reason: str | None = None
    differences: list[DifferenceDocument]


class ShardsDocument(BaseModel):
    evidence: list[ShardDocument]
    definitions: list[ShardDocument]


class HealthDocument(BaseModel):
    """How the service stands. `degraded` asks for a person: a shard does not move, or owners are in quarantine."""

    model_config = _example(
        {
            "service": "audit",
            "status": "ok",
            "roles": ["http", "projector"],
            "shards": {
                "evidence": [{"shard": 0, "head": 42, "applied": 42, "lag_events": 0, "lag_seconds": 0.0}],
                "definitions": [{"shard": 0, "head": 9, "applied": 9, "lag_events": 0, "lag_seconds": 0.0}],
            },
            "quarantined": 0,
        }
    )

    service: Literal["audit"]
    status: Literal["ok", "starting", "stopping", "degraded"]
    roles: list[str]
    reason: str | None = None
    shards: ShardsDocument
    quarantined: int


PROBLEMS = refusals(
    {
        401: "No valid access token.",
        404: "There is no such thing, or it is not yours to see.",
        410: "The learner is forgotten.",
        422: "Something in the request is wrong; `field` names it.",
        429: "Many verifications wait already; `Retry-After` says when to ask again.",
        503: "Not possible at the moment; `Retry-After` says when to ask again.",
    }
)
