"""Ballots entered from a table: many at a time, but of one ballot the first line of the file before any other."""

from hypothesis import given
from hypothesis import strategies as st

from cli.exhibitions.entering import AT_ONCE, portions
from cli.importing.tables import Line
from shared.runtime.ballot_words import words_of

TOKEN = "ab" * 16


def lines(cells: list[str]) -> list[Line]:
    return [Line(number, {"ballot": cell}) for number, cell in enumerate(cells, start=2)]


def test_a_ballot_that_stands_twice_is_not_sent_twice_at_once() -> None:
    first, second, other = lines([words_of(TOKEN, "en"), TOKEN.upper(), "00" * 16])
    assert list(portions([first, second, other])) == [[first], [second, other]]


def test_what_is_no_ballot_holds_nothing_up() -> None:
    bad = lines(["", "", "a slip"])
    assert list(portions(bad)) == [bad]


@given(st.lists(st.sampled_from([f"{n:032x}" for n in range(12)] + ["nothing"]), max_size=60))
def test_every_line_goes_once_and_in_order(cells: list[str]) -> None:
    given_lines = lines(cells)
    parts = list(portions(given_lines))
    assert [line for part in parts for line in part] == given_lines
    for part in parts:
        tokens = [line.cells["ballot"] for line in part if line.cells["ballot"] != "nothing"]
        assert len(part) <= AT_ONCE
        assert len(tokens) == len(set(tokens))
