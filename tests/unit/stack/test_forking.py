"""A program forked from a nursery is what it would be by itself, and its parent can do with it what it could."""

import asyncio
import io
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.local.forking import Forked, Nursery, forked, prepare
from deploy.local.home import ROOT
from deploy.local.programs import Child, Program, bare_environment, has_ended, run_once
from tests.support.waiting import until

CHILD = (sys.executable, "-P", "-m", "tests.support.telling_child")
SURROUNDINGS = bare_environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1", KIND="of these tests")
UNKNOWN = bare_environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1", KIND="nobody prepared for it")


@pytest.fixture(scope="module")
async def nursery() -> None:
    await prepare(SURROUNDINGS, ("colorsys", "no.such.module", CHILD[3]))


def started(
    folder: Path, *arguments: str, nursery: Nursery | None = None, environment: dict[str, str] | None = None
) -> tuple[Forked | None, Path]:
    out = folder / "out"
    with out.open("w+b") as output:
        if nursery is None:
            child = forked(
                (*CHILD, *arguments),
                environment=environment or SURROUNDINGS | {"ASCERTAIN_SECRET": "a"},
                folder=folder,
                output=output,
                complaints=output,
                death_signal=signal.SIGKILL,
            )
        else:
            request: dict[str, Any] = {"module": CHILD[3], "arguments": list(arguments), "folder": str(folder)}
            request |= {"environment": SURROUNDINGS, "death_signal": int(signal.SIGKILL)}
            child = nursery.fork(request, (output.fileno(), output.fileno()), CHILD)
    return child, out


async def ended(child: Forked | None) -> int:
    assert child is not None
    await until(lambda: child.poll() is not None, "it has ended")
    assert child.returncode is not None
    return child.returncode


async def test_it_is_started_with_what_was_given_and_nothing_else(nursery: None, tmp_path: Path) -> None:
    child, out = started(tmp_path, "code", "7")
    assert await ended(child) == 7
    told = json.loads(out.read_text())
    assert told["arguments"] == ["code", "7"]
    assert told["environment"] == SURROUNDINGS | {"ASCERTAIN_SECRET": "a"}
    assert told["folder"] == str(tmp_path)
    assert told["session"]
    assert told["threads"] == 1
    assert told["open"] == [0, 1, 2, 3]  # the last is the folder it was listing
    assert told["interrupt"]
    assert told["children"]
    assert told["imported"]
    assert Path(told["main"]) == ROOT / "tests" / "support" / "telling_child.py"


async def test_a_module_that_is_missing_or_fails_says_so_as_it_would_by_itself(nursery: None, tmp_path: Path) -> None:
    child, out = started(tmp_path, "raise")
    assert await ended(child) == 1
    assert out.read_text().strip().endswith("ValueError: as told")


async def test_a_signal_reaches_it_and_is_its_end(nursery: None, tmp_path: Path) -> None:
    child, out = started(tmp_path, "wait")
    assert child is not None
    await until(lambda: out.read_text().endswith("\n"), "it has started")
    assert child.poll() is None
    child.send_signal(signal.SIGTERM)
    assert await ended(child) == -signal.SIGTERM
    child.send_signal(signal.SIGTERM)  # without effect


async def test_many_at_once_end_each_with_its_own_code(nursery: None, tmp_path: Path) -> None:
    children = [started(tmp_path, "code", str(number))[0] for number in range(20)]
    assert await asyncio.gather(*(ended(child) for child in children)) == list(range(20))


async def test_what_has_ended_keeps_its_number_until_its_parent_knows(nursery: None, tmp_path: Path) -> None:
    child, _ = started(tmp_path, "code", "0")
    assert child is not None
    await until(lambda: has_ended(child.pid), "it has ended")
    place = Path("/proc", str(child.pid))
    await until(place.exists, "its number is kept", seconds=0)
    assert await ended(child) == 0
    await until(lambda: not place.exists(), "nothing is left of it")


async def test_where_nobody_prepared_or_it_is_another_command_nothing_is_forked(nursery: None, tmp_path: Path) -> None:
    assert started(tmp_path, "code", "0", environment=UNKNOWN)[0] is None
    other = forked(
        ("/bin/true",),
        environment=SURROUNDINGS,
        folder=tmp_path,
        output=io.BytesIO(),
        complaints=io.BytesIO(),
        death_signal=signal.SIGKILL,
    )
    assert other is None


async def test_with_the_nursery_its_children_end_and_another_start_does_without(tmp_path: Path) -> None:
    nursery = Nursery(SURROUNDINGS, ())
    await nursery.until_ready()
    child, out = started(tmp_path, "wait", nursery=nursery)
    assert child is not None
    await until(lambda: out.read_text().endswith("\n"), "it has started")
    nursery.end()
    assert await ended(child) == -signal.SIGKILL
    await until(lambda: has_ended(child.pid), "the kernel has ended it")
    assert not nursery.is_ready()
    assert started(tmp_path, "wait", nursery=nursery)[0] is None


@pytest.mark.parametrize("environment", [SURROUNDINGS, UNKNOWN], ids=["forked", "by itself"])
async def test_a_program_and_a_question_are_the_same_either_way(
    nursery: None, tmp_path: Path, environment: dict[str, str]
) -> None:
    answer = await run_once((*CHILD, "code", "3"), environment=environment, folder=tmp_path, seconds=20)
    assert (answer.returncode, json.loads(answer.stdout)["arguments"]) == (3, ["code", "3"])
    with pytest.raises(TimeoutError):
        await run_once((*CHILD, "wait"), environment=environment, folder=tmp_path, seconds=0.3)
    program = Program(
        name="telling",
        arguments=(*CHILD, "wait"),
        environment=environment,
        folder=tmp_path,
        log=tmp_path / "log",
        ready=lambda: asyncio.sleep(0, result=True),
    )
    child = Child(program)
    await until(lambda: child.last_words().endswith("}"), "it has told")
    assert os.getsid(child.pid) == child.pid
    assert await child.stop() == -signal.SIGTERM
