"""What requests for what-ifs and their answers look like."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from services.mastery.http.values import Decimal, Status
from shared.contracts.values import Contract, Digest, Id, Moment, PolicyScope
from shared.ledger.identifiers import DIGEST_PATTERN
from shared.runtime.documents import AsOfDocument

_ID = "0b5c7d0e-6f0a-4d0b-9f5e-4d3d3f0f6c11"
_COMPETENCY = "c9f0f895-fb98-4b91-8f5e-0c1d2e3f4a5b"
_LEARNER = "8f14e45f-ceea-8e7a-9c3b-2f1d0a5b6c7d"
_POLICY = "5d41402abc4b2a76b9719d911017c592ae1f0f2c5d41402abc4b2a76b9719d91"
_MASTERED: dict[str, Any] = {"status": "mastered", "level": "Proficient"}
_NOT_YET: dict[str, Any] = {"status": "not_yet", "level": "Developing"}
_RESULT: dict[str, Any] = {
    "states": 4100,
    "changed": 312,
    "hidden": False,
    "competencies": [
        {
            "competency": _COMPETENCY,
            "code": "rl.10.2",
            "states": 4100,
            "changed": 312,
            "moves": [
                {"before": _MASTERED, "after": _NOT_YET, "number": 312},
                {"before": _MASTERED, "after": _MASTERED, "number": 3788},
            ],
        }
    ],
    "summary": ["312 of 4,100 states would change under “Most recent”."],
}
_WHAT_IF: dict[str, Any] = {
    "id": _ID,
    "state": "done",
    "policy": _POLICY,
    "title": "Most recent",
    "document": {"format": "ascertain.policy@2", "title": "Most recent"},
    "scope": "district",
    "mode": "recompute",
    "asked_by": _LEARNER,
    "asked_at": "2026-11-24T09:30:00.000Z",
    "ended_at": "2026-11-24T09:30:04.112Z",
    "reason": None,
    "progress": {"parts": 64, "done": 64, "states": 4100},
    "as_of": {"pins": [{"ledger": "definitions", "shard": 0, "position": 7}]},
    "held": 0,
    "accommodated": 3,
    "stay": {"learner": 12},
    "result": _RESULT,
    "elsewhere": None,
}


def _named_or_given(policy: object) -> object:
    if isinstance(policy, dict) or (isinstance(policy, str) and re.fullmatch(DIGEST_PATTERN, policy)):
        return policy
    raise ValueError(
        "must be the digest of a published policy (SHA-256, 64 lowercase hex digits), or a policy document"
    )


class WhatIfRequest(Contract):
    """A policy, tried for a scope: the digest of a published document, or the document itself, which need not be.

    `id` makes the request repeatable, as an Idempotency-Key does. Without a `mode` it is tried as the policy says that
    it is meant to be adopted.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"policy": _POLICY, "scope": "district", "mode": "keep_attained"}]}
    )

    id: Id | None = None
    policy: Annotated[str | dict[str, Any], BeforeValidator(_named_or_given)]
    scope: PolicyScope
    mode: Literal["recompute", "keep_attained"] | None = None


class StandDocument(BaseModel):
    """A status, and a level's name where there is one."""

    status: Status
    level: str | None


class MoveDocument(BaseModel):
    """From where to where, the same where they stay. No number where it is under ten and of learners of whom the
    reader may not know so much.
    """

    before: StandDocument
    after: StandDocument
    number: int | None


class OfCompetencyDocument(BaseModel):
    """The states of one competency; `states` and `changed` are sums of the numbers that are told."""

    competency: Id
    code: str | None = None
    states: int
    changed: int
    moves: list[MoveDocument]


class WhatIfResultDocument(BaseModel):
    """What many states would come to. Where some numbers are `hidden`, no sum here contains them."""

    states: int
    changed: int
    hidden: bool
    competencies: list[OfCompetencyDocument]
    summary: list[str] = Field(description="The same in sentences.")


class ProgressDocument(BaseModel):
    """How many parts there are, and are done; and how many states those have, where that is the reader's to know."""

    parts: int
    done: int
    states: int | None


class WhatIfDocument(BaseModel):
    """How a what-if stands, and once it is `done`, what it came to.

    `as_of` are the definitions that it was folded under, and how far each shard was when it was read: a shard is read
    at one moment. `held` states of learners under review were left out. `stay` says by kind of scope how many states
    stay as they are, since a more specific adoption goes before this one; `accommodated` learners have one of their
    own. These three are null where they are of more people than the reader may know of.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_WHAT_IF]})

    id: Id
    state: Literal["waiting", "running", "done", "failed"]
    policy: Digest
    title: str
    document: dict[str, JsonValue] = Field(description="The policy that is tried, whole: it need not be published.")
    scope: PolicyScope
    mode: Literal["recompute", "keep_attained"]
    asked_by: Id
    asked_at: Moment
    ended_at: Moment | None
    reason: str | None
    progress: ProgressDocument
    as_of: AsOfDocument
    held: int | None
    accommodated: int | None
    stay: dict[str, int] | None
    result: WhatIfResultDocument | None = Field(description="Of all learners whom the reader's rights cover.")
    elsewhere: WhatIfResultDocument | None = Field(
        description="Of all others, where there may be any: numbers under ten are hidden."
    )


class BasisDocument(BaseModel):
    """What the evidence comes to under a policy, and how many pieces count."""

    value: Decimal | None
    counted: int


class WhyDocument(BaseModel):
    """A learner who would stand elsewhere, and why, in figures and in plain sentences.

    `now` is what the level rests on as it is, `then` what it would rest on under the policy tried.
    """

    learner: Id
    before: StandDocument
    after: StandDocument
    now: BasisDocument
    then: BasisDocument
    why: list[str]


class WhatIfLearnersDocument(BaseModel):
    """A page of learners, by their ids; `next` goes on from here, null at the end."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "learners": [
                        {
                            "learner": _LEARNER,
                            "before": _MASTERED,
                            "after": _NOT_YET,
                            "now": {"value": "3.3", "counted": 2},
                            "then": {"value": "2", "counted": 2},
                            "why": [
                                "As it is: This is mastered: the level is Proficient; mastery begins at 3.",
                                "Under this policy: This is not mastered yet; mastery begins at 3.",
                            ],
                        }
                    ],
                    "next": None,
                }
            ]
        }
    )

    learners: list[WhyDocument]
    next: str | None
