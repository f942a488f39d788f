"""Instants: whole milliseconds since 1970-01-01T00:00:00Z inside, `2026-11-24T09:30:00.000Z` at every edge."""

import re
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Instant: TypeAlias = int
"""Milliseconds since the epoch, UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RFC3339 = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,3})0*)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def instant(written: str) -> Instant:
    """The instant of an RFC 3339 date-time with an offset and at most three significant fraction digits.

    Raises ValueError otherwise (also for leap seconds and years outside 1–9999); the message says what would be right.
    """
    match = _RFC3339.fullmatch(written)
    if match is None:
        raise ValueError('must be an instant such as "2026-11-24T09:30:00.000Z"')
    date, time, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{time}{'+00:00' if offset in 'Zz' else offset}")
        return (moment - _EPOCH) // _MILLISECOND + int((fraction or "0").ljust(3, "0"))
    except (ValueError, OverflowError) as error:
        raise ValueError(f'must be an instant that exists, such as "2026-11-24T09:30:00.000Z" ({error})') from error


def instant_text(moment: Instant) -> str:
    """The one canonical writing: UTC, three decimals, `Z`."""
    text = (_EPOCH + moment * _MILLISECOND).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
