"""What answers look like, for the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from services.mastery.http.certainty_documents import CERTAINTY, SURENESS, CertaintyDocument, SurenessDocument
from services.mastery.http.readiness_documents import ReadinessDocument
from services.mastery.http.redo_documents import RedoDocument
from services.mastery.http.values import Decimal, Status
from shared.contracts.documents import CountedKind
from shared.contracts.values import Digest, Id, Moment
from shared.runtime.documents import AsOfDocument, PinDocument, ShardDocument, refusals

_LEARNER = "8f14e45f-ceea-8e7a-9c3b-2f1d0a5b6c7d"
_COMPETENCY = "c9f0f895-fb98-4b91-8f5e-0c1d2e3f4a5b"
_EVENT = "0b5c7d0e-6f0a-4d0b-9f5e-4d3d3f0f6c11"
_PINS: list[JsonValue] = [
    {"ledger": "definitions", "shard": 0, "position": 7},
    {"ledger": "evidence", "shard": 12, "position": 345},
]
_STATE: dict[str, JsonValue] = {
    "competency": _COMPETENCY,
    "code": "rl.10.2",
    "status": "mastered",
    "level": "Proficient",
    "value": "3.3",
    "policy": "5d41402abc4b2a76b9719d911017c592ae1f0f2c5d41402abc4b2a76b9719d91",
    "method": "ascertain.decaying_average@1",
    "scope": "district",
    "digest": "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de",
    "pins": _PINS,
    "counted": 2,
    "evidence": 3,
    "override": None,
}
_LISTED: dict[str, JsonValue] = {**_STATE, "certainty": SURENESS}
_COUNTED: dict[str, JsonValue] = {
    "event": _EVENT,
    "kind": "rubric_score",
    "purpose": "performance",
    "occurred_at": "2026-11-20T10:00:00.000Z",
    "recorded_at": "2026-11-20T12:31:07.114Z",
    "results": [{"earned": "4", "possible": "4", "criterion": "theme"}],
    "value": "4",
    "weight": "0.65",
    "value_after": "3.3",
    "level_after": "Proficient",
}


class OverrideDocument(BaseModel):
    """A level that a teacher set by judgement: by whom, and for the reason that `POST /v1/reveal` gives back."""

    event: Id
    level: str
    by: Id
    reason_ref: Digest
    recorded_at: Moment


class AloneDocument(BaseModel):
    """What the evidence alone would say."""

    status: Status
    level: str | None
    value: Decimal | None


class _Common(BaseModel):
    competency: Id
    code: str | None = Field(None, description="The competency's code in its framework, where it has one.")
    status: Status
    level: str | None = Field(description="A name on the policy's scale.")
    value: Decimal | None = Field(description="What the evidence alone comes to, on the policy's scale.")
    policy: Digest | None = Field(description="The policy that it is folded under.")
    method: str | None
    scope: str | None = Field(description="The scope for which that policy was adopted.")
    digest: Digest = Field(description="The digest of the state: the same pins give the same one, anywhere, for ever.")
    pins: list[PinDocument] = Field(description="The newest entries that the state rests on, in each ledger.")
    evidence: int = Field(description="How many pieces of evidence are known, with those that do not count.")


class _Judged(BaseModel):
    override: OverrideDocument | None = Field(
        None, description="The level that a teacher set, where it applies; status and level are then hers."
    )
    evidence_alone: AloneDocument | None = Field(
        None, description="What the evidence alone would say; given only beside an override."
    )


class StateDocument(_Common, _Judged):
    """Where a learner is with one competency; `statement` and `framework` where one holds it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LISTED]})

    statement: str | None = Field(None, description="What the competency is, in its framework's words.")
    framework: Id | None = None
    counted: int = Field(description="How many pieces count.")
    certainty: SurenessDocument


class PartDocument(BaseModel):
    """A part, and what it brings on the parent's scale; `by_parts` says that parts of its own speak for it."""

    competency: Id
    code: str | None = None
    statement: str | None = None
    status: Status
    level: str | None
    brings: Decimal | None
    by_parts: bool


class ByPartsDocument(BaseModel):
    """Where a learner is with a competency by its parts, under the roll-up of the policy in force for it.

    Derived at this read: it is no state, has no digest, is not on `mastery.state`, and nothing is released of it. As of
    its pins it is the same, for ever.
    """

    competency: Id
    code: str | None = None
    statement: str | None = None
    status: Status
    level: str | None
    value: Decimal | None
    policy: Digest
    method: str
    scope: str
    pins: list[PinDocument]
    parts: list[PartDocument]


