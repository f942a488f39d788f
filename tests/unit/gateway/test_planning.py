"""What forms of exhibitions say: questions as documents, plans as requests, paper ballots as lines, codes of words."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.http.pages.codes import codes_for
from services.gateway.http.pages.exhibitions.exhibition import spoken
from services.gateway.http.pages.exhibitions.paper_ballots import MOST_LINES, table_of
from services.gateway.http.pages.exhibitions.planning import (
    QuestionRow,
    check_works,
    plan_request,
    questions_document,
    rows_of,
)
from shared.contracts.tasks import Questions
from shared.ledger.identifiers import CODE_PATTERN
from shared.runtime.problems import Problem
from tests.support.relations import new_id

UTC = ZoneInfo("UTC")
LEADER = QuestionRow(
    "choice", "Who leads best?", "¿Quién dirige mejor?", "Old Major\nSnowball", "El Viejo Mayor\nBola de Nieve"
)
CLEAR = QuestionRow("rating", "How clear is it?", "", "It puzzles me\nI see it\n\nI will remember it", "")


def test_questions_are_a_document_with_translations_as_far_as_they_were_typed() -> None:
    made = questions_document(new_id(), "Animal Farm", "en", [LEADER, CLEAR, QuestionRow()])
    Questions.model_validate(made)
    leader, clear = made["questions"]
    assert [(one["code"], one["title"]) for one in leader["options"]] == [
        ("old-major", "Old Major"), ("snowball", "Snowball")
    ]  # fmt: skip
    assert [(one["value"], one["title"]) for one in clear["scale"]] == [
        ("1", "It puzzles me"), ("2", "I see it"), ("3", "I will remember it")
    ]  # fmt: skip
    assert made["translations"]["es"]["questions"] == {
        "who-leads-best": {
            "title": "¿Quién dirige mejor?",
            "options": {"old-major": "El Viejo Mayor", "snowball": "Bola de Nieve"},
        }
    }
    read = spoken(made, "es")["questions"]
    assert (read["who-leads-best"]["options"]["snowball"], read["how-clear-is-it"]["title"]) == (
        "Bola de Nieve", "How clear is it?"
    )  # fmt: skip


@pytest.mark.parametrize("row", [QuestionRow(options="a\nb"), QuestionRow(other_title="¿Quién?")])
def test_no_answers_are_left_out_because_their_question_was_forgotten(row: QuestionRow) -> None:
    with pytest.raises(Problem, match="without a question"):
        questions_document(new_id(), "Animal Farm", "en", [LEADER, row])


@pytest.mark.parametrize(
    ("rows", "said"), [([QuestionRow()], "at least one"), ([QuestionRow(title="Who?", options="I\n")], "two answers")]
)
def test_an_audience_is_asked_something_and_has_a_choice(rows: list[QuestionRow], said: str) -> None:
    with pytest.raises(Problem, match=said):
        questions_document(new_id(), "Animal Farm", "en", rows)


def test_what_is_asked_of_each_work_needs_one() -> None:
    made = questions_document(new_id(), "Animal Farm", "en", [LEADER, CLEAR])
    with pytest.raises(Problem, match="“How clear is it\\?” is asked of each work"):
        check_works(made, [])
    check_works(made, [new_id()])
    check_works(questions_document(new_id(), "Animal Farm", "en", [LEADER]), [])


def test_a_form_asks_for_one_question_more_and_keeps_the_others() -> None:
    fields = {"q0.kind": "rating", "q0.title": " How? ", "q0.options": "a\nb"}
    assert rows_of(fields) == [QuestionRow("rating", "How?", "", "a\nb", "")]
    assert rows_of({**fields, "more": "1"}) == [*rows_of(fields), QuestionRow()]
    assert rows_of({}) == [QuestionRow()]


def test_a_plan_has_what_was_ticked_and_leaves_out_what_was_not_said() -> None:
    work, school, section, id_ = (new_id() for _ in range(4))
    fields = {"id": id_, "section": section, "title": " Fair ", f"work/{work}": "1", "role/family": "1", "rubric": ""}
    assert plan_request(fields, school=school, questions=None, zone=UTC) == {
        "id": id_, "school": school, "section": section, "title": "Fair", "works": [work], "roles": ["family"]
    }  # fmt: skip
    more = {**fields, "rubric": "5e" * 32, "discuss_from": "3", "planned_for": "2026-11-28T18:30"}
    told = plan_request(more, school=school, questions="6f" * 32, zone=ZoneInfo("America/Chicago"))
    assert told["panel"] == {"rubric": "5e" * 32, "discuss_from": 3}
    assert (told["planned_for"], told["questions"]) == ("2026-11-29T00:30:00.000Z", "6f" * 32)
    with pytest.raises(Problem):
        plan_request({**fields, "planned_for": "soon"}, school=school, questions=None, zone=UTC)


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_table_of_paper_ballots_is_read_as_spreadsheets_write_it(between: str) -> None:
    rows = [["Ballot", "leader", "clear/1"], ["ab cd", "Snowball", ""], [], ["ef", "", "3", "4"]]
    first, second = table_of("\n".join(between.join(row) for row in rows))
    assert (first.number, first.ballot, list(first.answers)) == (2, "ab cd", [("leader", "Snowball"), ("clear/1", "")])
    assert (second.number, list(second.answers)) == (4, [("leader", ""), ("clear/1", "3"), ("", "4")])


@pytest.mark.parametrize(
    ("text", "what"), [("", "ballot"), ("leader,x\n1,2", "ballot"), ("ballot\n" + "x\n" * (MOST_LINES + 1), "lines")]
)
def test_a_table_that_is_none_is_refused(text: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        table_of(text)


@given(st.text(max_size=2_000))
def test_no_text_breaks_the_reading_of_a_table(text: str) -> None:
    try:
        lines: list[Any] = list(table_of(f"ballot\n{text}"))
    except ValueError:
        return
    assert len(lines) <= MOST_LINES


@given(st.lists(st.text(max_size=100), max_size=20))
def test_codes_are_codes_and_none_stands_twice(titles: list[str]) -> None:
    codes = codes_for(titles, otherwise="option")
    assert len(set(codes)) == len(codes) == len(titles)
    for code in codes:
        assert re.fullmatch(CODE_PATTERN, code)
    assert codes_for(titles, otherwise="option") == codes
