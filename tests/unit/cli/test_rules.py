"""`./ascertain rules`: an answer to each line; one that is wrong is answered with a problem, the rest unharmed."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import main
from cli.rules import rules
from shared.rulebook.table import METHODS

SCALE = {"top": "4", "cut": "3", "levels": [{"at": "0", "name": "Beginning"}, {"at": "3", "name": "Proficient"}]}
ENTRIES = [
    {"earned": "4", "possible": "4", "occurred_at": "2026-09-02T00:00:00.000Z"},
    {"earned": "1", "possible": "4", "occurred_at": "2026-09-01T00:00:00.000Z"},
]
CASE: dict[str, Any] = {"method": "ascertain.latest@1", "parameters": {}, "scale": SCALE, "entries": ENTRIES}


def answers(*lines: object, command: str = "score") -> tuple[int, list[dict[str, Any]]]:
    asked = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    told = CliRunner().invoke(rules, [command], input=asked)
    return told.exit_code, [json.loads(line) for line in told.stdout.splitlines()]


def problem(case: object) -> tuple[str, str]:
    """The field that a case's problem names, and what is said of it."""
    code, [said] = answers(case)
    assert (code, said["type"], said["status"], said["line"]) == (1, "urn:ascertain:problem:invalid", 422, 1)
    return said["field"], said["detail"]


def test_a_case_is_scored_in_the_order_of_its_times() -> None:
    code, [said] = answers(CASE)
    assert code == 0
    assert {name: said[name] for name in ("value", "status", "level", "counted")} == {
        "value": "4",
        "status": "mastered",
        "level": "Proficient",
        "counted": 2,
    }
    assert said["why"] == [
        "The newest piece of evidence sets the value.",
        "After each piece: 1, 4.",
        "4 of 4; mastery begins at 3.",
    ]


def test_slipped_and_not_enough_are_their_own() -> None:
    later = {"earned": "2", "possible": "4", "occurred_at": "2026-09-03T00:00:00.000Z"}
    few = {**CASE, "method": "ascertain.n_of_m@1", "parameters": {"n": 3, "m": 3}}
    code, said = answers({**CASE, "entries": [*ENTRIES, later]}, few, {**CASE, "entries": []})
    assert (code, [(each["status"], each["value"]) for each in said]) == (
        0,
        [("slipped", "2"), ("not_enough", None), ("no_evidence", None)],
    )


def test_a_bad_line_leaves_the_rest_unharmed() -> None:
    code, said = answers(CASE, "{not json", {**CASE, "method": "ascertain.oldest@1"}, "", CASE)
    assert code == 1
    assert [each.get("field", each.get("value")) for each in said] == ["4", "", "/method", "4"]
    assert [each.get("line") for each in said] == [None, 2, 3, None]


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"parameters": {"weight": "0.5"}}, "/parameters/weight", "not be given"),
        ({"scale": {"top": "4"}}, "/scale/cut", "be given"),
        ({"scale": {"top": "4", "cut": "5"}}, "/scale/cut", "from 0 to the top, 4"),
        ({"more": 1}, "/more", "not be given"),
        ({"entries": {}}, "/entries", "be a list"),
        ({"entries": [{"earned": "5", "possible": "4"}]}, "/entries/0/earned", "from 0 to what is possible, 4"),
        ({"entries": [{"earned": True, "possible": "4"}]}, "/entries/0/earned", "a decimal string or a number"),
        ({"entries": [{"earned": "1", "possible": 0}]}, "/entries/0/possible", "above 0"),
        (
            {"entries": [{"earned": "1", "possible": "4", "grup": "a"}]},
            "/entries/0/grup",
            "here stand earned, possible",
        ),
        ({"entries": [*ENTRIES, {"earned": "1", "possible": "4"}]}, "/entries/2/occurred_at", "be given"),
        ({"entries": [{**ENTRIES[0], "occurred_at": "yesterday"}]}, "/entries/0/occurred_at", "be an instant such as"),
        ({"method": "canvas.n_mastery@1"}, "/parameters/calculation_int", "be given"),
        (
            {"method": "canvas.n_mastery@1", "parameters": {"calculation_int": 11}},
            "/parameters/calculation_int",
            "1 to 10",
        ),
        ({"method": "openedx.threshold@1", "parameters": {"threshold": True}}, "/parameters/threshold", "from 0 to 1"),
        ({"method": "ascertain.decaying_average@1", "parameters": {"weight": 0}}, "/parameters/weight", "above 0"),
        ({"method": "kolibri.m_of_n@1", "parameters": {"m": 5, "n": 3}}, "/parameters/m", "at most n, 3"),
    ],
)
def test_a_problem_names_the_field_and_what_would_be_right(change: dict[str, Any], field: str, says: str) -> None:
    named, detail = problem({**CASE, **change})
    assert named == field
    assert says in detail


def test_numbers_may_be_json_numbers_and_are_read_as_they_stand() -> None:
    entries = '[{"earned": 0.1, "possible": 0.3}]'
    line = f'{{"method": "ascertain.latest@1", "scale": {{"top": 3, "cut": 1.0}}, "entries": {entries}}}'
    assert answers(line)[1][0]["value"] == "1"


