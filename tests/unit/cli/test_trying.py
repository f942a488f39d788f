"""What a what-if looks like at a terminal and in a file; and that a Ctrl-C cancels it."""

import asyncio
import csv
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli.gateway import Gateway
from cli.importing.commands import mode_of
from cli.trying import COUNT, count_rows, show, tried, write_rows

DONE: dict[str, Any] = {
    "id": "w",
    "state": "done",
    "progress": {"parts": 2, "done": 2, "states": 15},
    "elsewhere": None,
    "result": {
        "states": 4100,
        "changed": 312,
        "hidden": False,
        "summary": ["312 of 4,100 states would change under “The best so far”."],
        "competencies": [
            {
                "competency": "c",
                "code": "rl.1",
                "states": 4100,
                "changed": 312,
                "moves": [
                    {
                        "before": {"status": "slipped", "level": "=HYPERLINK(1)"},
                        "after": {"status": "mastered", "level": "+1"},
                        "number": 1312,
                    },
                    {
                        "before": {"status": "mastered", "level": "[b]"},
                        "after": {"status": "mastered", "level": "[b]"},
                        "number": 3788,
                    },
                ],
            }
        ],
    },
}


def test_a_table_has_what_moves_and_a_sentence_the_whole() -> None:
    console = Console(record=True, width=100)
    show(console, DONE)
    text = console.export_text()
    assert "rl.1" in text
    assert "=HYPERLINK(1) (slipped)" in text
    assert "1,312" in text
    assert "3,788" not in text
    assert "312 of 4,100 states would change under “The best so far”." in text


def test_no_cell_of_a_file_is_a_formula(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    write_rows(file, count_rows(DONE), COUNT)
    header, first, second = list(csv.reader(file.read_text().splitlines()))
    assert tuple(header) == COUNT
    assert first == ["c", "rl.1", "slipped", "'=HYPERLINK(1)", "mastered", "'+1", "1312"]
    assert second[-1] == "3788"


class Slow(Gateway):
    """A platform on which a what-if never ends."""

    def __init__(self) -> None:
        self.removed: list[str] = []
        self.looked = asyncio.Event()

    async def post(self, *_sent: object, **_more: object) -> tuple[int, Any]:
        return 202, DONE | {"state": "running"}

    async def get(self, *_asked: object, **_more: object) -> Any:
        self.looked.set()
        return DONE | {"state": "running"}

    async def delete(self, path: str) -> None:
        self.removed.append(path)


async def test_one_that_is_interrupted_is_cancelled() -> None:
    gateway = Slow()
    trying = asyncio.create_task(tried(gateway, {"policy": {}, "scope": "district"}))
    await gateway.looked.wait()
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying
    [path] = gateway.removed
    assert path.startswith("/v1/what-ifs/")


@pytest.mark.parametrize(
    ("document", "keep_attained", "mode"),
    [
        ({"mode": "keep_attained"}, False, "keep_attained"),
        ({"mode": "recompute"}, True, "keep_attained"),
        ({"mode": "recompute"}, False, "recompute"),
        ({}, False, "recompute"),
        ([], False, "recompute"),
    ],
)
def test_it_is_tried_as_it_would_be_adopted(document: Any, keep_attained: bool, mode: str) -> None:
    assert mode_of(document, keep_attained=keep_attained) == mode
