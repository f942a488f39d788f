"""The results of the fault tests stand between their markers, and say so where something did not hold."""

from dataclasses import asdict

from tests.support.effort import Tally
from tests.support.fault_results import BEGIN, END, written


def test_results_replace_those_before_and_nothing_else() -> None:
    told = {"date": "2026-11-28", "commit": "abc"}
    kept = asdict(Tally("F1", "killed", rounds=7, events=1234, held=True)) | told
    broken = asdict(Tally("F10", "poison", rounds=1, lost=2)) | told
    page = written(f"before\n{BEGIN}\nold\n{END}\nafter\n", [broken, kept])
    assert page.startswith(f"before\n{BEGIN}")
    assert page.endswith(f"{END}\nafter\n")
    assert "old" not in page
    assert page.index("| F1 | killed | 7 | 1,234 |") < page.index("| F10 | poison |")
    assert "8 rounds, 2 events lost" in page
    assert "Not everything held: poison" in page
