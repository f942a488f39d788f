"""Why something was refused, as pages say it."""

import re

import pytest

from services.gateway.http.pages.languages import words_in
from services.gateway.http.pages.refusing import KINDS, why_not
from services.gateway.http.pages.rendering import TEMPLATES
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


def test_a_template_that_asks_for_a_kind_of_problem_asks_for_one_that_there_is() -> None:
    asked = {
        kind
        for template in TEMPLATES.rglob("*.html")
        for kind in re.findall(r'problem\.code == "([^"]*)"', template.read_text(encoding="utf-8"))
    }
    assert "stale-version" in asked
    assert asked <= KINDS.keys()