def test_open_edx_refuses_floats_nan_and_true() -> None:
    case = '{{"method": "openedx.threshold@1", "parameters": {{"threshold": {}}}, "scale": {}, "entries": {}}}'
    scale = '{"top": "1", "cut": "1"}'
    assert problem(case.format('"0.8"', scale, '[{"earned": 0.8, "possible": 1}]'))[0] == "/entries/0/earned"
    assert "NaN" in problem(case.format("NaN", scale, "[]"))[1]
    assert problem(case.format("true", scale, "[]"))[0] == "/parameters/threshold"
    said = answers(case.format("0.8", scale, '[{"earned": "0.8", "possible": 1}]'))[1][0]
    assert (said["value"], said["why"][-1]) == ("1", "Demonstrated.")


def test_a_voided_entry_is_as_if_it_had_never_been() -> None:
    voided = {**ENTRIES[0], "voided": True}
    assert answers({**CASE, "entries": [*ENTRIES, voided]}) == answers(CASE)


def test_children_are_scored_and_a_stranger_among_the_parameters_is_refused() -> None:
    children = [{"id": "a", "value": "3"}, {"id": "b", "value": "2"}]
    case = {"method": "rollup.compensatory@1", "parameters": {}, "scale": SCALE, "children": children}
    code, [said] = answers(case)
    assert (code, said["value"], said["status"], said["counted"]) == (0, "2.5", "not_yet", 2)
    field, detail = problem({**case, "parameters": {"weights": {"c": "2"}}})
    assert (field, "'c' is not among the children" in detail) == ("/parameters", True)
    criteria = {"levels": [{"at": "4", "groups": [["a"], ["c"]]}]}
    assert "'c' is not among" in problem({**case, "method": "totara.criteria@1", "parameters": criteria})[1]
    config = {"base": {"points": 9}, "competencies": [{"id": "a", "points": 3, "required": True}]}
    assert problem({**case, "method": "moodle.points@1", "parameters": config})[0] == "/parameters/base"


def test_children_may_say_themselves_what_they_weigh() -> None:
    children: list[dict[str, Any]] = [{"id": "a", "value": 4, "weight": 3}, {"id": "b", "value": 2}]
    case: dict[str, Any] = {"method": "rollup.compensatory@1", "scale": SCALE, "children": children}
    assert answers(case)[1][0]["value"] == "3.5"
    children[0] |= {"points": 3, "required": True}
    assert answers({**case, "method": "moodle.points@1", "parameters": {"base": 3}})[1][0]["value"] == "4"
    assert problem({**case, "method": "moodle.points@1", "parameters": {"base": 4}})[0] == "/parameters/base"


def test_an_answer_may_be_right_or_wrong() -> None:
    case = {"method": "kolibri.m_of_n@1", "parameters": {"m": 2, "n": 3}, "scale": {"top": "1", "cut": "1"}}
    told = answers({**case, "entries": [{"correct": True}, {"correct": False}, {"correct": True}]})[1][0]
    assert (told["value"], told["why"][1]) == ("1", "After each piece: 0, 0, 1.")
    assert problem({**case, "entries": [{"correct": "yes"}]})[0] == "/entries/0/correct"
    assert problem({**case, "entries": [{"correct": True, "earned": "1"}]})[0] == "/entries/0/earned"


def test_what_speaks_of_a_class_has_no_level() -> None:
    children = [{"id": "a", "value": "3"}, {"id": "b", "value": None}]
    case = {"method": "canvas.class_mean@1", "parameters": {}, "scale": SCALE, "children": children}
    said = answers(case)[1][0]
    assert (said["value"], said["status"], said["level"]) == ("3", None, None)
    assert said["why"][-1].endswith("for staff alone.")


def test_check_judges_parameters_alone() -> None:
    wrong = {"method": "bkt.forward@1", "parameters": {"prior": 0.4, "learn": 0.1, "guess": 0.5, "slip": "0.5"}}
    right = {"method": "canvas.weighted_average@1", "parameters": {}}
    code, said = answers(right, wrong, command="check")
    assert (code, said[0]) == (1, {"method": "canvas.weighted_average@1", "parameters": {"calculation_int": "65"}})
    assert (said[1]["field"], said[1]["detail"]) == (
        "/parameters/slip",
        "parameters.slip must leave guess + slip below 1.",
    )


def test_list_and_show_tell_every_method_to_people_and_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "list", "--json"]) == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)] == list(METHODS)
    assert main(["rules", "list"]) == 0
    assert set(METHODS) <= set(capsys.readouterr().out.split()), "an id is cut off"
    assert main(["rules", "show", "canvas.n_mastery@1"]) == 0
    told = capsys.readouterr().out
    assert "calculation_int: must be a whole number from 1 to 10" in told
    assert "RULES.md 1.4" in told
    assert main(["rules", "show", "n_mastery"]) == 1
    assert "canvas.n_mastery@1" in capsys.readouterr().err


def test_a_file_is_read_and_one_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_bytes(json.dumps(CASE).encode() + b"\n\xff\n")
    assert main(["rules", "score", str(file)]) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert (json.loads(first)["value"], json.loads(second)["detail"]) == ("4", "the line must be UTF-8.")
    assert main(["rules", "score", str(tmp_path / "none")]) == 1
    assert "cannot be read" in capsys.readouterr().err
