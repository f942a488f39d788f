"""What requests for audits of grades and their answers look like."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from services.audit.domain.grades import Spoken
from services.audit.http.documents import DifferenceDocument, PhaseDocument, PositionDocument
from shared.contracts.values import Contract, Digest, Id, Moment

_GRADE = "3d1f5a52-8a0e-4c43-b6a7-55d0f2b1c9e4"
_EVENT = "0b5c7d0e-6f0a-4d0b-9f5e-4d3d3f0f6c11"
_COURSE = "5a1c1f0e-2a4b-8d3e-9c6f-7b8a9d0e1f2a"
_PERIOD = "6b2d2f1f-3b5c-8e4f-8d7a-8c9b0e1f2a3b"
_LEARNER = "8f14e45f-ceea-8e7a-9c3b-2f1d0a5b6c7d"
_COMPETENCY = "c9f0f895-fb98-4b91-8f5e-0c1d2e3f4a5b"
_HASH = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
_PLACE = {"ledger": "evidence", "shard": 17, "position": 42}
_PINS: list[Any] = [{"ledger": "definitions", "shard": 0, "position": 9}, _PLACE]
_ACCOUNT: dict[str, Any] = {
    "competency": _COMPETENCY,
    "status": "mastered",
    "level": "Proficient",
    "value": "3.25",
    "policy": _HASH,
    "method": "ascertain.latest@1",
    "digest": _HASH,
    "override": None,
    "pieces": [
        {
            "event": _EVENT,
            "kind": "rubric_score",
            "position": 42,
            "occurred_at": "2026-11-19T10:00:00.000Z",
            "recorded_at": "2026-11-19T10:00:01.004Z",
            "counted": True,
            "value": "3.25",
            "value_after": "3.25",
            "level_after": "Proficient",
            "weight": "1",
            "set_aside": None,
            "by": None,
        }
    ],
    "left_out": 0,
}
_VERDICT: dict[str, Any] = {
    "event": _GRADE,
    "grade": _GRADE,
    "spoken": "released",
    "learner": _LEARNER,
    "course": _COURSE,
    "period": _PERIOD,
    "version": 1,
    "recorded_at": "2026-11-20T12:00:00.000Z",
    "position": {"ledger": "evidence", "shard": 17, "position": 43},
    "pins": _PINS,
    "state": "equal",
    "begins": [],
    "contributions": [_ACCOUNT],
}
_AUDIT: dict[str, Any] = {
    "id": _EVENT,
    "state": "equal",
    "grade": _GRADE,
    "began_at": "2026-11-24T09:30:00.000Z",
    "ended_at": "2026-11-24T09:30:00.412Z",
    "phases": [
        {"name": "ledger", "done": 57, "total": 57, "unit": "entries"},
        {"name": "grades", "done": 1, "total": 1, "unit": "grades"},
    ],
    "found": 0,
    "different": 0,
    "grades": [_VERDICT],
    "differences": [],
}


class AuditRequest(Contract):
    """What is to be audited: one `grade`, or all grades (`scope` `district`).

    `grade` is the id of an event. The one that released a grade stands for all that was said of it since; one that
    amended or upheld it for itself. `id` makes the request repeatable, as an Idempotency-Key does.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"grade": _GRADE}, {"scope": "district"}]})

    id: Id | None = None
    grade: Id | None = None
    scope: Literal["district"] | None = None


class PieceDocument(BaseModel):
    """What one piece of evidence contributed: its own value, and the value and level after it; or why it did not.

    `by` is the event by which it was set aside, null where it is of a purpose that does not count.
    """

    event: Id
    kind: str
    position: int
    occurred_at: Moment
    recorded_at: Moment
    counted: bool
    value: str | None
    value_after: str | None
    level_after: str | None
    weight: str | None
    set_aside: str | None
    by: Id | None


class AccountDocument(BaseModel):
    """How a level came to be, folded again: the pieces in fold order. `left_out` counts those that are too many."""

    competency: Id
    status: str
    level: str | None
    value: str | None
    policy: Digest | None
    method: str | None
    digest: Digest
    override: Id | None
    pieces: list[PieceDocument]
    left_out: int


class VerdictDocument(BaseModel):
    """One word of a grade: it was released, amended or upheld by `event`; and whether all that it rests on agrees.

    `begins` says from which position on it does not, in each ledger where it does not. `course`, `period` and
    `contributions` are absent where the event cannot be read, and `contributions` where many grades are audited.
    """

    event: Id
    grade: Id
    spoken: Spoken
    learner: Id
    course: Id | None
    period: Id | None
    version: int
    recorded_at: Moment
    position: PositionDocument
    pins: list[PositionDocument]
    state: Literal["equal", "different"]
    begins: list[PositionDocument]
    contributions: list[AccountDocument]


class AuditDocument(BaseModel):
    """How an audit of grades stands, or how it ended.

    `equal`: copy, ledger and what the copy comes to at the pins agree for every grade. `different`: `differences`
    lists the first thousand of `found`, and `different` counts the words of grades in which there are any. `failed`:
    it could not be finished, for `reason`. `grades` holds every word of the grade that was asked for; of the district
    the first thousand words that differ.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_AUDIT]})

    id: Id
    state: Literal["running", "equal", "different", "failed"]
    grade: Id | None = None
    scope: Literal["district"] | None = None
    began_at: Moment
    ended_at: Moment | None = None
    phases: list[PhaseDocument]
    found: int
    different: int
    reason: str | None = None
    grades: list[VerdictDocument]
    differences: list[DifferenceDocument]
