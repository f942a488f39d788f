"""`import`, `adopt`, `record`, `audit`, `explain`, `history`, `policy`, `verify`, as a school would use them."""

import csv
import json
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.support.commands import run
from tests.support.running import until_applied

pytestmark = pytest.mark.stack

THEME = "e69e6ade-47d3-5ea7-94af-84363a66160d"
FILES = Path(__file__).parents[3] / "deploy" / "local" / "demo"


@pytest.fixture(scope="module", autouse=True)
async def _seeded(stack: Stack) -> None:
    for arguments in (
        ("import", "roster", FILES / "roster"),
        ("import", "framework", FILES / "framework-english.json"),
        ("adopt", FILES / "policy.json"),
    ):
        ran = await run(stack, *arguments)
        assert ran.code == 0, ran.err


@pytest.fixture(scope="module")
async def grade(stack: Stack) -> str:
    """A grade of Amara's, just released; the only one."""
    ran = await run(stack, "record", FILES / "practice.csv", "--framework", FILES / "framework-english.json")
    assert ran.code == 0, ran.err
    await until_applied(stack)
    of = ("learner-amara", "--course", "course-english-10", "--period", "year-2026")
    released = await run(stack, "release", "learner", *of, "--competency", THEME, "--json")
    assert released.code == 0, released.err
    return str(json.loads(released.out)["id"])


async def test_a_grade_is_audited_the_moment_it_is_released(stack: Stack, grade: str) -> None:
    ran = await run(stack, "audit", grade, "--json")
    assert ran.code == 0, ran.err
    audit = json.loads(ran.out)
    [word] = audit["grades"]
    assert (audit["state"], word["event"], word["state"]) == ("equal", grade, "equal")
    assert [piece["value_after"] for piece in word["contributions"][0]["pieces"]][-1] == "2.66"


async def test_for_people_it_says_what_each_piece_contributed(stack: Stack, grade: str) -> None:
    ran = await run(stack, "audit", grade)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("equal: ")
    assert f"competency {THEME}: Developing (value 2.66)" in ran.out
    assert "after" in ran.out


async def test_all_grades_are_audited_with_their_progress(stack: Stack, grade: str) -> None:
    ran = await run(stack, "audit", "--all")
    assert (ran.code, ran.out.split(":")[0]) == (0, "equal"), ran.err
    assert "Auditing the grades: 1 in " in ran.err


async def test_what_is_no_grade_is_told_in_a_sentence(stack: Stack, grade: str) -> None:
    for arguments, code, words in (
        ((str(uuid4()),), 1, "There is no such grade"),
        (("learner-amara",), 2, "no id of a grade"),
        ((), 2, "Name a grade"),
        ((grade, "--all"), 2, "Name a grade"),
    ):
        ran = await run(stack, "audit", *arguments)
        assert ran.code == code
        assert words in ran.err
        assert len(ran.err.strip().splitlines()) == 1


async def test_a_roster_imported_twice_adds_nothing(stack: Stack, demo_files: Path) -> None:
    again = await run(stack, "import", "roster", demo_files / "roster")
    assert again.code == 0
    assert "0 events recorded" in again.err


async def test_status_names_every_public_topic(stack: Stack) -> None:
    ran = await run(stack, "status", ASCERTAIN_HOME=str(stack.home.path))
    assert ran.code == 0, ran.err
    assert "topics evidence.ledger, definitions.ledger, mastery.state" in ran.out


async def test_a_framework_and_its_dependants_are_published_with_their_references_resolved(
    stack: Stack, demo_files: Path
) -> None:
    first = await run(stack, "import", "document", demo_files / "rubric-literary-analysis.json")
    second = await run(stack, "import", "document", demo_files / "task-literary-analysis.json")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert len(first.out.strip()) == len(second.out.strip()) == 64


async def test_bad_rows_are_refused_with_line_field_and_reason_and_the_good_ones_recorded(
    stack: Stack, tmp_path: Path
) -> None:
    file = tmp_path / "marks.csv"
    file.write_text(
        "Student,competency,earned,possible,occurred_at,purpose\n"
        f"learner-bao,{THEME},3,4,2026-10-01T09:00:00.000Z,practice\n"
        f"learner-bao,{THEME},5,4,2026-10-02T09:00:00.000Z,practice\n"
        f"learner-nobody,{THEME},3,4,2026-10-02T09:00:00.000Z,practice\n"
        f"learner-bao,{THEME},NaN,4,2026-10-03T09:00:00.000Z,practice\n"
        f"learner-bao,{THEME},3,4,2099-10-03T09:00:00.000Z,practice\n"
        f"learner-chiara,{THEME},3.50,4,2026-10-03T09:00:00.000Z,practice\n"
    )
    ran = await run(stack, "record", file, "--map", "Student=learner")
    assert ran.code == 1
    assert "2 recorded, 0 known before, 4 refused" in ran.err
    rejected = list(csv.DictReader((tmp_path / "marks.csv.rejected.csv").read_text().splitlines()))
    assert [(row["line"], row["field"]) for row in rejected] == [
        ("3", "earned"),
        ("4", "learner"),
        ("5", "earned"),
        ("6", "occurred_at"),
    ]
    again = await run(stack, "record", file, "--map", "Student=learner")
    assert "0 recorded, 2 known before, 4 refused" in again.err


