"""Sheets of ballots: six a sheet, tagged, in the language asked, and no text of theirs is markup."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.runtime.ballot_sheets import LONGEST_TITLE, Sheets, ballot_sheets, rated_titles, voting_address
from shared.runtime.ballot_words import words_of
from tests.support.paper import Paper

AT = datetime(2026, 11, 29, tzinfo=UTC)
SHEETS = Sheets("Animal Farm", "family", "en", "https://ascertain.example.org/")
TOKENS = [f"{number:032x}" for number in range(1, 9)]


def test_eight_ballots_are_two_sheets_that_can_be_heard() -> None:
    paper = Paper(ballot_sheets(SHEETS, TOKENS, at=AT))
    assert len(paper.pages) == 2
    assert paper.is_marked
    assert (paper.language, paper.title) == ("en", "Animal Farm")
    assert paper.alts == ["QR code that opens this ballot's voting page"] * 8
    assert paper.tags.count("H1") == 8


def test_a_ballot_has_its_role_its_words_in_order_and_the_address_where_they_are_typed() -> None:
    [page] = Paper(ballot_sheets(SHEETS, TOKENS[:1], at=AT)).pages
    assert "Family" in page
    assert "https://ascertain.example.org/vote " in page
    assert " ".join(f"{n} {word}" for n, word in enumerate(words_of(TOKENS[0], "en").split(), start=1)) in page


def test_a_ballot_names_the_works_that_are_rated_as_far_as_there_is_room() -> None:
    works = ((1, "A poster of the farm"), (2, "word " * 100))
    [page] = Paper(ballot_sheets(replace(SHEETS, works=works, paper="us-letter"), TOKENS[:1], at=AT)).pages
    assert "Works: 1 A poster of the farm · 2 word word" in page
    assert ("…" in page, "the first counts" in page) == (True, True)
    many = tuple((n, f"Essay {n}") for n in range(1, 20))
    assert "Essay" not in Paper(ballot_sheets(replace(SHEETS, works=many), TOKENS[:1], at=AT)).pages[0]


def test_titles_are_of_works_that_are_rated_and_have_one() -> None:
    works: list[dict[str, Any]] = [{"number": 1, "title_ref": "poster"}, {"number": 2}]
    choice, rating = {"kind": "choice"}, {"kind": "rating"}
    assert rated_titles(works, [choice, rating]) == {1: "poster"}
    assert rated_titles(works, [choice]) == rated_titles(works, []) == rated_titles([], [rating]) == {}


def test_a_token_stands_nowhere_in_the_file_but_in_pictures_and_words() -> None:
    made = ballot_sheets(SHEETS, TOKENS, at=AT)
    assert not any(token.encode() in made for token in TOKENS)


def test_spanish_ballots_say_so_and_have_spanish_words() -> None:
    paper = Paper(ballot_sheets(replace(SHEETS, language="es"), TOKENS[:1], at=AT))
    assert paper.language == "es"
    assert "Boleta" in paper.pages[0]
    assert words_of(TOKENS[0], "es").split()[0] in paper.pages[0]


@pytest.mark.parametrize(("paper", "size"), [("a4", (210, 297)), ("us-letter", (216, 279))])
def test_sheets_come_in_both_sizes(paper: str, size: tuple[int, int]) -> None:
    made = ballot_sheets(replace(SHEETS, paper=paper), TOKENS, at=AT)  # type: ignore[arg-type]  # both are named above
    assert Paper(made).sizes == {size}


def test_a_language_without_ballots_is_refused() -> None:
    with pytest.raises(ValueError, match="en or es"):
        ballot_sheets(replace(SHEETS, language="de"), TOKENS, at=AT)


@pytest.mark.parametrize(
    "title",
    [
        '"] #read("/etc/passwd")',
        '#import "@preview/cetz:0.3.0": *',
        '#eval("panic()") `#raw` $x$ \\u{41} // /* */ @ref <label> *bold* _it_',
        "]}) #panic() ({[",
        "\\",
        "\x00\x01\u202e\ufeff title",
        "= heading\n= heading",
        "x" * 5_000,
        "word " * 1_000,
    ],
)
def test_a_hostile_title_is_a_title(title: str) -> None:
    paper = Paper(ballot_sheets(replace(SHEETS, title=title), TOKENS[:1], at=AT))
    assert len(paper.pages) == 1
    assert paper.tags.count("H1") == 1
    assert "root:" not in paper.pages[0]


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Cf"]), min_size=1, max_size=LONGEST_TITLE))
@settings(max_examples=10, deadline=None)
def test_any_title_leaves_the_ballot_as_it_is(title: str) -> None:
    paper = Paper(ballot_sheets(replace(SHEETS, title=title), TOKENS[:1], at=AT))
    assert len(paper.pages) == 1
    assert paper.title == (" ".join(title.split()).replace("\xa0", "") or None)
    assert paper.tags.count("H1") == 1


def test_the_page_is_where_words_are_typed_and_the_code_leads_to_the_ballot() -> None:
    assert voting_address("https://a.example/") == "https://a.example/vote"
    assert voting_address("https://a.example", "00") == "https://a.example/vote/00"
