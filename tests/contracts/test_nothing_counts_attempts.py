"""No answer, page or export says how often a learner tried: nothing counts attempts against her (DESIGN §5).

Members of answers and events are looked at by their names, and every sentence of ours by its words.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
COUNTS = re.compile(r"(?i)(^|_)(attempts?|tries|retries|redos?)(_?(count|number|no|nr|total|left|used|made))?$")
SENTENCES = re.compile(
    r"(?i)\b(attempt (#|no\.|nr\.|number )?|(try|redo) (#|no\.|nr\.|number ))(\{|%d|%s|[0-9])"
    r"|\b(attempts|tries) (left|so far|used)"
)


def members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("properties"), dict):
            yield from value["properties"].items()
        for one in value.values():
            yield from members(one)
    elif isinstance(value, list):
        for one in value:
            yield from members(one)


def documents() -> list[Path]:
    return [ROOT / "docs" / "openapi.json", *sorted((ROOT / "docs" / "schemas").glob("*.json"))]


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_no_member_counts_attempts(document: Path) -> None:
    for name, schema in members(json.loads(document.read_text())):
        number = any(f'"type": "{kind}"' in json.dumps(schema) for kind in ("integer", "number"))
        assert not (number and COUNTS.search(name)), f"{document.name} has {name}"


@pytest.mark.parametrize("room", ["shared", "services", "cli"])
def test_no_sentence_counts_attempts(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted((ROOT / room).rglob("*"))
        if path.suffix in {".py", ".json", ".html", ".css", ".typ"} and "__pycache__" not in path.parts
        for match in SENTENCES.finditer(path.read_text())
    ]
    assert not found


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        *(("attempts", True), ("attempt_number", True), ("tries", True), ("redo_count", True), ("attempt_no", True)),
        *(("redo_of", False), ("entries", False), ("retry_after", False), ("attempted_at", False)),
    ],
)
def test_a_count_is_known_by_its_name(name: str, counts: bool) -> None:
    assert bool(COUNTS.search(name)) is counts


@pytest.mark.parametrize("sentence", ["Attempt {n} of this task", "attempt #4", "redo number {n}", "2 attempts left"])
def test_a_count_is_known_by_its_words(sentence: str) -> None:
    assert SENTENCES.search(sentence)
