"""`audit` as a person would use it: a grade released a moment ago, all of them, and what is no grade."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.support.commands import run
from tests.support.running import until_applied

pytestmark = pytest.mark.stack

THEME = "e69e6ade-47d3-5ea7-94af-84363a66160d"


@pytest.fixture(scope="module")
async def grade(stack: Stack) -> str:
    """A grade of Amara's, just released."""
    demo_files = Path(__file__).parents[3] / "deploy" / "local" / "demo"
    framework = demo_files / "framework-english.json"
    for arguments in (
        ("import", "roster", demo_files / "roster"),
        ("import", "framework", framework),
        ("adopt", demo_files / "policy.json"),
        ("record", demo_files / "practice.csv", "--framework", framework),
    ):
        ran = await run(stack, *arguments)
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
