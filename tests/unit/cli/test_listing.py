"""What a person is shown fits a terminal of 80 columns, and what she types into the next command is whole."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli.auditing import show_audit
from cli.grading import selected, show_batch
from cli.listing import minute, table
from cli.works import show_portfolio

ID, OTHER = "1bf92816-4233-5478-966c-97c628b5cbd0", "34fd0566-67cb-5b21-b604-963f2f184c19"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Console:
    """A terminal of 80 columns, on which every command writes."""
    console = Console(width=80, file=io.StringIO(), highlight=False)
    for module in ("cli.grading", "cli.works"):
        monkeypatch.setattr(f"{module}.out", console)
    return console


def lines(console: Console) -> list[str]:
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue().splitlines()
    assert all(len(line) <= 80 for line in shown)
    assert "…" not in console.file.getvalue()
    return shown


def test_an_id_to_act_on_is_whole_and_nothing_is_cut(terminal: Console) -> None:
    rows = table("waiting", "review", "learner", "about", whole=("waiting", "review"))
    rows.add_row("2 min", ID, OTHER, f"competency {OTHER}")
    terminal.print(rows)
    assert any(ID in line for line in lines(terminal))


def test_a_portfolio_names_its_evidence_whole_and_in_words(terminal: Console) -> None:
    piece = {"event": ID, "type": "RubricScored", "occurred_at": "2026-11-20T14:00:00.000Z", "withdrawn": {"by": OTHER}}
    show_portfolio({"works": [], "evidence": [{**piece, "shows": [{"competency": OTHER, "code": "art.symbols"}]}]})
    assert any(line.startswith(f"2026-11-20  {ID}") for line in lines(terminal))
    assert any("score" in line for line in lines(terminal))


def test_a_batch_says_of_what_its_levels_are(terminal: Console) -> None:
    levels = [{"competency": ID, "level": "Proficient"}, {"competency": OTHER, "level": None, "status": "not_enough"}]
    show_batch([{"learner": ID, "state": "ready", "levels": levels}], {ID: "english.theme"})
    shown = " ".join(" ".join(lines(terminal)).split())
    assert f"The levels are of english.theme, {OTHER}, in this order." in shown
    assert "ready Proficient, not enough" in shown


def test_a_replayed_grade_keeps_its_dates_and_levels_whole(terminal: Console) -> None:
    def piece(level: str | None, set_aside: str | None) -> dict[str, Any]:
        value = None if level is None else "3.7725"
        when = {"occurred_at": "2026-11-20T14:00:00.000Z", "recorded_at": "2026-11-24T21:38:02.295Z"}
        return {**when, "position": 19, "event": ID, "value": value, "value_after": value, "level_after": level,
                "set_aside": set_aside}  # fmt: skip

    account = {"competency": OTHER, "level": "Proficient", "status": "mastered", "override": None, "value": "3.7725",
               "pieces": [piece("Proficient", None), piece(None, "self_rating")], "left_out": 0}  # fmt: skip
    word = {"spoken": "released", "recorded_at": "2026-11-24T21:38:20.523Z", "event": ID, "pins": [], "state": "equal",
            "begins": [], "contributions": [account]}  # fmt: skip
    phases = [{"done": 33, "unit": "entries"}]
    show_audit(terminal, {"state": "equal", "phases": phases, "different": 0, "grades": [word], "differences": [],
                          "found": 0})  # fmt: skip
    shown = lines(terminal)
    assert sum("2026-11-20  2026-11-24" in line and "1bf92816-4233" in line for line in shown) == 2
    assert any(line.rstrip().endswith("Proficient") for line in shown)
    assert any(line.rstrip().endswith("self rating") for line in shown)


def test_a_minute_is_read_as_it_is_said() -> None:
    assert minute("2026-11-24T21:38:20.523Z") == "2026-11-24 21:38"


def test_a_grade_by_a_framework_shows_competencies_and_no_headings(tmp_path: Path) -> None:
    competencies = [{"id": ID, "code": "english"}, {"id": OTHER, "code": "english.theme", "parent": ID}]
    file = tmp_path / "framework.json"
    file.write_text(json.dumps({"format": "ascertain.framework@1", "competencies": competencies}))
    assert selected(None, [file]) == {OTHER: "english.theme"}
    assert selected([ID], None) == {ID: ID}
