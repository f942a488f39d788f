"""The launcher and the command line, as a newcomer meets them on a machine that lacks something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.home import ROOT

LAUNCHER = ROOT / "ascertain"
AS_IF = "import runpy, sys; {change}; sys.argv = ['ascertain', 'status']; runpy.run_path({file!r}, run_name='__main__')"


def _run(*command: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ASCERTAIN_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False, timeout=60)


def _launch_as_if(change: str, home: Path) -> subprocess.CompletedProcess[str]:
    return _run(sys.executable, "-c", AS_IF.format(change=change, file=str(LAUNCHER)), home=home)


def _command(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    return _run(sys.executable, "-P", "-m", "cli", *words, home=home)


def _is_one_sentence(text: str) -> bool:
    return len(text.strip().splitlines()) == 1 and "Traceback" not in text


def test_an_old_python_is_told_which_one_is_needed(tmp_path: Path) -> None:
    told = _launch_as_if("sys.version_info = (3, 9, 2)", tmp_path)
    assert told.returncode == 1
    assert _is_one_sentence(told.stderr)
    assert "Python 3.11 or newer" in told.stderr


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path, missing: str) -> None:
    told = _launch_as_if(f"sys.modules[{missing!r}] = None", tmp_path)
    assert told.returncode == 1
    assert "apt install python3-venv" in told.stderr.splitlines()[-1]
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("start", [_launch_as_if, lambda _change, home: _command("status", home=home)])
def test_a_home_that_cannot_be_is_told(start: object) -> None:
    assert callable(start)
    told = start("pass", Path("/proc/nowhere"))
    assert told.returncode == 1
    assert _is_one_sentence(told.stderr)
    assert "ASCERTAIN_HOME names another one" in told.stderr


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("frobnicate",), 2, "No such command 'frobnicate'."),
        (("logs",), 2, "Missing argument 'SERVICE'."),
        (("logs", "kafka"), 1, "There is no log named kafka."),
        (("logs", "../home"), 1, "There is no log named ../home."),
    ],
)
def test_what_a_command_cannot_do_is_one_sentence(
    tmp_path: Path, words: tuple[str, ...], code: int, sentence: str
) -> None:
    told = _command(*words, home=tmp_path)
    assert told.returncode == code
    assert _is_one_sentence(told.stderr)
    assert sentence in told.stderr


def test_a_stack_that_is_down_says_so(tmp_path: Path) -> None:
    assert _command("status", "--json", home=tmp_path).returncode == 3
    assert _command("down", home=tmp_path).stdout == "The stack was not up.\n"
    assert _command("reset", "--yes", home=tmp_path).stdout == "Everything is removed.\n"


def test_nothing_is_imported_from_the_folder_one_stands_in(tmp_path: Path) -> None:
    (tmp_path / "cli.py").write_text("raise SystemExit('the wrong one')")
    environment = os.environ | {"ASCERTAIN_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-P", "-m", "cli", "--help"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0
    assert "Usage: ascertain" in told.stdout
