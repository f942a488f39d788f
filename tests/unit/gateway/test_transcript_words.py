"""What stands on a transcript: its days are those of the district."""

from zoneinfo import ZoneInfo

from services.gateway.http.pages.transcript_wording import told_of

LATE = "2026-11-25T05:59:59.999Z"
"""The end of the 24th of November in Chicago."""


def test_its_days_are_those_where_the_district_is() -> None:
    line = {"competency": "c", "level": "Best", "at": LATE, "under_review": False, "judged": False, "kinds": []}
    grade = {"course": "c", "period": "p", "at": LATE, "under_review": False, "levels": []}
    transcript = {
        "as_of": {"at": LATE, "pins": []},
        "under_review": False,
        "code": "ABC",
        "frameworks": [{"areas": [{"competencies": [line]}]}],
        "grades": [grade],
    }
    told = told_of(transcript, None, "https://x.example", "en", ZoneInfo("America/Chicago"))
    [shown] = told["sections"][0]["areas"][0]["lines"]
    assert told["seen"] == "As the record stood on 2026-11-24 ()."
    assert (shown[2], told["grades"][0]["title"][:10]) == ("2026-11-24", "2026-11-24")
