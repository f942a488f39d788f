"""The stack as the process that holds it sees it: everything up, kept up, and ended in order."""

import time
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.errors import AlreadyRunningError, PartitionCountError, ProgramError
from deploy.local.description import describe
from deploy.local.home import Home
from deploy.local.services import Service
from deploy.local.stack import Stack
from deploy.setup.topics import make_topics
from tests.support.processes import none_left, processes_of
from tests.support.tiny_supervisor import TINY_SERVICES

pytestmark = pytest.mark.stack

TINY = "tests.support.tiny_service"


async def _settings(stack: Stack, service: str) -> dict[str, str]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{stack.urls[service]}/health")
    settings: dict[str, str] = answer.json()["settings"]
    return {name.removeprefix("ASCERTAIN_"): text for name, text in settings.items()}


async def test_a_service_is_told_what_it_needs(stack: Stack) -> None:
    settings = await _settings(stack, "evidence")
    assert settings["TENANT"] == stack.tenant
    assert settings["KAFKA"] == stack.bootstrap
    assert settings["GATEWAY_URL"] == stack.urls["gateway"]
    assert _mode(Path(settings["KEYS"], "evidence.pem")) == 0o600
    assert _mode(Path(settings["ROSTER_KEY_FILE"])) == 0o600
    assert Path(settings["TRUSTED"], "gateway.jwks.json") in stack.home.trusted.iterdir()
    for name in ("DATABASE", "DATABASE_MIGRATOR", "DATABASE_RELAY"):
        await (await asyncpg.connect(settings[name])).close()
    assert not {"ROSTER_KEY_FILE", "DATABASE_RELAY"} & (await _settings(stack, "gateway")).keys()


async def test_what_dies_starts_again_and_the_fact_is_shown(stack: Stack, told: list[str]) -> None:
    for name in ("evidence", "postgres", "kafka"):
        before = stack.keeper(name).pid
        await stack.kill(name)
        await stack.until_up(name)
        assert stack.keeper(name).pid not in (None, before)
        assert f"{name} was ended by SIGKILL; it starts again in 0.5 s." in told
    described = describe(stack.home)
    assert described is not None
    assert described.programs["evidence"].restarts == 1
    assert described.programs["evidence"].last_end == "was ended by SIGKILL"
    await (await asyncpg.connect(stack.databases["evidence"].app)).close()
    await make_topics(stack.access)


async def test_the_pause_before_a_start_doubles(stack: Stack, told: list[str]) -> None:
    for _ in range(3):
        await stack.kill("gateway")
        await stack.until_up("gateway")
    pauses = [sentence.split()[-2] for sentence in told if sentence.startswith("gateway was ended")]
    assert pauses == ["0.5", "1.0", "2.0"]


async def test_the_broker_can_be_stopped_and_started_alone(stack: Stack) -> None:
    await stack.stop_kafka()
    assert stack.keeper("kafka").pid is None
    assert await _settings(stack, "evidence")
    await stack.start_kafka()
    await make_topics(stack.access)


async def test_one_home_has_one_stack(stack: Stack) -> None:
    with pytest.raises(AlreadyRunningError, match="is up already"):
        await Stack(stack.home, services=TINY_SERVICES).start()
    described = describe(stack.home)
    assert described is not None
    assert described.phase == "up"


@pytest.mark.long
async def test_two_stacks_side_by_side_share_nothing(stack: Stack, home: Home) -> None:
    async with Stack(home, services=TINY_SERVICES) as other:
        assert other.tenant != stack.tenant
        assert not {*other.urls.values(), other.bootstrap} & {*stack.urls.values(), stack.bootstrap}
        assert (await _settings(stack, "evidence"))["TENANT"] == stack.tenant
        assert (await _settings(other, "evidence"))["TENANT"] == other.tenant
    assert not processes_of(home.path)
    assert all(keeper.is_up for keeper in (stack.keeper("postgres"), stack.keeper("kafka"), stack.keeper("evidence")))


async def test_a_stop_is_orderly_and_quick(home: Home) -> None:
    """That a start finds again what was there is tried in `test_background`, after a stop that was none."""
    services = (
        *TINY_SERVICES,
        Service("mastery", ("stubborn",), TINY),  # does not heed SIGTERM
        Service("audit", ("parent",), TINY),  # has a child of its own
    )
    partitions = {"evidence.ledger": 3, "definitions.ledger": 1}
    async with Stack(home, services=services, partitions=partitions) as stack:
        assert stack.operator.token == f"ascp_{stack.operator.person}"
        with pytest.raises(PartitionCountError, match=r"evidence\.ledger has 3 partitions where its ledger has 64 "):
            await make_topics(stack.access)  # as a start does
        begun = time.monotonic()
    assert time.monotonic() - begun < 25, "they were waited for one after the other, or for longer than a person would"
    assert "ended in order" in home.log_of("evidence").read_text()
    assert "database system is shut down" in home.log_of("postgres").read_text()
    assert home.kafka / "data" / ".kafka_cleanshutdown" in set((home.kafka / "data").iterdir())
    assert none_left(home.path, seconds=2)
    assert describe(home) is None


@pytest.mark.long
async def test_a_service_that_does_not_start_is_told_with_its_last_words(home: Home) -> None:
    with pytest.raises(ProgramError, match=r"evidence ended with code 1 before it was ready.*broken on purpose"):
        await Stack(home, services=(Service("evidence", ("broken",), TINY),)).start()
    assert not processes_of(home.path)
    assert home.holder() is None


def _mode(file: Path) -> int:
    return file.stat().st_mode & 0o777
