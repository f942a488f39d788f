"""What every service's OpenAPI document says in the same words: problems, positions, and how a shard stands."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.reasons import Reason
from shared.contracts.values import Moment

_SCHEMA = {"$ref": "#/components/schemas/ProblemDocument"}


class ProblemDocument(BaseModel):
    """RFC 9457: why not, in one plain sentence that says what would be right. `field` points at what is wrong."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:ascertain:problem:not-found"])
    title: str
    status: int
    detail: str
    field: str | None = None
    reason: Reason | None = Field(None, description="Why, as a code, for who says it in other words.")
    figures: dict[str, int] | None = Field(None, description="The numbers of the sentence, by their names.")


class PinDocument(BaseModel):
    """A position of one shard of one ledger."""

    ledger: Literal["evidence", "definitions"]
    shard: int
    position: int


class AsOfDocument(BaseModel):
    """How far an answer sees. Asked again as of these pins, it is the same for ever. `at` is the instant asked for."""

    pins: list[PinDocument]
    at: Moment | None = None


class ShardDocument(BaseModel):
    """One shard: `head` is the ledger's, absent while that does not answer; `paused` says why it does not move, and
    `not_relayed` why what comes of it is not on its topic.
    """

    shard: int
    head: int | None = None
    applied: int
    lag_events: int | None = None
    lag_seconds: float | None = None
    paused: str | None = None
    not_relayed: str | None = None


def refusals(descriptions: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    """What FastAPI's `responses` takes for refusals with these statuses, each a problem document."""
    return {
        status: {
            "model": ProblemDocument,
            "description": description,
            "content": {"application/problem+json": {"schema": _SCHEMA}},
        }
        for status, description in descriptions.items()
    }


POSITION_HEADER: dict[str, Any] = {
    "Ascertain-Position": {
        "description": "How far the answer sees, as `as_of` and `at_least` take it.",
        "schema": {"type": "string", "examples": ["definitions:0:7,evidence:12:345"]},
    }
}
