"""Reads what a request asks: as of when, and after which positions at least."""

from typing import Annotated

from fastapi import Query

from services.mastery.domain.as_of import AsOf, AtInstant, AtPins
from services.mastery.domain.errors import AsOfError
from shared.ledger.identifiers import SHARDS
from shared.ledger.instants import instant
from shared.rulebook.known import Pin
from shared.runtime.freshness import parse_at_least

AsOfText = Annotated[
    str | None,
    Query(
        max_length=2048,
        description=(
            "As known then: an instant, or positions `ledger:shard:position,…` such as an earlier answer's "
            "`Ascertain-Position`. The same positions give the same answer for ever. Now, where left out."
        ),
        openapi_examples={
            "positions": {"value": "definitions:0:7,evidence:12:345"},
            "instant": {"value": "2026-11-24T09:30:00.000Z"},
        },
    ),
]

AtLeastText = Annotated[
    str | None,
    Query(
        max_length=2048,
        description=(
            "Wait, at most 5 s, until these positions are seen, such as those of a receipt. `as_of` of the answer "
            "says how far it really sees."
        ),
        openapi_examples={"a receipt's position": {"value": "evidence:12:345"}},
    ),
]


def read_as_of(text: str | None) -> AsOf:
    """Raises AsOfError."""
    if text is None:
        return None
    if text.startswith(tuple(SHARDS)):
        return AtPins(_pins(text, "as_of"))
    try:
        return AtInstant(instant(text))
    except ValueError as error:
        raise AsOfError(f"as_of {error}, or positions such as evidence:12:345,definitions:0:7.") from error


def read_at_least(text: str | None) -> tuple[Pin, ...]:
    """Raises AsOfError."""
    return () if text is None else _pins(text, "at_least")


def _pins(text: str, field: str) -> tuple[Pin, ...]:
    try:
        pins = parse_at_least(text)
    except ValueError as error:
        raise AsOfError(f"{field} {error}.", field) from error
    return tuple(Pin(shard.ledger, shard.number, position) for shard, position in sorted(pins.items()))
