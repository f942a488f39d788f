"""A program that is kept running, alone: how it is told that one does not start."""

import os
import sys
from pathlib import Path

import pytest

from deploy.errors import ProgramError
from deploy.local.home import ROOT
from deploy.local.keeper import Keeper
from deploy.local.programs import Program
from tests.support.processes import processes_of


async def _never() -> bool:
    return False


async def test_a_program_that_does_not_start_is_told_with_its_last_words_and_leaves_nothing(tmp_path: Path) -> None:
    """In a whole stack it is tried in the long form (`test_stack`)."""
    keeper = Keeper(
        Program(
            name="evidence",
            arguments=(sys.executable, "-m", "tests.support.tiny_service", "--run", "broken"),
            environment={**os.environ, "PYTHONPATH": str(ROOT), "ASCERTAIN_HOME": str(tmp_path)},
            folder=tmp_path,
            log=tmp_path / "log",
            ready=_never,
        ),
        notice=lambda _sentence: None,
    )
    with pytest.raises(ProgramError, match=r"evidence ended with code 1 before it was ready.*broken on purpose"):
        await keeper.start()
    assert (keeper.state, keeper.pid) == ("stopped", None)
    assert not processes_of(tmp_path)
