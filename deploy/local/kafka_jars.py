"""Kafka's jars: resolved from Maven's repository once by `jgo`, checked byte for byte, and kept for every home."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import StackError
from deploy.local.home import default_path

COORDINATES = "org.apache.kafka:kafka_2.13:4.3.1+org.slf4j:slf4j-simple:1.7.36"
LIST = Path(__file__).with_name("kafka_jars.txt")

Progress = Callable[[int, int], None]
"""Called now and then with the bytes that have arrived and the bytes in all."""


@dataclass(frozen=True, slots=True)
class Jar:
    digest: str
    size: int
    name: str


def listed_jars() -> tuple[Jar, ...]:
    lines = (line.split() for line in LIST.read_text().splitlines() if not line.startswith("#"))
    return tuple(Jar(digest, int(size), name) for digest, size, name in lines)


def download_size() -> int:
    return sum(jar.size for jar in listed_jars())


def cache_folder() -> Path:
    """Where downloads are kept for all homes of this user: ASCERTAIN_CACHE, or a folder in the user's own cache.

    For a user without a cache of their own it is a folder in the home.
    """
    if given := os.environ.get("ASCERTAIN_CACHE"):
        return Path(given).absolute()
    own = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111  (never raises)
    try:
        (own / "ascertain").mkdir(parents=True, exist_ok=True)
    except OSError:
        return default_path() / "cache"
    return (own / "ascertain").absolute()


def kafka_jars_folder() -> Path:
    """The folder the jars lie in once they are there; its name changes with the list, so it never changes inside."""
    return cache_folder() / f"kafka-{hashlib.sha256(LIST.read_bytes()).hexdigest()[:12]}"


def are_kafka_jars_here() -> bool:
    return kafka_jars_folder().is_dir()


async def fetch_kafka_jars(progress: Progress = lambda _here, _all: None) -> Path:
    """The folder with all jars, downloaded where they are not here yet. Any number of processes may ask at once.

    Raises StackError where the download fails or a jar is not what the list says.
    """
    folder = kafka_jars_folder()
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with await _alone(folder.with_suffix(".lock")):
            if not folder.is_dir():  # another process may have brought them while this one waited
                await _fetch_into(folder, progress)
    except OSError as error:
        raise StackError(
            f"Kafka could not be kept in {folder.parent}: {error.strerror}. ASCERTAIN_CACHE names another folder."
        ) from error
    return folder


async def _fetch_into(folder: Path, progress: Progress) -> None:
    making = Path(tempfile.mkdtemp(prefix=folder.name + ".making.", dir=folder.parent))
    try:
        downloaded = making / "repository"
        await _resolve(making, downloaded, progress)
        jars = making / "jars"
        jars.mkdir()
        for jar in listed_jars():
            source = next(downloaded.rglob(jar.name), None)
            if source is None or hashlib.sha256(source.read_bytes()).hexdigest() != jar.digest:
                raise StackError(f"The download of Kafka brought a wrong {jar.name}: it is not the one in {LIST.name}.")
            source.rename(jars / jar.name)
        jars.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


async def _resolve(making: Path, downloaded: Path, progress: Progress) -> None:
    total = download_size()
    log = making / "log"
    with log.open("wb") as output:
        resolver = subprocess.Popen(  # noqa: ASYNC220  (it is only started here; it is awaited below)
            (
                *(sys.executable, "-m", "jgo", "--resolver", "python", "--color", "plain", "--timeout", "60"),
                *("--repo-cache", str(downloaded), "--cache-dir", str(making / "environments"), "--links", "hard"),
                *("info", "jars", COORDINATES),
            ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        while resolver.poll() is None:
            progress(min(total, _bytes_of_jars(downloaded)), total)
            await asyncio.sleep(0.2)
    finally:
        resolver.kill()
        resolver.wait()
    if resolver.returncode != 0:
        words = log.read_text(errors="replace").strip().splitlines()
        raise StackError(f"Kafka could not be downloaded: {words[-1] if words else 'the resolver said nothing'}")
    progress(total, total)


def _bytes_of_jars(folder: Path) -> int:
    size = 0
    for jar in folder.rglob("*.jar*"):
        with contextlib.suppress(FileNotFoundError):  # a part that was just renamed
            size += jar.stat().st_size
    return size


async def _alone(lock: Path) -> contextlib.AbstractContextManager[None]:
    file = lock.open("wb")  # closed by the context
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(0.1)
        else:
            break

    @contextlib.contextmanager
    def held() -> Iterator[None]:
        with file:
            yield

    return held()
