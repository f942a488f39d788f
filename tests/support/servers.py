"""A real PostgreSQL and a real Kafka for a test session, each in a folder of its own that goes with it."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.home import ROOT
from deploy.local.kafka import KafkaServer
from deploy.local.kafka_learning import LEARN
from deploy.local.ports import free_port
from deploy.local.postgres import PostgresServer
from deploy.local.postgres_account import postgres_account
from deploy.local.programs import has_ended
from deploy.setup.databases import Database

PASSWORD = "of-the-tests"
FOLDERS = "ascertain-test-"
MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
DISK = Path("/var/tmp")


@dataclass(frozen=True, slots=True)
class District:
    """One district's databases, made for one test: `databases["evidence"].migrator`, `.app`, `.relay` are DSNs."""

    prefix: str
    databases: Mapping[str, Database]


def unique_prefix() -> str:
    """A prefix no other test has, fit for databases, roles and topics."""
    return f"t{uuid.uuid4().hex[:12]}"


def quick_place() -> Path:
    """Where what tests write lies: in memory where there is room for it, else on the disk.

    A broker makes some thousand files for the topics of one district, and a session's makes hundreds of districts: on a
    disk that costs twice the processor time and four times as long.
    """
    with contextlib.suppress(OSError):
        found = os.statvfs(MEMORY)
        if found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK):
            return MEMORY
    return DISK


@contextlib.contextmanager
def reachable_folder(name: str, place: Path = DISK) -> Iterator[Path]:
    """A temporary folder that PostgreSQL's user can reach, which pytest's own are not when root runs the tests."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDERS}{os.getpid()}-{name}-", dir=place)).resolve()
    account = postgres_account()
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove what test sessions that were killed left behind; a folder's name tells whose it was."""
    for folder in (found for place in (MEMORY, DISK) for found in place.glob(f"{FOLDERS}*")):
        pid = folder.name.removeprefix(FOLDERS).partition("-")[0]
        if pid.isdecimal() and has_ended(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def learning_how_kafka_starts() -> Callable[[], None]:
    """Begin what `kafka_learning` does, unless it was done; what is given back ends it."""
    nothing = subprocess.DEVNULL
    learning = subprocess.Popen(
        LEARN, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdin=nothing, stdout=nothing, stderr=nothing
    )

    def end() -> None:
        learning.kill()  # its own children end with it
        learning.wait()

    return end


@contextlib.asynccontextmanager
async def running_postgres(place: Path = DISK) -> AsyncIterator[PostgresServer]:
    with reachable_folder("postgres", place) as folder:
        server = PostgresServer(folder, port=free_port(), password=PASSWORD, log=folder / "log", durable=False)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()


@contextlib.asynccontextmanager
async def running_kafka(place: Path = DISK) -> AsyncIterator[KafkaServer]:
    with reachable_folder("kafka", place) as folder:
        port = free_port()
        controller_port = free_port(frozenset({port}))
        server = KafkaServer(folder, port=port, controller_port=controller_port, log=folder / "log")
        try:
            await server.start()
            yield server
        finally:
            await server.kill()  # a stop in order writes what nobody reads: of a session's topics, for a minute
