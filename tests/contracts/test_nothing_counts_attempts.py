"""No answer, page or export says how often a learner tried: nothing counts attempts against her (DESIGN §5).

Members of answers and events are looked at by their names, and every sentence of ours by its words. What goes out of
the house (transcripts, shares) has no numbers but those that are named here, and is looked at as it is set.
"""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli.transcribing import print_transcript
from services.gateway.http.pages.rendering import page_of_one_file
from services.gateway.http.pages.transcript_wording import told_of
from tests.support.attempt_counts import COUNTS, counted

ROOT = Path(__file__).parents[2]
SENTENCES = re.compile(
    r"(?i)\b(attempt (#|no\.|nr\.|number )?|(try|redo) (#|no\.|nr\.|number ))(\{|%d|%s|[0-9])"
    r"|\b(attempts|tries) (left|so far|used)"
)
GOES_OUT = {
    "TranscriptDocument": {"PinDocument.shard", "PinDocument.position"},
    "StandingDocument": set[str](),
    "SharedPortfolio": {"SharedExhibit.number", "SharedExhibit.others", "SharedPart.size"},
}
"""What is kept, printed or read by strangers, with the numbers in it: where the record stood, which version of a work
is shown, how many made it with her, and bytes.
"""
TRANSCRIPT: dict[str, Any] = {
    "as_of": {"pins": []}, "under_review": False, "code": "A", "grades": [],
    "frameworks": [{"title": "English", "areas": [{"competencies": [
        {"competency": "theme", "level": "Proficient", "judged": True, "under_review": False,
         "at": "2026-11-12T09:00:00.000Z", "kinds": ["attempt", "rubric_score"]}
    ]}]}],
}  # fmt: skip


def members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("properties"), dict):
            yield from value["properties"].items()
        for one in value.values():
            yield from members(one)
    elif isinstance(value, list):
        for one in value:
            yield from members(one)


def numbers(schema: Any, schemas: dict[str, Any], path: str, seen: set[str]) -> Iterator[str]:
    """Every member that is a number or a mapping to numbers, in a schema and all that it refers to."""
    if isinstance(schema, list):
        for one in schema:
            yield from numbers(one, schemas, path, seen)
    elif isinstance(schema, dict):
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        if name and name not in seen:
            seen.add(name)
            yield from numbers(schemas[name], schemas, name, seen)
        if schema.get("type") in {"integer", "number"}:
            yield path
        for member, one in schema.items():
            if member == "properties":
                for property_, of in one.items():
                    yield from numbers(of, schemas, f"{path}.{property_}", seen)
            else:
                yield from numbers(one, schemas, path, seen)


def documents() -> list[Path]:
    return [ROOT / "docs" / "openapi.json", *sorted((ROOT / "docs" / "schemas").glob("*.json"))]


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_no_member_counts_attempts(document: Path) -> None:
    for name, schema in members(json.loads(document.read_text())):
        number = any(f'"type": "{kind}"' in json.dumps(schema) for kind in ("integer", "number"))
        assert not (number and COUNTS.search(name)), f"{document.name} has {name}"


@pytest.mark.parametrize("name", GOES_OUT)
def test_what_goes_out_has_no_number_but_those_that_are_known(name: str) -> None:
    schemas = json.loads((ROOT / "docs" / "openapi.json").read_text())["components"]["schemas"]
    assert set(numbers(schemas[name], schemas, name, {name})) == GOES_OUT[name]


def test_pieces_are_counted_by_kind_only_where_a_level_is_explained() -> None:
    schemas = json.loads((ROOT / "docs" / "openapi.json").read_text())["components"]["schemas"]
    by_kind = [
        name
        for name, schema in schemas.items()
        for member, of in members(schema)
        if member == "kinds" and '"integer"' in json.dumps(of.get("additionalProperties"))
    ]
    assert by_kind == ["RestsOnDocument"]


def test_a_transcript_as_it_is_read_counts_nothing() -> None:
    told = told_of(TRANSCRIPT, "Amara", "https://x.example", "en", UTC)
    console = Console(width=120, file=io.StringIO(), highlight=False)
    print_transcript(TRANSCRIPT, console)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "rubric_score" in shown
    assert list(counted([told, bytes(page_of_one_file("transcript.html", told=told).body).decode(), shown])) == []


@pytest.mark.parametrize(
    "answer",
    [{"kinds": {"attempt": 2}}, {"in": [{"attempts": 1}]}, ["<td>2 attempts, 1 rubric score</td>"], "3 pieces"],
)
def test_a_count_is_known_wherever_it_stands(answer: Any) -> None:
    assert list(counted(answer))


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
