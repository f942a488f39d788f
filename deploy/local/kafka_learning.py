"""`python -m deploy.local.kafka_learning`: make what `java` calls learnt, by a broker in a folder of its own.

It starts as the stack's own does, closed and with all its topics, and ends; of what it loaded Java then makes the
cache. All of it takes some 15 s of a processor, and may be killed at any time. With `--beside` it gives way to whatever
else wants to run.
"""

import asyncio
import fcntl
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from deploy.errors import StackError
from deploy.local.home import ROOT
from deploy.local.java import java_that_learns, learnt
from deploy.local.kafka import KafkaServer
from deploy.local.kafka_jars import cache_folder, fetch_kafka_jars
from deploy.local.ports import free_port
from deploy.local.programs import bare_environment, run_once
from deploy.setup.principals import Principals
from deploy.setup.rights import OWN, rights_of_service
from deploy.setup.topics import LEDGER_PARTITIONS, make_state_topic, make_topics

NAMES = ("evidence", "mastery", "portfolio", "audit", "gateway")
LEARN = (sys.executable, "-P", "-m", "deploy.local.kafka_learning")
BESIDE = "--beside"
SECONDS = 600
NICENESS = 19
LOADED, CACHE = "loaded", "cache"


async def learn_beside() -> None:
    """Make it in a process of its own, where it is not there yet. Says nothing of a failure; ends it when cancelled."""
    if learnt().exists():
        return
    command = (*LEARN, BESIDE)
    environment = bare_environment(PYTHONPATH=str(ROOT), ASCERTAIN_CACHE=str(cache_folder()))
    try:
        await run_once(command, environment=environment, folder=cache_folder(), seconds=SECONDS)
    except (OSError, TimeoutError):
        return


async def learn() -> None:
    """Make it, unless another process is at it. Raises StackError or OSError where that does not succeed."""
    await fetch_kafka_jars()
    wanted = learnt()
    with wanted.with_suffix(".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        beginning = f"{wanted.stem}.making."
        for left in wanted.parent.glob(f"{beginning}*"):
            shutil.rmtree(left, ignore_errors=True)
        if wanted.exists():
            return
        making = Path(tempfile.mkdtemp(prefix=beginning, dir=wanted.parent))
        try:
            await _try(making)
            await _make(making)
            (making / CACHE).rename(wanted)
        finally:
            shutil.rmtree(making, ignore_errors=True)


async def _try(folder: Path) -> None:
    port, own = free_port(), secrets.token_hex(24)
    server = KafkaServer(
        folder / "kafka",
        port=port,
        controller_port=free_port(frozenset({port})),
        log=folder / "log",
        password=own,
        learn_into=folder / LOADED,
    )
    await server.start()
    try:
        principals = Principals(server.first_access)
        await principals.put_passwords({OWN: own, **{name: secrets.token_hex(24) for name in NAMES}})
        await principals.put_rights({name: rights_of_service(name) for name in NAMES})
        await make_topics(server.access, partitions=LEDGER_PARTITIONS)
        await make_state_topic(server.access)
    finally:
        await server.stop()


async def _make(folder: Path) -> None:
    command = java_that_learns(folder / LOADED, folder / CACHE)
    made = await run_once(command, environment=bare_environment(), folder=folder, seconds=SECONDS)
    if made.returncode != 0:
        raise StackError(f"Java could not keep what it has learnt of Kafka: {made.stderr or made.stdout}")


if __name__ == "__main__":
    if BESIDE in sys.argv:
        os.nice(NICENESS)
    asyncio.run(learn())
