"""The folder that holds all state of a stack."""

import fcntl
import threading
import time
from pathlib import Path

import pytest

from deploy.errors import AlreadyRunningError
from deploy.local.home import open_home
from tests.support.commands import run


def test_logs_and_records_are_for_the_homes_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "kafka").mkdir(mode=0o755)
    (tmp_path / "logs").mkdir(mode=0o755)
    home = open_home(tmp_path)
    assert [folder.stat().st_mode & 0o777 for folder in (home.logs, home.kafka)] == [0o700, 0o700]


def test_who_asks_for_the_holder_does_not_keep_a_start_away(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    (home.path / "lock").touch()
    asking = threading.Event()

    def ask_slowly() -> None:
        with (home.path / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            asking.set()
            time.sleep(0.05)

    asker = threading.Thread(target=ask_slowly)
    asker.start()
    asking.wait()
    with home.held():
        pass
    asker.join()


def test_one_home_is_held_once(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    with home.held(), pytest.raises(AlreadyRunningError), home.held():
        pass


async def test_a_second_demo_takes_nothing_from_the_first(tmp_path: Path) -> None:
    home = open_home(tmp_path / "demo")
    home.remembered()
    with home.held():
        ran = await run(None, "demo", "--once", ASCERTAIN_HOME=str(tmp_path))
        assert (ran.code, ran.err.count("\n")) == (AlreadyRunningError.code, 1), ran.err
        assert (home.path / "home.json").exists()


def test_nothing_of_anybody_is_left_where_all_state_is_removed(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    (home.artefacts / "ab").mkdir(parents=True)
    (home.artefacts / "ab" / "a file").write_bytes(b"x")
    home.erase()
    assert not home.artefacts.exists()
