"""What every method promises, on histories that Hypothesis makes up; the page of methods says what only some do.

The cases go through `rules score`'s own reader, so that what is tried is what is told.
"""

import json
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ledger.decimals import SCALE
from shared.ledger.instants import instant_text
from shared.rulebook.method import Method, Takes
from shared.rulebook.scoring import Score, read_case, score
from shared.rulebook.table import METHODS
from tests.support.hash_seeds import said_under
from tests.support.promises import CUT, OF_CHILDREN, TOP, TRIED, came_to
from tests.support.promises import contributions_methods as of_contributions

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "tests" / "replay" / "rulebook" / "vectors"
BEGINS = 1_790_000_000_000
EXAMPLES = 6

each_method = pytest.mark.parametrize("method", of_contributions(), ids=lambda method: method.id)
moderate = settings(max_examples=EXAMPLES)


@st.composite
def entries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Entries in order, each at a moment of its own and under an id of its own."""
    made = []
    for number in range(draw(st.integers(1, 8))):
        possible = draw(st.sampled_from([1, 2, 3, 4, 10]))
        made.append(
            {
                "id": f"entry {number}",
                "earned": str(draw(st.integers(0, possible))),
                "possible": str(possible),
                "occurred_at": instant_text(BEGINS + number * 60_000),
                "kind": draw(st.sampled_from(["attempt", "observation", "rubric_score", "lecture_unit"])),
                "group": draw(st.sampled_from([None, "quiz", "poster"])),
                "priority": draw(st.integers(0, 2)),
                "difficulty": draw(st.sampled_from([None, "easy", "hard"])),
                "mastery_at": draw(st.sampled_from([None, "0.7", "0.9"])),
            }
        )
    return made


def scored(method: Method, given: list[dict[str, Any]]) -> Score:
    case: dict[str, Any] = {"method": method.id, "parameters": dict(TRIED.get(method.id, {})), "entries": given}
    return score(read_case({**case, "scale": {"top": "4", "cut": "3"}}))


@each_method
@given(entries(), st.randoms(use_true_random=False))
@moderate
def test_the_order_of_arrival_does_not_matter(method: Method, given: list[dict[str, Any]], random: Any) -> None:
    shuffled = list(given)
    random.shuffle(shuffled)
    assert scored(method, shuffled) == scored(method, given)


@each_method
@given(entries(), st.data())
@moderate
def test_a_voided_piece_is_as_if_it_had_never_been(
    method: Method, given: list[dict[str, Any]], data: st.DataObject
) -> None:
    voided = data.draw(st.sets(st.integers(0, len(given) - 1)))
    marked = [{**entry, "voided": number in voided} for number, entry in enumerate(given)]
    assert scored(method, marked) == scored(method, [entry for n, entry in enumerate(given) if n not in voided])


@each_method
@given(entries(), st.data())
@moderate
def test_a_repeat_changes_nothing(method: Method, given: list[dict[str, Any]], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(given), max_size=4))
    assert scored(method, [*repeats, *given]) == scored(method, given)


@each_method
@given(entries())
@moderate
def test_the_value_stays_on_the_scale(method: Method, given: list[dict[str, Any]]) -> None:
    assert all(value is None or 0 <= value <= TOP for value in scored(method, given).after_each)


@each_method
@given(entries())
@moderate
def test_what_is_folded_anew_is_what_was_folded(method: Method, given: list[dict[str, Any]]) -> None:
    """One pass says after each piece what a run of those pieces alone says."""
    after_each = scored(method, given).after_each
    assert [scored(method, given[: n + 1]).value for n in range(len(given))] == list(after_each)


@each_method
@given(entries(), st.data())
@moderate
def test_the_pace_does_not_matter(method: Method, given: list[dict[str, Any]], data: st.DataObject) -> None:
    if method.days:
        return  # says so, and the next test holds it to that
    steps = data.draw(st.lists(st.integers(1, 10**9), min_size=len(given), max_size=len(given)))
    moments = accumulate(steps, initial=BEGINS)
    paced = [{**entry, "occurred_at": instant_text(at)} for entry, at in zip(given, moments, strict=False)]
    assert scored(method, paced) == scored(method, given)


def test_the_one_method_that_looks_at_days_says_so() -> None:
    assert [method.id for method in METHODS.values() if method.days] == ["artemis.mastery@1"]
    unit = {"earned": "1", "possible": "1", "kind": "lecture_unit", "occurred_at": instant_text(BEGINS)}
    evenly, at_once = (
        [unit, *({"earned": e, "possible": "4", "occurred_at": instant_text(BEGINS + at)} for e, at in tried)]
        for tried in ([("0", 1_000), ("4", 2_000), ("2", 3_000)], [("0", 1_000), ("4", 1_001), ("2", 3_000)])
    )
    assert scored(METHODS["artemis.mastery@1"], evenly).value != scored(METHODS["artemis.mastery@1"], at_once).value


PROMISED = {
    row[1].split("`")[1]: {"better": row[2].strip() == "yes", "more": row[3].strip() == "yes"}
    for line in (ROOT / "docs" / "methods.md").read_text().splitlines()
    if len(row := line.split("|")) == 7 and "`" in row[1]
}
"""What the page says of each method."""


@each_method
@given(st.lists(st.integers(0, 4), min_size=1, max_size=9), st.data())
@moderate
def test_no_longer_history_breaks_what_the_page_promises(method: Method, history: list[int], data: Any) -> None:
    promised, now = PROMISED[method.id], came_to(method, history)
    place = data.draw(st.integers(0, len(history) - 1))
    if promised["better"] and now is not None:
        better = [*history[:place], data.draw(st.integers(history[place], 4)), *history[place + 1 :]]
        assert (came_to(method, better) or 0) >= now
    if promised["more"] and now is not None:
        more = data.draw(st.sampled_from([step for step in range(5) if step * SCALE >= now]))
        assert (came_to(method, [*history, more]) or 0) >= now


@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["attempt", "observation"])), max_size=9), st.integers(0, 4)
)
def test_a_further_result_at_or_above_the_level_never_lowers_what_is_sustained(
    pieces: list[tuple[int, str]], further: int
) -> None:
    def at(given: list[tuple[int, str]]) -> int | None:
        return scored(
            METHODS["ascertain.sustained@1"],
            [{"earned": str(value), "possible": "4", "kind": kind} for value, kind in given],
        ).value

    before = at(pieces)
    if before is not None and further * SCALE >= before:
        assert (at([*pieces, (further, "attempt")]) or 0) >= before
    lucky = at([(0, kind) for _, kind in pieces] + [(4, "observation")])
    assert lucky is None or lucky < CUT


def test_two_processes_with_different_hash_seeds_give_the_same_bytes(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    with cases.open("w") as file:
        for vectors in sorted(VECTORS.glob("*.json")):
            for vector in json.loads(vectors.read_text())["vectors"]:
                case = {name: value for name, value in vector.items() if name not in {"after_each", "status"}}
                file.write(json.dumps(case) + "\n")
    [said] = said_under("-m", "cli", "rules", "score", str(cases))
    assert said.count("\n") > len(METHODS)


def test_every_method_is_tried_here_or_is_of_children() -> None:
    of_children = [name for name, method in METHODS.items() if method.takes is Takes.CHILDREN]
    assert {method.id for method in of_contributions()} | set(of_children) == set(METHODS)
    assert set(TRIED) | set(OF_CHILDREN) <= set(METHODS)
