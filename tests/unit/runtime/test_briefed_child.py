"""Given a process that computes under what it was told, it is told once, anew after another, and anew after its end."""

import os
import signal
from collections.abc import AsyncIterator

import pytest

from shared.runtime.briefed_child import BriefedChild
from shared.runtime.child import ChildEndedError


@pytest.fixture
async def child() -> AsyncIterator[BriefedChild]:
    made = BriefedChild("tests.support.briefed_child")
    yield made
    await made.close()


async def test_it_is_told_once_a_revision(child: BriefedChild) -> None:
    process, said = await child.ask("a", revision=1, brief="first")
    assert said == "FIRST a"
    assert await child.ask("b", revision=1, brief="not looked at") == (process, "FIRST b")
    assert await child.ask("c", revision=2, brief="second") == (process, "SECOND c")


@pytest.mark.parametrize("ends", ["killed", "closed"])
async def test_after_its_end_another_is_told_everything(child: BriefedChild, ends: str) -> None:
    process, _ = await child.ask("a", revision=1, brief="first")
    if ends == "killed":
        os.kill(process, signal.SIGKILL)
        with pytest.raises(ChildEndedError):
            await child.ask("b", revision=1, brief="first")
    else:
        await child.close()
    other, said = await child.ask("c", revision=1, brief="first")
    assert (other != process, said) == (True, "FIRST c")