async def test_explain_and_history_answer_for_people_and_machines(stack: Stack, demo_files: Path) -> None:
    recorded = await run(
        stack, "record", demo_files / "practice.csv", "--framework", demo_files / "framework-english.json"
    )
    assert recorded.code == 0, recorded.err
    await until_applied(stack)
    shown = await run(stack, "explain", "learner-amara", THEME)
    assert shown.code == 0, shown.err
    assert "2.66" in shown.out
    state = json.loads((await run(stack, "explain", "learner-amara", THEME, "--json")).out)
    assert (state["level"], state["value"], state["status"]) == ("Developing", "2.66", "not_yet")
    history = json.loads((await run(stack, "history", "learner-amara", "--json")).out)
    kinds = [entry["type"] for entry in history["entries"]]
    assert kinds.count("AttemptRecorded") + kinds.count("ascertain.AttemptRecorded") == 3


async def test_a_row_whose_cells_do_not_fit_the_header_is_refused(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    file.write_text(
        "learner,competency,occurred_at,purpose,possible,earned\n"
        f"learner-bao,{THEME},2026-10-05T09:00:00.000Z,practice,10,7,5\n"
        f'learner-bao,{THEME},2026-10-05T09:00:00.000Z,practice,10,"7.5"\n'
    )
    ran = await run(stack, "record", file)
    assert ran.code == 1
    assert "1 recorded, 0 known before, 1 refused" in ran.err
    rejected = list(csv.DictReader((tmp_path / "marks.csv.rejected.csv").read_text().splitlines()))
    assert [(row["line"], row["earned"]) for row in rejected] == [("2", "7")]
    assert "1 cells more" in rejected[0]["reason"]


async def test_what_stands_in_brackets_is_shown_as_it_is(stack: Stack, demo_files: Path, tmp_path: Path) -> None:
    policy = json.loads((demo_files / "policy.json").read_text())
    for level in policy["scale"]["levels"]:
        level["name"] = f"[/b]{level['name']}"
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy))
    assert (await run(stack, "adopt", file, "--scope", f"competency/{THEME}")).code == 0
    await until_applied(stack)
    shown = await run(stack, "explain", "learner-amara", THEME, COLUMNS="60")
    assert shown.code == 0, shown.err
    assert "[/b]Developing" in shown.out
    history = await run(stack, "history", "learner-amara", COLUMNS="40")
    assert "…" not in shown.out + history.out


async def test_a_policy_is_previewed_adopted_with_a_reason_and_followed_to_the_end(
    stack: Stack, tmp_path: Path
) -> None:
    file = tmp_path / "ours.json"
    assert (await run(stack, "policy", "new", "--from", "most-recent", "-o", file)).code == 0
    scope = f"competency/{THEME}"
    previewed = await run(stack, "policy", "adopt", file, "--scope", scope)
    assert previewed.code == 0, previewed.err
    assert f"{scope}: " in previewed.out
    assert "Nothing is adopted yet." in previewed.out
    before = await run(stack, "policy", "show", scope, "--json")
    assert before.code == 0, before.err
    adopted = await run(stack, "policy", "adopt", file, "--scope", scope, "--reason", "We redo.", "--yes")
    assert adopted.code == 0, adopted.err
    assert f"{scope} is under policy" in adopted.out
    after = await run(stack, "policy", "show", scope, "--json")
    assert after.code == 0, after.err
    shown = json.loads(after.out)
    assert (len(shown["adopted"]), shown["refolded"]) == (len(json.loads(before.out)["adopted"]) + 1, None)
    told = await run(stack, "policy", "show", scope)
    assert "What is done over takes the place of the first." in told.out
    assert "Why: We redo." in told.out
    unsaid = await run(stack, "policy", "adopt", file, "--scope", scope, "--yes")
    assert (unsaid.code, "Say why" in unsaid.err) == (1, True)
    again = await run(stack, "policy", "adopt", file, "--scope", scope, "--reason", "Once more.", "--yes")
    assert again.code == 0, again.err
    assert "already" in again.out


async def test_verify_says_equal(stack: Stack) -> None:
    await until_applied(stack)
    ran = await run(stack, "verify")
    assert ran.code == 0, ran.out + ran.err
    assert ran.out.startswith("equal")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("record", "no-such.csv"), "no-such.csv cannot be read"),
        (("import", "roster", "no-such-folder"), "is no folder"),
        (("import", "framework", "pyproject.toml"), "not JSON"),
        (("explain", "learner-amara", "00000000-0000-4000-8000-000000000000", "--as-of", "yesterday"), "as_of"),
        (("explain", "nobody-here", THEME), "no such learner"),
        (("history", "nobody-here"), "no such learner"),
    ],
)
async def test_whatever_is_wrong_is_told_in_one_sentence(stack: Stack, arguments: tuple[str, ...], word: str) -> None:
    ran = await run(stack, *arguments)
    assert ran.code != 0
    assert word in ran.err
    assert "Traceback" not in ran.err
    assert len(ran.err.strip().splitlines()) == 1
