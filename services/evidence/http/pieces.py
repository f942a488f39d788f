"""What evidence looks like in a request: its body is the event's own, but that texts come as texts beside it.

A reference to a text is the service's to make; a body that brings one is refused.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, model_validator
from pydantic.json_schema import SkipJsonSchema

from services.evidence.domain.judging import Body
from services.evidence.domain.pieces import EVIDENCE
from services.evidence.http.documents import WrittenText
from shared.contracts.bodies import AttemptRecorded, RubricScored
from shared.contracts.pieces import ObservationRecorded, PriorMasteryAttested, ReflectionRecorded
from shared.contracts.values import Contract, Id, Moment

MAX_ITEMS = 1_000


def _no_reference(value: object) -> object:
    if value is not None:
        raise ValueError("must be left out: send the text itself, in texts")
    return value


Unsaid: TypeAlias = Annotated[SkipJsonSchema[None], BeforeValidator(_no_reference)]
"""A member of an event's body that no request may bring."""


class ScoredBody(RubricScored):
    """A learner's work was scored by a published rubric."""

    feedback_ref: Unsaid = None


class ObservedBody(ObservationRecorded):
    """Somebody watched a learner do it. With a `rubric` every result names one of its criteria."""

    note_ref: Unsaid = None


class ReflectedBody(ReflectionRecorded):
    """A learner looks at what she did: a text, or ratings of herself, or both."""

    text_ref: Unsaid = None

    @model_validator(mode="after")
    def _says_something(self) -> "ReflectedBody":
        return self  # its text stands beside it; whether there is any is judged with it


class AttestedBody(PriorMasteryAttested):
    """What a learner showed elsewhere, attested by somebody who may."""

    note_ref: Unsaid = None


class Feedback(Contract):
    """The text of a scoring."""

    feedback: WrittenText


class Note(Contract):
    """The text of an observation or an attestation."""

    note: WrittenText


class ReflectionText(Contract):
    """The text of a reflection."""

    text: WrittenText


class Attempt(Contract):
    type: Literal["AttemptRecorded"]
    body: AttemptRecorded


class Scoring(Contract):
    type: Literal["RubricScored"]
    body: ScoredBody
    texts: Feedback | None = None


class Observation(Contract):
    type: Literal["ObservationRecorded"]
    body: ObservedBody
    texts: Note | None = None


class Reflection(Contract):
    type: Literal["ReflectionRecorded"]
    body: ReflectedBody
    texts: ReflectionText | None = None


class Attestation(Contract):
    type: Literal["PriorMasteryAttested"]
    body: AttestedBody
    texts: Note | None = None


_ATTEMPT: dict[str, JsonValue] = {
    "id": "0b5c7d0e-6f0a-4d0b-9f5e-4d3d3f0f6c11",
    "type": "AttemptRecorded",
    "occurred_at": "2026-11-24T09:30:00.000Z",
    "body": {
        "learner": "8f14e45f-ceea-8e7a-9c3b-2f1d0a5b6c7d",
        "purpose": "performance",
        "results": [{"competency": "c9f0f895-fb98-4b91-8f5e-0c1d2e3f4a5b", "earned": "3", "possible": "4"}],
    },
}


class AttemptItem(Attempt):
    """A learner's attempt. Without an `id` the request needs an `Idempotency-Key`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ATTEMPT]})

    id: Id | None = None
    occurred_at: Moment


class RubricItem(Scoring):
    """A scoring by a published rubric. Without an `id` the request needs an `Idempotency-Key`."""

    id: Id | None = None
    occurred_at: Moment


class ObservationItem(Observation):
    """An observation. Without an `id` the request needs an `Idempotency-Key`."""

    id: Id | None = None
    occurred_at: Moment


class ReflectionItem(Reflection):
    """A learner's reflection, also by the learner herself. Without an `id` the request needs an `Idempotency-Key`."""

    id: Id | None = None
    occurred_at: Moment


class AttestationItem(Attestation):
    """An attestation. Without an `id` the request needs an `Idempotency-Key`."""

    id: Id | None = None
    occurred_at: Moment


class AttemptInPlace(Attempt):
    """An attempt, in the place of another piece of evidence, whose `occurred_at` it has unless given another."""

    occurred_at: Moment | None = None


class RubricInPlace(Scoring):
    """A scoring, in the place of another piece of evidence, whose `occurred_at` it has unless given another."""

    occurred_at: Moment | None = None


class ObservationInPlace(Observation):
    """An observation, in the place of another piece of evidence, whose `occurred_at` it has unless given another."""

    occurred_at: Moment | None = None


class ReflectionInPlace(Reflection):
    """A reflection, in the place of another piece of evidence, whose `occurred_at` it has unless given another."""

    occurred_at: Moment | None = None


class AttestationInPlace(Attestation):
    """An attestation, in the place of another piece of evidence, whose `occurred_at` it has unless given another."""

    occurred_at: Moment | None = None


EvidenceItem: TypeAlias = Annotated[
    AttemptItem | RubricItem | ObservationItem | ReflectionItem | AttestationItem, Field(discriminator="type")
]
EvidenceItems: TypeAlias = Annotated[list[EvidenceItem], Field(min_length=1, max_length=MAX_ITEMS)]
EvidenceInPlace: TypeAlias = Annotated[
    AttemptInPlace | RubricInPlace | ObservationInPlace | ReflectionInPlace | AttestationInPlace,
    Field(discriminator="type"),
]

_CONTRACTS: Mapping[type[Body], type[Body]] = {
    ScoredBody: RubricScored,
    ObservedBody: ObservationRecorded,
    ReflectedBody: ReflectionRecorded,
    AttestedBody: PriorMasteryAttested,
}


def body_of(piece: Attempt | Scoring | Observation | Reflection | Attestation) -> Body:
    """The event's body, which refers to no text yet."""
    body: Body = piece.body
    contract = _CONTRACTS.get(type(body))
    return body if contract is None else contract.model_construct(**body.__dict__)


def text_of(piece: Attempt | Scoring | Observation | Reflection | Attestation) -> str | None:
    """The text that came with it."""
    if isinstance(piece, Attempt) or piece.texts is None:
        return None
    match piece.texts:
        case Feedback(feedback=text) | Note(note=text) | ReflectionText(text=text):
            return text


def told_of_pieces(errors: Iterable[Any]) -> list[dict[str, Any]]:
    """Pydantic's errors with the places that stand in the request: without its own names of kinds of evidence and of
    artefacts, which it puts where it chose between several forms.
    """
    return [_told(error) for error in errors]


def _told(error: Mapping[str, Any]) -> dict[str, Any]:
    loc = tuple(error["loc"])
    place = tuple(
        part
        for before, part in zip((None, *loc), loc, strict=False)
        if part not in EVIDENCE and not (isinstance(before, int) and part in _ARTEFACTS)
    )
    if str(error["type"]).startswith("union_tag"):
        chosen_by = str(error["ctx"]["discriminator"]).strip("'")
        forms = EVIDENCE if chosen_by == "type" else _ARTEFACTS
        return {**error, "loc": (*place, chosen_by), "msg": f"must be one of {', '.join(sorted(forms))}"}
    return {**error, "loc": place}


_ARTEFACTS = frozenset({"text", "link", "file"})
"""What a part of a version may be; where these follow on a number they are no member of a request."""
