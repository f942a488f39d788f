"""Rubrics and tasks as forms say them: documents that are sound, and forms that a next version begins from."""

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


def test_a_rubric_that_no_form_has_room_for_is_not_cut() -> None:
    made = rubric(new_id())
    made["criteria"][0]["levels"][0]["earned"] = "0.5"
    with pytest.raises(ValueError, match="levels"):
        rows_of_rubric(made, "es")


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


def test_scores_are_a_result_a_competency_between_levels_too() -> None:
    [criterion] = criteria_of(rubric(new_id()), "es")
    assert [(one.earned, one.title) for one in criterion.choices] == [("1", "Empieza"), ("1.5", ""), ("2", "Stands")]
    levels = levels_of({"level/clarity": "1.5", "level/other": "", "overall": "x"})
    assert results_of([criterion], levels) == [
        {"competency": one, "criterion": "clarity", "earned": "1.5", "possible": "2"} for one in (READING, DRAWING)
    ]
    said = {"say/clarity": " Louder.\n", "ready/clarity": "So.", "say/other": " "}
    assert comments_of(said) == {"clarity": "So.\nLouder."}
