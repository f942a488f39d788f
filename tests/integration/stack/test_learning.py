"""What Kafka's JVM has learnt makes a start quicker, and whatever is wrong with it does no harm."""

import subprocess
from pathlib import Path

import pytest

from deploy.local.java import java, learnt
from deploy.local.kafka import KafkaServer
from deploy.local.kafka_jars import fetch_kafka_jars, kafka_jars_folder
from deploy.local.kafka_learning import learn
from deploy.local.ports import free_port
from deploy.local.programs import bare_environment
from tests.support.waiting import until

TOOL = "kafka.tools.StorageTool"
ONLY_WITH_IT = "-XX:AOTMode=on"
"""Java does not start at all where it cannot use what it was told to."""


@pytest.fixture
async def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, with the jars of everyone's in it."""
    jars = await fetch_kafka_jars()
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / jars.name).symlink_to(jars)
    monkeypatch.setenv("ASCERTAIN_CACHE", str(folder))
    return folder


def answered(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=bare_environment(), capture_output=True, text=True, check=False)


async def test_it_is_learnt_once_and_used() -> None:
    await learn()
    await until(learnt().exists, "another process that is at it has made it", seconds=200)
    command = java(TOOL, "random-uuid")
    answer = answered(command[0], ONLY_WITH_IT, *command[1:])
    assert answer.returncode == 0, answer.stdout + answer.stderr
    written = learnt().stat().st_mtime_ns
    await learn()
    assert learnt().stat().st_mtime_ns == written


@pytest.mark.long
async def test_java_goes_without_what_does_not_fit_and_says_nothing(cache: Path) -> None:
    learnt().write_bytes(b"not what Java has learnt")
    command = java(TOOL, "random-uuid")
    assert f"-XX:AOTCache={learnt()}" in command
    answer = answered(*command)
    assert answer.returncode == 0
    assert answer.stderr == ""
    assert len(answer.stdout.split()) == 1
    assert answered(command[0], ONLY_WITH_IT, *command[1:]).returncode != 0


@pytest.mark.long
async def test_a_data_folder_made_from_what_an_earlier_one_left_is_as_the_tool_makes_it(
    cache: Path, tmp_path: Path
) -> None:
    made = []
    for name in ("by-the-tool", "by-copying"):
        port = free_port()
        server = KafkaServer(
            tmp_path / name, port=port, controller_port=free_port(frozenset({port})), log=tmp_path / "log"
        )
        await server.prepare()
        lines = (server.data / "meta.properties").read_text().splitlines()
        made.append(dict(line.split("=", 1) for line in lines if not line.startswith("#")))
        assert sorted(file.name for file in server.data.iterdir()) == ["bootstrap.checkpoint", "meta.properties"]
        assert (cache / f"{kafka_jars_folder().name}.bootstrap").exists()
    first, second = made
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == {"cluster.id", "directory.id"}
    assert all(len(each[name]) == 22 for each in made for name in ("cluster.id", "directory.id"))
    told = answered(*java(TOOL, "info", "--config", str(tmp_path / "by-copying" / "server.properties")))
    assert told.returncode == 0, told.stdout + told.stderr
