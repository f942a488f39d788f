"""Why something was refused, as pages say it."""

import pytest

from services.gateway.http.pages.languages import words_in
from services.gateway.http.pages.refusing import why_not
from shared.runtime.problems import invalid


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("es", "Es demasiado largo: 400 caracteres como máximo. (criteria/0/title)"),
        ("en", "This is too long: at most 400 characters. (criteria/0/title)"),
    ],
)
def test_of_a_field_that_is_wrong_it_is_said_which_one_it_is(language: str, told: str) -> None:
    problem = invalid("…", field="/criteria/0/title", reason="field-too-long", figures={"number": 400})
    why = why_not(problem, words_in(language), english=language == "en")
    assert (why.text, why.english) == (told, None)


def test_where_a_sentence_says_which_field_it_is_nothing_stands_behind_it() -> None:
    why = why_not(invalid("…", field="/classSourcedId", reason="class-unknown"), words_in("en"), english=True)
    assert why.text.endswith("classes.csv.")
