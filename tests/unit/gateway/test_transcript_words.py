"""What stands on a transcript: its days are those of the district."""

from zoneinfo import ZoneInfo

import pytest

from services.gateway.http.pages.transcript_wording import told_of

LATE = "2026-11-25T05:59:59.999Z"
"""The end of the 24th of November in Chicago."""


@pytest.mark.parametrize(("language", "day"), [("en", "Nov 24, 2026"), ("es", "24 nov 2026")])
def test_its_days_are_those_where_the_district_is_as_the_reader_writes_them(language: str, day: str) -> None:
    line = {"competency": "c", "level": "Best", "at": LATE, "under_review": False, "judged": False, "kinds": []}
    grade = {"course": "c", "period": "p", "at": LATE, "under_review": False, "levels": []}
    transcript = {
        "as_of": {"at": LATE, "pins": []},
        "under_review": False,
        "code": "ABC",
        "frameworks": [{"areas": [{"competencies": [line]}]}],
        "grades": [grade],
    }
    told = told_of(transcript, None, "https://x.example", language, ZoneInfo("America/Chicago"))
    [shown] = told["sections"][0]["areas"][0]["lines"]
    assert (shown[2], day in told["seen"]) == (day, True)
    assert told["grades"][0]["title"].startswith(f"{day}: ")
