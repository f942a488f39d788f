"""The school year: from the first of August to the next, as the clocks of the district have it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.portfolio.domain.school_year import school_year
from shared.ledger.instants import instant, instant_text

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("at", "begins", "ends"),
    [
        ("2026-08-01T05:00:00.000Z", "2026-08-01T05:00:00.000Z", "2027-08-01T05:00:00.000Z"),
        ("2026-08-01T04:59:59.999Z", "2025-08-01T05:00:00.000Z", "2026-08-01T05:00:00.000Z"),
        ("2026-11-29T12:00:00.000Z", "2026-08-01T05:00:00.000Z", "2027-08-01T05:00:00.000Z"),
        ("2027-01-01T00:00:00.000Z", "2026-08-01T05:00:00.000Z", "2027-08-01T05:00:00.000Z"),
    ],
)
def test_it_begins_at_midnight_of_the_district(at: str, begins: str, ends: str) -> None:
    year = school_year(instant(at), CHICAGO)
    assert (instant_text(year.begins), instant_text(year.ends)) == (begins, ends)


def test_one_year_ends_where_the_next_begins() -> None:
    now = int(datetime(2026, 11, 29, tzinfo=UTC).timestamp()) * 1000
    this = school_year(now, CHICAGO)
    assert school_year(this.ends, CHICAGO).begins == this.ends
    assert school_year(this.ends - 1, CHICAGO) == this
