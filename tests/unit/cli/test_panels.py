"""What `panel` makes of what people type, and how it tells of a panel."""

import pytest

from cli.errors import CommandError
from cli.panels import _levels, _until, show_panel


def test_levels_are_given_by_criterion() -> None:
    assert _levels(["thesis=3", "clarity=2.5"]) == {"thesis": "3", "clarity": "2.5"}
    for wrong in (["thesis"], ["=3"], ["thesis="]):
        with pytest.raises(CommandError, match="CRITERION=EARNED"):
            _levels(wrong)
    with pytest.raises(CommandError, match="twice"):
        _levels(["thesis=3", "thesis=4"])


def test_a_day_lasts_to_its_end_and_an_instant_is_itself() -> None:
    assert _until(None) == {}
    assert _until("2026-11-28") == {"ends_at": "2026-11-29T00:00:00.000Z"}
    assert _until("2026-11-28T20:00:00.000Z") == {"ends_at": "2026-11-28T20:00:00.000Z"}
    assert _until("2026-11-28T21:00:00-06:00") == {"ends_at": "2026-11-29T03:00:00.000Z"}
    with pytest.raises(CommandError, match="neither a day nor an instant"):
        _until("soon")


def test_a_panel_is_told_with_its_differences_and_how_far_it_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    agreement = {"n": 2, "exact": 1, "adjacent": 1, "sentence": "Of 2 comparisons, 1 is the same."}
    show_panel(
        {
            "panelists": [{"panelist": "p", "role": "community", "state": "appointed", "guest": True}],
            "works": [
                {
                    "work": "w",
                    "scores": [{"panelist": "p", "levels": {"thesis": "4"}, "calibration": False}],
                    "hidden": 0,
                    "differences": [{"criterion": "thesis", "lowest": "2", "highest": "4", "levels": 2}],
                    "conclusion": {"levels": {"thesis": "3"}},
                },
                {"work": "v", "scores": [], "hidden": 2, "differences": []},
            ],
            "agreement": agreement,
            "calibration": {**agreement, "n": 0},
        }
    )
    told = capsys.readouterr().out
    for words in (
        "appointed, by a pass",
        "p: thesis 4",
        "to be talked about: thesis, from 2 to 4",
        "concluded: thesis 3",
        "2 scores are shown once you have given your own.",
        "Agreement: Of 2 comparisons, 1 is the same.",
    ):
        assert words in told
    assert "Calibration" not in told
