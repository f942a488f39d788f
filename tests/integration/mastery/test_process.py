"""The service as a process: migrates, projects, answers over HTTP, and ends when it is told to."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.kafka import KafkaServer
from deploy.local.ports import free_port
from shared.ledger.canonical import canonical
from shared.ledger.identifiers import shard_of
from shared.runtime.keys import SigningKey, make_keys
from shared.runtime.tokens import AccessTokens
from tests.integration.mastery.test_states import ANA, READING, given
from tests.support.ledger_writer import TENANT, result
from tests.support.mastery import by_oracle
from tests.support.mastery_stream import stream_of
from tests.support.real_ledger import open_door
from tests.support.servers import District
from tests.support.waiting import until

ROOT = Path(__file__).parents[3]
_HELD = (
    "INSERT INTO projection.quarantine (ledger, shard, owner, position, type, reason)"
    " VALUES ('evidence', $1, $2, 1, 'ascertain.AttemptRecorded', 'ValueError')"
)


@pytest.fixture
def owners() -> tuple[str, ...]:
    return ("evidence", "mastery")


@pytest.mark.long
async def test_a_process_projects_answers_and_ends_when_told_to(
    kafka: KafkaServer, district: District, topic_prefix: str, tmp_path: Path
) -> None:
    for name in ("gateway", "mastery"):
        make_keys(name, keys=tmp_path, trusted=tmp_path)
    ledger = given()
    ledger.attempt(ANA, result(READING, "4"))
    async with (
        stream_of(kafka.bootstrap, district, topic_prefix, ledger) as stream,
        open_door(stream.reading) as door,
        httpx.AsyncClient(timeout=10) as client,
    ):
        for digest, document in ledger.documents.items():
            await stream.pool.execute("INSERT INTO definitions.content VALUES ($1, $2)", digest, canonical(document))
        await stream.publish()
        port = free_port()
        settings = {
            "TENANT": TENANT,
            "PORT": str(port),
            "KAFKA": kafka.bootstrap,
            "TOPIC_PREFIX": topic_prefix,
            "DATABASE": district.databases["mastery"].app,
            "DATABASE_MIGRATOR": district.databases["mastery"].migrator,
            "KEYS": str(tmp_path),
            "TRUSTED": str(tmp_path),
            "EVIDENCE_URL": door.url,
        }
        environment = {**os.environ, "PYTHONPATH": str(ROOT)} | {f"ASCERTAIN_{k}": v for k, v in settings.items()}
        migrating = await _started("--migrate", environment=environment)
        assert await migrating.wait() == 0
        running = await _started("--run", "http,projector", environment=environment)
        try:
            base = f"http://127.0.0.1:{port}"
            token = AccessTokens(TENANT, SigningKey.read(tmp_path, "gateway")).mint(ANA)

            expected = [by_oracle(ledger)[ANA, READING]["digest"]]

            async def shown() -> bool:
                try:
                    answer = await client.get(
                        f"{base}/v1/learners/{ANA}/mastery", headers={"Authorization": f"Bearer {token}"}
                    )
                except httpx.TransportError:
                    return False
                states = answer.json().get("states", [])  # nothing is known of her until the first entry has come
                return [state["digest"] for state in states] == expected

            await until(shown, "the level is there", seconds=60)
            health = (await client.get(f"{base}/health")).json()
            assert health["roles"] == ["http", "projector"]
            assert sum(shard["applied"] for shard in health["shards"]["evidence"]) == 1
            running.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(running.wait(), 10) == 0
            await stream.pool.execute(_HELD, shard_of(TENANT, ANA), ANA)
            released = f"{ANA} is released: 1 entries were folded again"
            assert await _said("--release", ANA, environment=environment) == (0, released)
            assert await _said("--release", ANA, environment=environment) == (1, "This owner is not in quarantine.")
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()


async def _started(*arguments: str, environment: dict[str, str], **more: Any) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.mastery", *arguments), cwd=ROOT, env=environment, **more
    )


async def _said(*arguments: str, environment: dict[str, str]) -> tuple[int | None, str]:
    """How a command of an operator's ended, and its last words."""
    process = await _started(
        *arguments, environment=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    words, _ = await process.communicate()
    return process.returncode, words.decode().splitlines()[-1]
