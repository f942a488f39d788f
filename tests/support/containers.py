"""The servers of a test session as containers of the official images, instead of child processes of ours."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from testcontainers.core.container import DockerContainer

from deploy.local.ports import free_port
from deploy.setup.district import PostgresAt
from deploy.setup.topics import RECORD_BYTES_MAX
from shared.runtime.kafka_access import KafkaAccess

POSTGRES_IMAGE, KAFKA_IMAGE = "postgres:18", "apache/kafka:4.3.1"
USER = "postgres"
PATIENCE = 120.0


class KafkaAt:
    """A Kafka that somebody else runs, open to everyone on this machine: what a test asks of a `KafkaServer`."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.access = KafkaAccess(bootstrap)
        self.first_access = self.access

    async def is_ready(self) -> bool:
        admin = AIOKafkaAdminClient(**self.access.options(), request_timeout_ms=2000)
        try:
            await admin.start()
            return bool((await admin.describe_cluster())["brokers"])
        except (KafkaError, OSError, TimeoutError):
            return False
        finally:
            await admin.close()


@contextlib.asynccontextmanager
async def contained_postgres(password: str) -> AsyncIterator[PostgresAt]:
    """A PostgreSQL in a container, on a port of the loopback, removed at the end."""
    port = free_port()
    container = (
        _contained(POSTGRES_IMAGE, "5432/tcp", port)
        .with_env("POSTGRES_USER", USER)
        .with_env("POSTGRES_PASSWORD", password)
        .with_env(
            "POSTGRES_INITDB_ARGS", "--encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
        )
        .with_command("postgres -cmax_connections=200 -cjit=off -cfsync=off -ctimezone=UTC")
    )
    server = PostgresAt("127.0.0.1", port, USER, password)
    async with _running(container, lambda: _answers(server)):
        yield server


@contextlib.asynccontextmanager
async def contained_kafka() -> AsyncIterator[KafkaAt]:
    """A Kafka in a container, on a port of the loopback, removed at the end."""
    port = free_port()
    container = _contained(KAFKA_IMAGE, "9092/tcp", port)
    for name, value in {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "LISTENERS": "CLIENT://:9092,CONTROLLER://:9093",
        "ADVERTISED_LISTENERS": f"CLIENT://127.0.0.1:{port}",
        "LISTENER_SECURITY_PROTOCOL_MAP": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "INTER_BROKER_LISTENER_NAME": "CLIENT",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
        "MESSAGE_MAX_BYTES": str(RECORD_BYTES_MAX),
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "OFFSETS_TOPIC_NUM_PARTITIONS": "1",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "LOG_CLEANER_DEDUPE_BUFFER_SIZE": "2097152",
    }.items():
        container = container.with_env(f"KAFKA_{name}", value)
    server = KafkaAt(f"127.0.0.1:{port}")
    async with _running(container, server.is_ready):
        yield server


def _contained(image: str, inner: str, port: int) -> DockerContainer:
    """A container whose port `inner` is `port` of the loopback; testcontainers alone would open it to everyone."""
    container = DockerContainer(image)
    bindings: dict[Any, Any] = container.ports
    bindings[inner] = ("127.0.0.1", port)
    return container


@contextlib.asynccontextmanager
async def _running(container: DockerContainer, ready: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    """Raises TimeoutError, with the container's last words, where it does not become ready."""
    try:
        await asyncio.to_thread(container.start)
        deadline = time.monotonic() + PATIENCE
        while not await ready():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{container.image} is not ready: {container.get_logs()[1][-500:]!r}")
            await asyncio.sleep(0.2)
        yield
    finally:
        await asyncio.to_thread(container.stop)


async def _answers(server: PostgresAt) -> bool:
    try:
        connection = await asyncpg.connect(server.dsn(), timeout=2)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    await connection.close()
    return True
