"""Rubrics and tasks as forms say them: documents that are sound, and forms that a next version begins from."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.gateway.http.pages.works.authoring import (
    CriterionRow,
    criteria_rows,
    fields_of_task,
    rows_of_rubric,
    rubric_document,
    task_document,
)
from services.gateway.http.pages.works.rubrics import comments_of, criteria_of, levels_of, results_of
from shared.contracts.tasks import RicherRubric, RicherTask
from shared.runtime.problems import Problem
from tests.support.relations import new_id

READING, DRAWING = new_id(), new_id()
TYPED = {
    "c0.title": "Clarity",
    "c0.other_title": "Claridad",
    "c0.half": "1",
    "c0.l0.title": "Begins",
    "c0.l0.text": "One sees\nwhat it is.",
    "c0.l0.other_title": "Empieza",
    "c0.l1.title": "Stands",
    f"c0.on/{READING}": "1",
    f"c0.on/{DRAWING}": "1",
    "c1.title": "",
}


def rubric(id_: str, **more: str) -> dict[str, Any]:
    return rubric_document(id_, "Posters", "en", criteria_rows({**TYPED, **more}))


def test_a_rubric_is_a_document_in_two_languages_and_empty_rows_are_left_out() -> None:
    made = rubric(new_id())
    RicherRubric.model_validate(made)
    [criterion] = made["criteria"]
    assert (criterion["code"], criterion["possible"], criterion["step"]) == ("clarity", "2", "0.5")
    assert [level["earned"] for level in criterion["levels"]] == ["1", "2"]
    assert criterion["competencies"] == [READING, DRAWING]
    told = made["translations"]["es"]["criteria"]["clarity"]
    assert (told["title"], told["levels"]["1"]["title"], "2" in told["levels"]) == ("Claridad", "Empieza", False)


def test_a_next_version_begins_from_the_one_there_is_and_keeps_its_codes() -> None:
    first = rubric(new_id())
    rows = rows_of_rubric(first, "es")
    assert rubric_document(first["id"], "Posters", "en", rows) == first
    renamed = rubric(first["id"], **{"c0.code": "clarity", "c0.title": "How clear"})
    assert [one["code"] for one in renamed["criteria"]] == ["clarity"]


def test_a_criterion_keeps_a_code_that_no_title_would_come_to_also_beside_a_new_one_of_its_title() -> None:
    first = rubric(new_id())
    first["criteria"][0]["code"] = "clarity_1.of.two"
    del first["translations"]
    [row] = rows_of_rubric(first, "es")
    assert rubric_document(first["id"], "Posters", "en", [row]) == first
    fresh = CriterionRow("Clarity", competencies=[READING], levels=row.levels)
    made = rubric_document(first["id"], "Posters", "en", [fresh, replace(row, code="clarity")])
    assert [one["code"] for one in made["criteria"]] == ["clarity-2", "clarity"]


def test_a_rubric_keeps_its_title_in_the_other_language() -> None:
    made = rubric_document(new_id(), "Posters", "en", criteria_rows(TYPED), "Carteles")
    assert RicherRubric.model_validate(made).translations["es"].title == "Carteles"


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["criteria"][0]["levels"][0].update(earned="0.5"),
        lambda one: one["criteria"][0].update(possible="3"),
        lambda one: one["criteria"][0].update(step="0.25"),
        lambda one: one.update(language="fr"),
        lambda one: one["translations"].update(fr={"title": "Affiches", "criteria": {}}),
    ],
)
def test_a_rubric_that_no_form_has_room_for_is_not_cut(change: Callable[[dict[str, Any]], None]) -> None:
    made = rubric(new_id())
    change(made)
    with pytest.raises(ValueError, match=r"levels|step|languages"):
        rows_of_rubric(made, "es")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"c1.l0.title": "Begins"}, "A criterion has no name"),
        ({f"c1.on/{READING}": "1"}, "A criterion has no name"),
        ({"c0.l2.text": "One sees more."}, "A level has no name"),
        ({"c0.title": ""}, "A criterion has no name"),
        ({"c1.title": "Size", "c1.l0.title": "Small"}, "“Size” shows no skill yet"),
        ({"c1.title": "Size", f"c1.on/{READING}": "1"}, "“Size” has no level yet"),
    ],
)
def test_what_no_rubric_can_be_without_is_asked_for_and_nothing_that_was_typed_is_left_out(
    typed: dict[str, str], said: str
) -> None:
    with pytest.raises(Problem, match=said):
        rubric(new_id(), **typed)


def test_a_criterion_that_there_was_is_left_out_by_emptying_its_title() -> None:
    more = {"c1.title": "Size", "c1.l0.title": "Small", f"c1.on/{READING}": "1"}
    rows = rows_of_rubric(rubric(new_id(), **more), "es")
    made = rubric_document(new_id(), "Posters", "en", [rows[0], replace(rows[1], title="")])
    assert [one["code"] for one in made["criteria"]] == ["clarity"]


def test_a_form_gives_one_criterion_more() -> None:
    assert [row.title for row in criteria_rows({**TYPED, "more": "1"})] == ["Clarity", "", ""]
    assert criteria_rows({}) == [CriterionRow()]


def test_a_task_is_a_document_and_its_next_version_begins_from_it() -> None:
    fields = {
        "title": "A poster", "prompt": "Draw\nit.", "kind": "Big project", "language": "en", "purpose": "practice",
        "rubric": "5e" * 32, "relearning": "Three sketches\n", "reflect_first": "1", "other_title": "Un cartel",
        f"competency/{READING}": "1",
    }  # fmt: skip
    made = task_document(new_id(), fields)
    RicherTask.model_validate(made)
    assert (made["kind"], made["prompt"], made["reflect_first"]) == ("big-project", "Draw\nit.", True)
    assert made["translations"]["es"] == {"title": "Un cartel", "prompt": "Draw\nit."}
    assert task_document(made["id"], fields_of_task(made)) == made
    made |= {"kind": "big_project", "relearning": [{"kind": "conference", "title": "Talk it through"}]}
    assert task_document(made["id"], fields_of_task(made)) == made, "its kinds are nothing that the form asks for"


def test_neither_a_rubric_nor_a_task_is_of_nothing() -> None:
    with pytest.raises(Problem, match="A rubric needs a criterion"):
        rubric_document(new_id(), "Posters", "en", criteria_rows({}))
    with pytest.raises(Problem, match="Choose at least one skill"):
        task_document(new_id(), {"title": "A poster", "prompt": "Draw it.", "language": "en"})


def test_a_task_in_other_languages_than_a_form_is_not_cut() -> None:
    made = task_document(
        new_id(), {"title": "A poster", "prompt": "Draw it.", "language": "en", f"competency/{READING}": "1"}
    )
    made["translations"] = {"fr": {"title": "Une affiche", "prompt": "Dessine."}}
    with pytest.raises(ValueError, match="languages"):
        fields_of_task(made)


def test_scores_are_a_result_a_competency_between_levels_too() -> None:
    [criterion] = criteria_of(rubric(new_id()), "es")
    assert [(one.earned, one.title) for one in criterion.choices] == [("1", "Empieza"), ("1.5", ""), ("2", "Stands")]
    levels = levels_of({"level/clarity": "1.5", "level/other": "", "overall": "x"})
    assert results_of([criterion], levels) == [
        {"competency": one, "criterion": "clarity", "earned": "1.5", "possible": "2"} for one in (READING, DRAWING)
    ]
    said = {"say/clarity": " Louder.\n", "ready/clarity": "So.", "say/other": " "}
    assert comments_of(said) == {"clarity": "So.\nLouder."}
