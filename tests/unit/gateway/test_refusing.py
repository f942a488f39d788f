"""Why something was refused, as pages say it."""

import re
from zoneinfo import ZoneInfo

import pytest

from services.gateway.http.pages.languages import words_in
from services.gateway.http.pages.refusing import KINDS, why_not
from services.gateway.http.pages.rendering import TEMPLATES
from shared.ledger.instants import instant
from shared.runtime.as_of import read_as_of
from shared.runtime.problems import Problem, conflict, invalid


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("es", "Es demasiado largo: 400 caracteres como máximo. (parte de la rúbrica 1, cómo se llama)"),
        ("en", "This is too long: at most 400 characters. (part of the rubric 1, what it is called)"),
    ],
)
def test_of_a_field_that_is_wrong_it_is_said_which_one_it_is(language: str, told: str) -> None:
    problem = invalid("…", field="/criteria/0/title", reason="field-too-long", figures={"number": 400})
    why = why_not(problem, words_in(language), english=language == "en")
    assert (why.text, why.english) == (told, None)


def test_where_a_sentence_says_which_field_it_is_nothing_stands_behind_it() -> None:
    why = why_not(invalid("…", field="/classSourcedId", reason="class-unknown"), words_in("en"), english=True)
    assert why.text.endswith("classes.csv.")


def test_a_column_of_a_file_keeps_its_name_and_what_no_form_has_is_not_named() -> None:
    """Whoever brings a roster looks for the column; nobody else looks for a name of the API's."""
    of_a_file = invalid("…", field="/beginDate", reason="date-wrong", column="beginDate")
    of_nothing = invalid("…", field="/body/x_y", reason="field-missing")
    assert why_not(of_a_file, words_in("es"), english=False).text.endswith("(beginDate)")
    assert why_not(of_nothing, words_in("en"), english=True).text == "Something is missing that is needed."


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    "detail",
    [
        "as_of must not lie in the future.",
        "/artefacts/0/content: must be given.",
        "redo/11111111-1111-4111-8111-111111111111/2222 is closed, which does not allow this.",
    ],
)
def test_a_sentence_that_speaks_to_programs_is_on_no_page(detail: str, language: str) -> None:
    for problem in (invalid(detail, field="/artefacts/0"), conflict(detail)):
        why = why_not(problem, words_in(language), english=language == "en")
        assert (detail in why.text, why.english) == (False, None)


def test_what_is_wrong_in_a_policy_is_named_as_it_stands_in_its_document() -> None:
    of_a_program = why_not(invalid("/policy/x: …", field="/policy/scale/cut"), words_in("es"), english=False)
    missing = invalid("…", field="/policy/formatt", reason="field-missing")
    assert of_a_program.text.endswith("(la política: scale.cut)")
    assert why_not(missing, words_in("en"), english=True).text.endswith("(the policy: formatt)")


def test_a_sentence_for_people_is_said_after_ours_in_another_language() -> None:
    why = why_not(invalid("A learner's guardian is somebody else."), words_in("es"), english=False)
    assert (why.text, why.english) == ("No funcionó.", "A learner's guardian is somebody else.")


def test_a_day_that_has_not_come_is_told_in_words() -> None:
    with pytest.raises(Problem) as refused:
        read_as_of("2031-01-01", zone=ZoneInfo("UTC"), now=instant("2026-11-24T09:30:00.000Z"))
    told = why_not(refused.value, words_in("es"), english=False)
    assert (told.text, told.english) == ("Esto está en el futuro. Hay que revisar la fecha y la hora.", None)


def test_a_template_that_asks_for_a_kind_of_problem_asks_for_one_that_there_is() -> None:
    asked = {
        kind
        for template in TEMPLATES.rglob("*.html")
        for kind in re.findall(r'problem\.code == "([^"]*)"', template.read_text(encoding="utf-8"))
    }
    assert "stale-version" in asked
    assert asked <= KINDS.keys()
