"""The service as it is run: `--migrate`, `--bootstrap`, `--run`; from a request to the record on the topic."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.kafka import KafkaServer
from deploy.local.ports import free_port
from deploy.setup.topics import make_topics
from services.evidence.settings import EvidenceSettings
from shared.ledger.identifiers import roster_id
from shared.ledger.records import entry_from_record, record_headers
from shared.runtime.calling import ServiceClient
from shared.runtime.keys import SigningKey
from shared.runtime.ledger_door import LedgerDoor
from shared.runtime.shards import Shard
from shared.runtime.tokens import AccessTokens, ServiceTokens
from tests.support.evidence import TENANT, Client, address, attempt, framework, prepared, roster
from tests.support.servers import District
from tests.support.waiting import until


async def started(settings: EvidenceSettings, *arguments: str) -> asyncio.subprocess.Process:
    told = {
        f"ASCERTAIN_{name.upper()}": str(value) for name, value in settings.model_dump().items() if value is not None
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.evidence", *arguments, env={**os.environ, **told}
    )


@asynccontextmanager
async def serving(settings: EvidenceSettings, url: str) -> AsyncIterator[None]:
    child = await started(settings, "--run", "http,projector,relay")
    try:
        async with httpx.AsyncClient() as client:
            await until(lambda: answers(client, url), "the service answers")
        yield
        child.terminate()
        assert await asyncio.wait_for(child.wait(), 6) == 0
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/health")).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.long
@pytest.mark.stack
async def test_from_a_request_to_the_record_on_the_topic(
    district: District, kafka: KafkaServer, topic_prefix: str, tmp_path: Path
) -> None:
    await make_topics(kafka.access, topic_prefix)
    settings = await prepared(district, tmp_path, port=free_port(), kafka=kafka.bootstrap, topic_prefix=topic_prefix)
    url, administrator = f"http://127.0.0.1:{settings.port}", str(uuid4())
    for arguments in (["--migrate"], ["--bootstrap", administrator], ["--bootstrap", administrator]):
        assert await (await started(settings, *arguments)).wait() == 0
    tokens = AccessTokens(TENANT, SigningKey.read(settings.keys, "gateway"))
    async with serving(settings, url), httpx.AsyncClient(base_url=url) as http, ServiceClient(url) as calls:
        client = Client(http, lambda: tokens.mint(administrator), administrator)
        await until(lambda: written(client, "PUT", address(framework()), framework()), "the administrator is known")
        assert (await client.post("/v1/rosters", roster(["amara"]))).status_code == 200
        learner = roster_id(settings.roster_key(), "user", "amara")
        receipt = (await client.post("/v1/evidence", attempt(learner))).json()
        shard = Shard("evidence", receipt["position"]["shard"])
        token = ServiceTokens(TENANT, "mastery", SigningKey.read(settings.keys, "mastery"))
        door = LedgerDoor(calls, lambda: token.for_service("evidence"))
        stored = list((await door.entries(shard, after=0)).entries)
        records = await relayed(settings, shard, len(stored))
        assert [entry_from_record(headers, value) for headers, value in records] == stored
        assert [headers for headers, _ in records] == [record_headers(entry) for entry in stored]
        health = (await http.get("/health")).json()
        assert (health["status"], health["roles"]) == ("ok", ["http", "projector", "relay"])


async def written(client: Client, method: str, path: str, body: object) -> bool:
    return (await client.send(method, path, body)).status_code == 201


async def relayed(settings: EvidenceSettings, shard: Shard, count: int) -> list[tuple[list[tuple[str, bytes]], bytes]]:
    """The first records of the shard's partition, with headers and value as they lie there."""
    consumer = AIOKafkaConsumer(
        **settings.kafka_access().options(), auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        partition = TopicPartition(settings.topic(shard.ledger), shard.number)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        records: list[tuple[list[tuple[str, bytes]], bytes]] = []
        async with asyncio.timeout(30):
            while len(records) < count:
                record = await consumer.getone()
                records.append((list(record.headers), record.value))
        return records
    finally:
        await consumer.stop()
