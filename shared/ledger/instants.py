"""Instants: whole milliseconds since 1970-01-01T00:00:00Z inside, `2026-11-24T09:30:00.000Z` at every edge."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

Instant: TypeAlias = int
"""Milliseconds since the epoch, UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_DAY = 86_400_000
_SECOND = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])", re.ASCII)
_MILLISECONDS = {f".{milliseconds:03d}Z": milliseconds for milliseconds in range(1000)}
_RFC3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,3})0*)?"
    r"([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999
"""The bounds of years 1 to 9999 in UTC. An offset can lead beyond them, where an instant could not be written."""


def instant(written: str) -> Instant:
    """The instant of an RFC 3339 date-time with an offset and at most three significant fraction digits.

    Raises ValueError otherwise (also for leap seconds and years outside 1–9999); the message says what would be right.
    """
    milliseconds = _MILLISECONDS.get(written[19:])
    if milliseconds is not None and (seconds := _seconds(written[:19])) is not None:
        return seconds * 1000 + milliseconds
    match = _RFC3339.fullmatch(written)
    if match is None:
        raise ValueError('must be an instant such as "2026-11-24T09:30:00.000Z"')
    date, time, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{time}{'+00:00' if offset in 'Zz' else offset}")
    except ValueError as error:
        raise ValueError(f'must be an instant that exists, such as "2026-11-24T09:30:00.000Z" ({error})') from error
    since_epoch = (moment - _EPOCH) // _MILLISECOND + int((fraction or "0").ljust(3, "0"))
    if not _FIRST <= since_epoch <= _LAST:
        raise ValueError('must be an instant of the years 1 to 9999 in UTC, such as "2026-11-24T09:30:00.000Z"')
    return since_epoch


def instant_text(moment: Instant) -> str:
    """The one canonical writing: UTC, three decimals, `Z`."""
    second, milliseconds = divmod(moment, 1000)
    return f"{_second_text(second)}.{milliseconds:03d}Z"


@lru_cache(maxsize=65_536)
def _second_text(since_epoch: int) -> str:
    """Entries of one second are many when many are written: each second is worked out once."""
    days, rest = divmod(since_epoch, 86_400)
    minutes, second = divmod(rest, 60)
    return f"{_date(days)}T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"


@lru_cache(maxsize=4096)
def _date(days: int) -> str:
    """The date so many days after 1970-01-01. Instants of one day are many: each date is worked out once."""
    return (_EPOCH + timedelta(days=days)).date().isoformat()


@lru_cache(maxsize=65_536)
def _seconds(written: str) -> int | None:
    """The seconds since the epoch of `2026-11-24T09:30:00`, None where it is not written so or does not exist."""
    match = _SECOND.fullmatch(written)
    days = None if match is None else _days(match[1])
    if match is None or days is None:
        return None
    return days * 86_400 + int(match[2]) * 3600 + int(match[3]) * 60 + int(match[4])


@lru_cache(maxsize=4096)
def _days(date: str) -> int | None:
    """The days from 1970-01-01 to a date, None where there is no such date."""
    try:
        return (datetime.fromisoformat(f"{date}T00:00:00+00:00") - _EPOCH).days
    except ValueError:
        return None
