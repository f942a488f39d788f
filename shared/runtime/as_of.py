"""Reads what a request asks: as of when, and after which positions at least. One way for every service."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated

from fastapi import Query

from shared.ledger.identifiers import SHARDS
from shared.ledger.instants import Instant, instant
from shared.rulebook.as_of import AsOf, AtInstant, AtPins
from shared.rulebook.known import Pin
from shared.runtime import problems
from shared.runtime.freshness import parse_at_least

AsOfText = Annotated[
    str | None,
    Query(
        max_length=2048,
        description=(
            "As known then: an instant, a date (the end of that day where the district is), or positions "
            "`ledger:shard:position,…` such as an earlier answer's `Ascertain-Position`. The same positions give the "
            "same answer for ever. Now, where left out."
        ),
        openapi_examples={
            "positions": {"value": "definitions:0:7,evidence:12:345"},
            "instant": {"value": "2026-11-24T09:30:00.000Z"},
            "date": {"value": "2026-11-24"},
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


def read_as_of(text: str | None, *, zone: tzinfo, now: Instant) -> AsOf:
    """As of when is asked; a date is the last millisecond of that day in `zone`, today is up to `now`.

    Raises a 422 Problem where it cannot be read, or lies ahead of time.
    """
    if text is None:
        return None
    if text.startswith(tuple(SHARDS)):
        return AtPins(_pins(text, "as_of"))
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-24") else None
        at = instant(text) if day is None else end_of_day(day, zone)
    except (ValueError, OverflowError) as error:
        raise problems.invalid(
            "as_of must be an instant such as 2026-11-24T09:30:00.000Z, a date such as 2026-11-24, or positions such "
            "as evidence:12:345,definitions:0:7.",
            field="as_of",
            reason="date-wrong",
        ) from error
    if day is not None and end_of_day(day - timedelta(days=1), zone) < now:
        at = min(at, now)
    if at > now:
        raise problems.invalid("as_of must not lie in the future.", field="as_of", reason="later-than-now")
    return AtInstant(at)


def read_at_least(text: str | None) -> tuple[Pin, ...]:
    """The positions to wait for. Raises a 422 Problem where they cannot be read."""
    return () if text is None else _pins(text, "at_least")


def end_of_day(day: date, zone: tzinfo) -> Instant:
    """The last millisecond of a day in a time zone, whatever hours the clocks there skip or repeat.

    Raises ValueError or OverflowError for a day without a next one, or too far from 1970.
    """
    midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    return round(midnight.timestamp() * 1000) - 1


def _pins(text: str, field: str) -> tuple[Pin, ...]:
    try:
        pins = parse_at_least(text)
    except ValueError as error:
        raise problems.invalid(f"{field} {error}.", field=field) from error
    return tuple(Pin(shard.ledger, shard.number, position) for shard, position in sorted(pins.items()))