class MasteryDocument(BaseModel):
    """A learner's states, by the codes of their competencies."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"learner": _LEARNER, "as_of": {"pins": _PINS}, "states": [_LISTED]}]}
    )

    learner: Id
    as_of: AsOfDocument
    states: list[StateDocument]
    by_parts: list[ByPartsDocument] = Field(
        [], description="Competencies that have parts, where the policy in force says what these come to."
    )
    forgotten: Literal[True] | None = Field(None, description="Where the learner is forgotten: there are no states.")


class ResultDocument(BaseModel):
    """What was earned of what was possible."""

    earned: Decimal
    possible: Decimal
    criterion: str | None = None


class CountedDocument(BaseModel):
    """A piece that counts: its own value, its share in the value now, and the value and level after it.

    No share where the method's pieces have none; no value after it where there was not enough for one.
    """

    event: Id
    kind: CountedKind
    purpose: str
    occurred_at: Moment
    recorded_at: Moment
    results: list[ResultDocument]
    value: Decimal
    weight: Decimal | None
    value_after: Decimal | None
    level_after: str | None
    feedback_ref: Digest | None = Field(
        None, description="The words that the score came with; `POST /v1/reveal` gives them back."
    )


class SetAsideDocument(BaseModel):
    """A piece that does not count, which it is, why, and the event that did it."""

    event: Id
    kind: Literal["attempt", "rubric_score", "observation", "reflection", "attestation", "audience"]
    purpose: str
    occurred_at: Moment
    feedback_ref: Digest | None = None
    reason: Literal["voided", "superseded", "self_rating", "purpose", "kind", "course", "replaced"]
    by: Id | None = None


class KeptLevelDocument(BaseModel):
    """What was attained under the policy before, which the adoption in force keeps."""

    level: str | None


class WeakestDocument(BaseModel):
    """The criterion with the most room to grow: the mean of what was earned of what was possible, from 0 to 1."""

    criterion: str
    share: Decimal


class ExplanationDocument(_Common, _Judged):
    """A state with its reasons, in plain sentences and as data."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_STATE,
                    "learner": _LEARNER,
                    "as_of": {"pins": _PINS},
                    "statement": "Determine a theme of a text and analyse its development.",
                    "why": ["This is mastered: the level is Proficient, the value 3.3 of 4; mastery begins at 3."],
                    "counted": [_COUNTED],
                    "rule": "Newer evidence weighs more: each new piece weighs 0.65, all before the rest.",
                    "set_aside": [
                        {
                            "event": _EVENT,
                            "kind": "attempt",
                            "purpose": "diagnostic",
                            "occurred_at": "2026-11-12T09:00:00.000Z",
                            "reason": "purpose",
                        }
                    ],
                    "certainty": CERTAINTY,
                    "next": ["This holds: go on to what rests on it, or choose this work for the portfolio."],
                }
            ]
        }
    )

    learner: Id
    as_of: AsOfDocument
    statement: str | None = Field(None, description="What the competency is, in its framework's words.")
    framework: Id | None = None
    why: list[str]
    rule: str | None = Field(None, description="How the policy's method makes one value of many, in one sentence.")
    counted: list[CountedDocument]
    kept: KeptLevelDocument | None = Field(None, description="Where the adoption keeps what was attained before.")
    weakest: WeakestDocument | None = Field(None, description="Where two criteria or more can be compared.")
    set_aside: list[SetAsideDocument]
    certainty: CertaintyDocument
    by_parts: ByPartsDocument | None = Field(
        None, description="Beside what was shown of the competency itself: where its parts would put it."
    )
    readiness: ReadinessDocument | None = Field(None, description="Left out where no framework holds the competency.")
    redo: RedoDocument | None = Field(None, description="The latest redo of it; left out as of anything but now.")
    next: list[str]


class DoorStateDocument(_Common):
    """A state as it is stored, with its learner. `contributions` is a digest of what it is folded from.

    `judged_under` is the policy that the override in force names.
    """

    counted: int
    learner: Id
    contributions: Digest | None
    judged_under: Digest | None


class DoorStatesDocument(BaseModel):
    """A page of stored states; `next` goes on from here, null at the end."""

    states: list[DoorStateDocument]
    next: str | None = None


class RefoldDocument(BaseModel):
    """A refold that a definition (by its position) asked for: whose states, and how many are done."""

    scope: str = Field(examples=["district"])
    position: int
    done: int


class UnderWayDocument(BaseModel):
    """A what-if under way: how many parts it has, once it has begun, and how many are done. It names nobody."""

    parts: int
    done: int


class HealthDocument(BaseModel):
    """How the service stands. `quarantined` counts owners whose entries wait to be looked at."""

    service: Literal["mastery"]
    status: Literal["ok", "degraded"]
    roles: list[str]
    shards: dict[str, list[ShardDocument]]
    quarantined: int | None = None
    refolds: list[RefoldDocument] | None = None
    what_ifs: list[UnderWayDocument] | None = None
    reason: str | None = None


PROBLEMS = refusals(
    {
        401: "No valid access token.",
        404: "There is no such thing, or it is not yours to see.",
        410: "The learner is forgotten.",
        422: "Something in the request is wrong; `field` says what.",
        503: "Not possible at the moment, or not seen so far yet; `reached` says how far.",
    }
)
