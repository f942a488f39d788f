"""What the doctor finds, each fault planted."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.doctor.folder import left_behind, look_at_folder, secrets
from cli.doctor.machine import disk, memory
from cli.doctor.servers import clock, newest_revision, topic
from cli.doctor.services import look_at_service
from deploy.local.home import ROOT, Home, open_home
from deploy.setup.topics import LEDGER_SETTINGS
from shared.runtime.keys import ISSUERS, SigningKey, make_keys


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A folder as a stack that ended in order leaves it."""
    made = open_home(tmp_path / "home")
    made.remembered()
    for name in ISSUERS:
        make_keys(name, keys=made.keys, trusted=made.trusted)
    return made


def wrong(findings: Any) -> list[str]:
    return [finding.said for finding in findings if not finding.well]


def test_nothing_is_wrong_with_a_stack_that_ended_in_order(home: Home) -> None:
    assert wrong(look_at_folder(home, up=False)) == []


def test_a_secret_that_others_may_read(home: Home) -> None:
    (home.path / "home.json").chmod(0o644)
    assert wrong(secrets(home)) == [f"{home.path}/home.json may be read by others"]


def test_a_key_that_the_others_do_not_trust_and_one_that_is_none(home: Home) -> None:
    (home.keys / "audit.pem").write_bytes(SigningKey.generated().pem())
    (home.keys / "gateway.pem").write_text("no key")
    found = wrong(look_at_folder(home, up=False))
    assert "audit's is not the one that the others trust" in found
    assert any(said.startswith("gateway's cannot be read") for said in found)


def test_a_port_that_another_program_took(home: Home) -> None:
    import socket  # noqa: PLC0415

    port = home.ports("gateway")["gateway"]
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert wrong(look_at_folder(home, up=False)) == [f"{port}, which gateway had, is taken"]


def test_what_a_killed_stack_left(home: Home) -> None:
    home.state.write_text("{}")
    (home.path / "postgres" / "data").mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", "input()"], cwd=home.path / "postgres" / "data", stdin=-1) as leftover:
        found = wrong(left_behind(home))
        leftover.kill()
    assert f"process {leftover.pid} still works in {home.path}/postgres/data" in found
    assert f"{home.state} of a stack that was killed" in found


def test_a_damaged_file_is_a_sentence(home: Home) -> None:
    (home.path / "home.json").write_text("{")
    assert len(wrong(look_at_folder(home, up=False))) == 1


def test_the_bounds_of_disk_memory_and_clock(tmp_path: Path) -> None:
    assert disk(tmp_path, 2**31).well
    assert not disk(tmp_path, 2**31 - 1).well
    file = tmp_path / "meminfo"
    file.write_text("MemTotal: 9 kB\nMemAvailable:  1048576 kB\n")
    assert memory(file).well
    file.write_text("MemAvailable:  1048575 kB\n")
    assert not memory(file).well
    assert memory(tmp_path / "absent").well
    assert clock(-2.0).well
    assert not clock(2.1).well


def test_topics_that_lose_records_or_lie_wrong() -> None:
    kept = dict(LEDGER_SETTINGS)
    assert topic("t", 64, 64, kept).well
    assert not topic("t", 64, 0, kept).well
    assert not topic("t", 64, 63, kept).well
    assert not topic("t", 64, 64, {**kept, "retention.ms": "604800000"}).well
    assert not topic("t", 64, 64, {**kept, "cleanup.policy": "compact"}).well


def shard(**more: object) -> dict[str, Any]:
    return {"status": "ok", "shards": {"evidence": [{"shard": 3, "head": 9, "applied": 9, "lag_seconds": 0.0, **more}]}}


@pytest.mark.parametrize(
    ("health", "word"),
    [
        (None, "does not answer"),
        ({"status": "down"}, "does not answer"),
        (shard(lag_seconds=61.0), "61 s behind"),
        (shard(paused="Unknown event."), "paused: Unknown event"),
        (shard(not_relayed="Kafka does not answer"), "not relayed"),
        (shard(head=None), "cannot learn"),
        ({**shard(), "quarantined": 2}, "2 owners in quarantine"),
        ({**shard(), "reason": "Refolds wait: x."}, "Refolds wait: x"),
    ],
)
def test_what_a_service_says(health: dict[str, Any] | None, word: str) -> None:
    [said] = wrong(look_at_service("mastery", health))
    assert word in said


def test_a_service_that_is_well() -> None:
    assert wrong(look_at_service("mastery", shard(lag_seconds=59.0))) == []


def test_every_service_has_a_newest_revision() -> None:
    assert newest_revision(ROOT / "services" / "evidence" / "vault" / "migrations") == "0003"


def test_the_command_where_no_stack_is(tmp_path: Path) -> None:
    """Without a stack there is nothing wrong; with a fault the exit code is 1, and there is never a traceback."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASCERTAIN_")}
    environment |= {"ASCERTAIN_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "cli", "doctor", "--json"]
    before = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    told = {finding["what"]: finding["well"] for finding in json.loads(before.stdout)}
    assert told["the stack"]
    assert before.returncode == (0 if all(told.values()) else 1)
    (tmp_path / "home.json").write_text("{")
    after = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert after.returncode == 1
    assert "Traceback" not in after.stderr
