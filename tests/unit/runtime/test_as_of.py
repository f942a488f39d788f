"""As of when is asked, and after which positions."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from shared.ledger.instants import instant
from shared.rulebook.as_of import AsOf, AtInstant, AtPins
from shared.rulebook.known import Pin
from shared.runtime.as_of import read_as_of, read_at_least
from shared.runtime.problems import Problem

NEW_YORK = ZoneInfo("America/New_York")
NOW = instant("2026-11-24T12:00:00Z")


def asked(text: str | None, now: str = "2026-11-24T12:00:00Z") -> AsOf:
    return read_as_of(text, zone=NEW_YORK, now=instant(now))


def test_an_instant_positions_or_now() -> None:
    assert asked(None) is None
    assert asked("1970-01-01T00:00:00.020Z") == AtInstant(20)
    assert asked("evidence:12:345,definitions:0:7") == AtPins((Pin("definitions", 0, 7), Pin("evidence", 12, 345)))
    assert read_at_least("evidence:12:345") == (Pin("evidence", 12, 345),)
    assert read_at_least(None) == ()


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2026-11-20", "2026-11-21T04:59:59.999Z"),
        ("2026-07-01", "2026-07-02T03:59:59.999Z"),
        ("2026-03-08", "2026-03-09T03:59:59.999Z"),  # 23 hours long
        ("2026-11-01", "2026-11-02T04:59:59.999Z"),  # 25 hours long
    ],
)
def test_a_date_is_the_end_of_that_day_where_the_district_is(day: str, last: str) -> None:
    assert asked(day) == AtInstant(instant(last))
    assert read_as_of("2026-11-20", zone=UTC, now=NOW) == AtInstant(instant("2026-11-20T23:59:59.999Z"))


def test_today_is_up_to_now_and_tomorrow_is_not_known() -> None:
    assert asked("2026-11-24") == AtInstant(NOW)
    assert asked("2026-11-24", now="2026-11-25T04:30:00Z") == AtInstant(instant("2026-11-25T04:30:00Z"))
    for ahead in ("2026-11-25", "2026-11-24T12:00:00.001Z", "9999-12-31"):
        with pytest.raises(Problem) as told:
            asked(ahead)
        assert (told.value.status, told.value.field) == (422, "as_of")


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-02-30", "2026-11-24T09:30", "evidence:64:1", "evidence:1", "0"]
)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(Problem) as told:
        asked(text)
    assert (told.value.status, told.value.field) == (422, "as_of")
