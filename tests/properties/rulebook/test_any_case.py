"""Whatever stands in a line, it is scored or refused in words: nothing else ever comes out of it."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.rulebook.method import ParameterError
from shared.rulebook.scoring import read_case, score
from shared.rulebook.written import parsed

VECTORS = [
    {name: value for name, value in vector.items() if name not in {"after_each", "status"}}
    for file in sorted((Path(__file__).parents[2] / "replay" / "rulebook" / "vectors").glob("*.json"))
    for vector in json.loads(file.read_text())["vectors"]
]
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.sampled_from(["", "0", "-1", "1e3", "NaN", "4", "0.5", "\ud800", "AND", "2026-09-01T00:00:00.000Z"])
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "at", "points"]), inner),
    max_leaves=3,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for name, value in inner for place in places(value, (*path, name)))]


def replaced(node: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = replaced(node[path[0]], path[1:], by)
    return copy


@given(st.sampled_from(VECTORS), st.data(), ODD)
@settings(max_examples=150)
def test_a_case_is_scored_or_refused_in_words(case: Any, data: st.DataObject, odd: Any) -> None:
    line = json.dumps(replaced(case, data.draw(st.sampled_from(places(case))), odd))
    refusal = refused(line)
    assert refusal is None or (refusal.must and (not refusal.where or refusal.where.startswith("/")))


@given(st.text(max_size=40))
def test_any_text_is_refused_in_words(line: str) -> None:
    assert refused(line) is not None


def refused(line: str) -> ParameterError | None:
    """Why a line is refused; None where it is scored."""
    try:
        told = score(read_case(parsed(line))).document()
    except ParameterError as error:
        return error
    assert set(told) == {"value", "status", "level", "counted", "why"}
    return None
