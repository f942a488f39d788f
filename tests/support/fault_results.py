"""Writes what the long form of the fault tests did and found into `docs/guarantees.md`: a table between two markers."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "guarantees.md"
BEGIN, END = "<!-- results of the fault tests: begin -->", "<!-- results of the fault tests: end -->"
HEADS = ("Fault", "What was done", "Rounds", "Events", "Receipts", "Unknown", "Lost", "Doubled", "Invented", "Slowest")


def section(results: Sequence[Mapping[str, Any]]) -> str:
    """The table, and a sentence above it. `events` and `receipts` count what was checked at the test's end."""
    rows = sorted(results, key=lambda each: (int(each["fault"].split(",")[0][1:]), each["what"]))
    rounds = sum(each["rounds"] for each in rows)
    dates, commits = sorted({each["date"] for each in rows}), sorted({each["commit"] for each in rows})
    broken = [each["what"] for each in rows if not each["held"]]
    told = (
        f"Run on {' and '.join(dates)} at commit {' and '.join(commits)} on {os.cpu_count()} cores: {rounds} rounds,"
        f" {sum(each['lost'] for each in rows)} events lost, {sum(each['doubled'] for each in rows)} doubled,"
        f" {sum(each['invented'] for each in rows)} invented."
        + (f" **Not everything held: {'; '.join(broken)}.**" if broken else " Everything held.")
    )
    lines = [_row(HEADS), _row(["---"] * len(HEADS)), *(_row(_cells(each)) for each in rows)]
    return "\n".join([told, "", *lines])


def written(page: str, results: Sequence[Mapping[str, Any]]) -> str:
    """The page with the results between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{section(results)}\n\n{END}{after}"


def _cells(each: Mapping[str, Any]) -> list[str]:
    numbers = [each[name] for name in ("rounds", "events", "acknowledged", "unknown", "lost", "doubled", "invented")]
    return [each["fault"], each["what"], *(f"{number:,}" for number in numbers), f"{each['slowest']:.1f} s"]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    found = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    PAGE.write_text(written(PAGE.read_text(), found))
    sys.stdout.write(f"Written into {PAGE.name}.\n")
