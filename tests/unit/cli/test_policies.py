"""`./ascertain policy`, without a stack: templates that hold, and a check that an administrator understands."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.policy.commands import policy
from cli.policy.judging import problems
from cli.policy.templates import FOLDER, WHEN, template
from shared.contracts.documents import RicherPolicy, document_digest, read_document
from shared.rulebook.policy import read_policy
from shared.rulebook.policy_words import sentences

UNKIND = ("below", "fail", "poor", "weak", "bad", "low", "unsatisfactory")


def asked(*arguments: str) -> tuple[int, str]:
    told = CliRunner().invoke(policy, list(arguments))
    return told.exit_code, told.stdout + str(told.exception or "")


def test_every_template_is_listed_and_every_one_that_is_listed_is_there() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(WHEN)
    _, told = asked("list-templates", "--json")
    assert [row["name"] for row in json.loads(told)] == list(WHEN)


@pytest.mark.parametrize("name", sorted(WHEN))
def test_a_template_can_be_adopted_as_it_is_and_has_neutral_words_for_every_level(name: str) -> None:
    document = template(name)
    assert problems(document) == []
    read_document(document)
    read = read_policy(document)
    assert sentences(read)
    for level in read.scale.levels:
        assert level.descriptor
        assert not [word for word in UNKIND if word in f"{level.name} {level.descriptor}".lower().split()]


def test_a_policy_from_a_template_has_its_own_title_and_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "ours.json"
    code, told = asked("new", "--from", "marzano", "--title", 'Our "scale"', "-o", str(file))
    assert (code, "policy check" in told) == (0, True)
    assert json.loads(file.read_text()) == {**template("marzano"), "title": 'Our "scale"'}
    code, told = asked("check", str(file))
    assert code == 0
    assert "A power curve through the pieces in order, read at the newest, sets the value." in told
    assert "Mastery begins at 3." in told
    assert document_digest(json.loads(file.read_text())) in told
    code, told = asked("new", "--from", "canvas", "-o", str(file))
    assert (code, "is there already" in told) == (1, True)


def test_a_template_that_is_not_there_names_those_that_are() -> None:
    code, told = asked("new", "--from", "schoology")
    assert code == 1
    assert "There are: canvas, canvas-decaying" in told


def test_a_check_names_every_member_that_is_wrong_and_says_what_is_right(tmp_path: Path) -> None:
    document = template("sustained")
    document["scale"]["cut"] = "5"
    document["parameters"] = {"k": 0}
    document["minimum"]["kinds"] = 0
    document["redo"] = "replace"
    document["slips"] = "from_first"
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(document))
    code, told = asked("check", str(file))
    assert code == 1
    for sentence in (
        "scale.cut must be a decimal from 0 to the top, 4",
        "parameters.k must be a whole number from 1 to 100.",
        "minimum.kinds must be a whole number from 1 to 10.",
        "redo must be 'replaces' or 'adds'.",
        "slips must not be given",
        "(is slip meant?)",
    ):
        assert sentence in told


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": "ascertain.task@1"}, "this is no policy"),
        ({"title": "x" * 401}, "title must have at most 400 characters."),
        ({"counts": None}, "counts must be a list"),
    ],
)
def test_whatever_is_wrong_is_told(change: dict[str, Any], says: str) -> None:
    assert says in " ".join(problems({**copy.deepcopy(template("canvas")), **change}))


def test_what_is_no_object_is_no_policy() -> None:
    assert problems([]) == ["format must be 'ascertain.policy@1' or 'ascertain.policy@2'; this is no policy."]


PAGE = (Path(__file__).parents[3] / "docs" / "policies.md").read_text()


def test_the_page_for_administrators_has_a_whole_policy_every_member_and_every_template() -> None:
    example = json.loads(PAGE.split("```json")[1].split("```")[0])
    assert problems(example) == []
    read_document(example)
    members = {*RicherPolicy.model_fields, "scale.levels", "minimum.pieces", "minimum.kinds", "minimum.days_apart"}
    for member in members - {"scale", "minimum"}:
        assert f"| `{member}` |" in PAGE, member
    assert [line[5:-1] for line in PAGE.splitlines() if line.startswith("### `")] == list(WHEN)
