"""What requests and answers look like, for the OpenAPI document and for checking what comes in."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from services.evidence.domain.texts import MAX_TEXT
from shared.contracts.bodies import AttemptRecorded, Role, RubricScored
from shared.contracts.exhibitions import AudienceTallied
from shared.contracts.pieces import ObservationRecorded, PriorMasteryAttested, ReflectionRecorded
from shared.contracts.values import Contract, Digest, Id, Moment, PolicyScope, RoleScope, Text
from shared.runtime.documents import ProblemDocument, refusals

Version: TypeAlias = Annotated[int, Field(ge=0, lt=2**31)]


def _without_control(text: str) -> str:
    if any(0x7F <= ord(character) < 0xA0 for character in text):  # what `Text` leaves: DEL, and C1 of ISO 6429
        raise ValueError("must not hold control characters")
    return text


WrittenText: TypeAlias = Annotated[Text, StringConstraints(max_length=MAX_TEXT), AfterValidator(_without_control)]
"""A text that somebody wrote. It is kept in the vault, never in an event."""


class VoidRequest(Contract):
    """Which version of the evidence the caller decided on: 1 where it was never withdrawn. And why."""

    id: Id | None = None
    expected_version: Version
    occurred_at: Moment | None = None
    reason: WrittenText | None = None


class AdoptionRequest(Contract):
    """A published policy for a scope, and why. `expected_version` is how many adoptions of it the caller knows of.

    The reason is kept in the vault; `POST /v1/reveal` gives it to everybody who belongs to the district, and one for a
    learner's own policy to whoever may see her.
    """

    id: Id | None = None
    scope: PolicyScope
    policy: Digest
    mode: Literal["recompute", "keep_attained"]
    expected_version: Version | None = None
    reason: WrittenText | None = None


class RoleRequest(Contract):
    """A role within a scope for a person, until before `ends_at` where it is given."""

    id: Id | None = None
    person: Id
    role: Role
    scope: RoleScope
    ends_at: Moment | None = None


class RevocationRequest(Contract):
    """A role within a scope, taken from a person."""

    id: Id | None = None
    person: Id
    role: Role
    scope: RoleScope


class Place(BaseModel):
    """Where an entry lies in the ledger."""

    ledger: Literal["evidence", "definitions"]
    shard: int
    position: int


class ReceiptDocument(BaseModel):
    """The event is durably recorded: now (201, `appended`) or before (200, `repeated`)."""

    status: Literal[200, 201]
    id: Id
    type: str
    stream: str
    version: int
    outcome: Literal["appended", "repeated"]
    position: Place
    recorded_at: Moment


class WithdrawalReceipt(BaseModel):
    """The event by which a piece of evidence was withdrawn, beside the receipt of what took its place."""

    id: Id
    stream: str
    version: int
    position: Place


class SupersedingDocument(ReceiptDocument):
    """The receipt of the new piece, and of the withdrawal of the old one, which lies behind it in the same shard."""

    superseded: WithdrawalReceipt


class Voiding(BaseModel):
    """What voided a piece of evidence."""

    id: Id
    recorded_at: Moment
    position: Place
    actor: Id
    reason_ref: Digest | None = None


class Superseding(Voiding):
    """What superseded a piece of evidence: the piece `by` stands in its place."""

    by: Id


class EvidenceDocument(BaseModel):
    """A piece of evidence as it stands now. It is `closed` once it was voided or superseded."""

    id: Id
    type: Literal[
        "AttemptRecorded",
        "RubricScored",
        "ObservationRecorded",
        "ReflectionRecorded",
        "PriorMasteryAttested",
        "AudienceTallied",
    ]
    learner: Id
    stream: str
    version: int
    state: Literal["open", "closed"]
    occurred_at: Moment
    recorded_at: Moment
    actor: Id
    body: (
        AttemptRecorded
        | RubricScored
        | ObservationRecorded
        | ReflectionRecorded
        | PriorMasteryAttested
        | AudienceTallied
    )
    position: Place
    voided: Voiding | None = None
    superseded: Superseding | None = None


class AdoptionDocument(BaseModel):
    """A policy in force for a scope; `version` counts the scope's adoptions."""

    id: Id
    scope: PolicyScope
    policy: Digest
    mode: Literal["recompute", "keep_attained"]
    version: int
    position: Place
    recorded_at: Moment
    reason_ref: Digest | None = Field(None, description="Why, where that was said: `POST /v1/reveal` gives it back.")


class AdoptionsDocument(BaseModel):
    adoptions: list[AdoptionDocument]


class ImportedDocument(BaseModel):
    """How a roster fared. `refused` are problems that also name `file`, `index` and `sourcedId` of their row."""

    appended: int
    unchanged: int
    refused: list[ProblemDocument]
    positions: list[Place]


class IdsRequest(Contract):
    """Sourced ids of one kind, whose pseudonymous ids are asked for."""

    kind: Literal["user", "org", "course", "class", "academicSession"]
    sourced_ids: Annotated[list[Annotated[str, Field(min_length=1, max_length=255)]], Field(max_length=10_000)]


class IdsDocument(BaseModel):
    ids: dict[str, Id]


PROBLEMS = refusals(
    {
        401: "No valid access token.",
        404: "There is no such thing, or it is not yours.",
        413: "The body is too large.",
        422: "Something sent is wrong; `field` points at it, `detail` says what would be right.",
        503: "Not at the moment; the same may be sent again after `Retry-After` seconds.",
    }
)
"""The refusals that every route shares."""

CONFLICT = refusals({409: "Things have moved on; `version` is the stream's by now."})
GONE = refusals({410: "It is forgotten: nothing more is recorded of this learner."})


def recorded(model: type[BaseModel], *refused: dict[int | str, dict[str, Any]]) -> dict[str, Any]:
    """What a route answers that records something: its receipt, and refusals beside those that every route shares."""
    before: dict[int | str, dict[str, Any]] = {
        200: {"model": model, "description": "Recorded before, by this request."}
    }
    responses = before | {status: answer for refusals_ in refused for status, answer in refusals_.items()}
    return {"response_model": model, "status_code": 201, "responses": responses}
