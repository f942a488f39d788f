"""`demo --once`: the whole story is true, and nothing is left behind.

Where there is a browser, all tests of pages begin with the same story, told and checked (`tests/browser/district.py`):
there this is left to the long form.
"""

import shutil
from pathlib import Path

import pytest

from tests.support.commands import run

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240), *([pytest.mark.long] if shutil.which("chromium") else [])]


async def test_the_demo_tells_a_true_story_and_cleans_up(tmp_path: Path) -> None:
    ran = await run(None, "demo", "--once", ASCERTAIN_HOME=str(tmp_path / "home"))
    assert ran.code == 0, ran.out + ran.err
    told = ("receipt", "ce_bodydigest", "Developing", "Exemplary", "Proficient", "not enough", "equal", "different")
    for part in (
        *told,
        "is kept and not counted",
        "It was done over.",
        "affected: grade",
        "Jonas Lindqvist",
        "his key is destroyed",
        "Its own level stands",
    ):
        assert part in ran.out
    assert not (tmp_path / "home" / "demo" / "state.json").exists()
