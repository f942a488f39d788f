"""A ballot's words: every token has twelve, which lead back to it however they are typed, and to no other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.runtime.ballot_words import LANGUAGES, token_of, words_of

TOKENS = st.binary(min_size=16, max_size=16).map(bytes.hex)
SPOKEN = st.sampled_from(sorted(LANGUAGES))


@given(TOKENS, SPOKEN)
@settings(max_examples=50, deadline=None)
def test_words_lead_back_to_their_token(token: str, language: str) -> None:
    words = words_of(token, language)
    assert len(words.split(" ")) == 12
    assert token_of(words) == token


@given(TOKENS, SPOKEN)
@settings(max_examples=50, deadline=None)
def test_capitals_commas_and_four_letters_of_each_do_as_well(token: str, language: str) -> None:
    words = words_of(token, language).split(" ")
    assert token_of(f"  {', '.join(words).upper()}. ") == token
    assert token_of(" ".join(word[:4] for word in words)) == token


def test_words_without_their_accents_do_as_well() -> None:
    assert words_of("0" * 32, "es").split()[0] == "ábaco"
    assert token_of(words_of("0" * 32, "es").replace("á", "a")) == "0" * 32


def test_a_token_is_its_own_name() -> None:
    assert token_of(f" {'0A' * 16} ") == "0a" * 16


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abandon",
        "abandon " * 12,  # the checksum of twelve times the first word is another
        "abandon " * 13 + "about",
        "abandonment " + "abandon " * 10 + "about",
        "0" * 31,
        "g" * 32,
        "nothing at all of what any list has among its two thousand words",
    ],
)
def test_what_is_no_ballot_is_none(typed: str) -> None:
    assert token_of(typed) is None


def test_the_known_vector() -> None:
    assert words_of("0" * 32, "en") == "abandon " * 11 + "about"
    assert words_of("f" * 32, "en") == "zoo " * 11 + "wrong"
