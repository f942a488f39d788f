"""Items are read in time that grows with their length alone, and what is wrong in them is named by its place."""

import json
from typing import Any
from uuid import uuid4

import pytest

from services.evidence.domain.errors import Refusal
from services.evidence.http.items import read_request
from tests.support.growth import growth

ACTOR = str(uuid4())
TIMES, MOST = 10, 40
"""Of ten times as much, reading takes ten times as long; what compares everything with everything, a hundred times."""


def refusals(text: bytes) -> list[tuple[str | None, str]]:
    request = read_request(text, actor=ACTOR, key=None)
    return [(item.field, item.detail) for item in request.items if isinstance(item, Refusal)]


def test_a_key_that_stands_twice_among_many() -> None:
    def refused(count: int) -> None:
        keys = [*(f"k{number}" for number in range(count)), f"k{count - 1}"]
        text = "{" + ",".join(f'"{key}":1' for key in keys) + "}"
        assert refusals(text.encode()) == [("", f"The key 'k{count - 1}' stands twice in one object.")]

    assert growth(refused, 10_000, 3_000 * TIMES) < MOST


def test_a_float_behind_many_values() -> None:
    def refused(count: int) -> None:
        [(field, _)] = refusals(f'{{"x":[{"0," * count}1.5]}}'.encode())
        assert field == f"/x/{count}"

    assert growth(refused, 10_000, 3_000 * TIMES) < MOST


def test_many_values_below_a_long_key_do_not_each_bear_it() -> None:
    def refused(size: int) -> None:
        [(field, _)] = refusals(f'{{"{"k" * size * 4}":[{"0," * size}1.5]}}'.encode())
        assert field == f"/{'k' * size * 4}/{size}"

    assert growth(refused, 3_000, 3_000 * TIMES) < MOST


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ('{"a":{"b":[0,{"c":1.5}]}}', "/a/b/1/c"),
        ('{"~/":NaN}', "/~0~1"),
        ('{"a":"\\ud800"}', "/a"),
        ('{"a":{"\\ud800":1}}', "/a"),
        ("1.5", ""),
    ],
)
def test_the_place_of_what_may_not_be_there(raw: str, field: str) -> None:
    [(told, _)] = refusals(f"[{raw}]".encode())
    assert told == field


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        ("RubricScored", "feedback_ref"),
        ("ObservationRecorded", "note_ref"),
        ("ReflectionRecorded", "text_ref"),
        ("PriorMasteryAttested", "note_ref"),
    ],
)
def test_a_reference_in_a_body_is_refused_and_what_would_be_right_is_told(kind: str, member: str) -> None:
    results = [{"competency": ACTOR, "criterion": "thesis", "earned": "1", "possible": "1"}]
    body: dict[str, Any] = {"learner": ACTOR, member: "a" * 64}
    body |= {"ratings": results} if kind == "ReflectionRecorded" else {"purpose": "practice", "results": results}
    body |= {"rubric": "b" * 64} if kind == "RubricScored" else {}
    body |= {"basis": "transfer"} if kind == "PriorMasteryAttested" else {}
    item = {"id": ACTOR, "type": kind, "occurred_at": "2026-09-14T10:30:00.000Z", "body": body}
    [(field, detail)] = refusals(json.dumps(item).encode())
    assert field == f"/body/{member}"
    assert "send the text itself, in texts" in detail
    del body[member]
    assert refusals(json.dumps(item).encode()) == []


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\x85", "\x9f"])
def test_no_text_holds_a_control_character(character: str) -> None:
    results = [{"competency": str(uuid4()), "earned": "1", "possible": "1"}]
    body = {"learner": str(uuid4()), "purpose": "practice", "results": results}
    item = {"id": str(uuid4()), "type": "ObservationRecorded", "occurred_at": "2026-11-24T09:30:00.000Z", "body": body}
    told = refusals(json.dumps({**item, "texts": {"note": f"a{character}b"}}).encode())
    assert told == [("/texts/note", "/texts/note: must not hold control characters.")]
    assert refusals(json.dumps({**item, "texts": {"note": "Une ligne.\n\tمرحبا 🎉 ñ"}}).encode()) == []


def test_a_text_that_is_too_long_is_told_its_measure() -> None:
    body = {"learner": str(uuid4()), "ratings": []}
    item = {"id": str(uuid4()), "type": "ReflectionRecorded", "occurred_at": "2026-11-24T09:30:00.000Z", "body": body}
    told = refusals(json.dumps({**item, "texts": {"text": "x" * 20_001}}).encode())
    assert ("/texts/text", "/texts/text: must have at most 20000 characters.") in told
