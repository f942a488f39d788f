"""The folder that holds all state of one embedded stack, and what is remembered in it."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from deploy.errors import AlreadyRunningError, StackError
from deploy.local.ports import free_port, is_free
from deploy.local.postgres_account import postgres_account

ROOT = Path(__file__).resolve().parents[2]
PLACES = Path("/var/lib/ascertain")  # where root's homes keep what PostgreSQL's own user must reach
PORT_IN_USE_SECONDS = 3
LOCK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is chosen once for a home and never again, but for ports that another program took meanwhile."""

    id: str
    tenant: str
    superuser_password: str
    database_password: str
    ports: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of one stack lies. Two homes share nothing but downloads.

    A home is made by `open_home`. Secrets in it are readable by its owner alone.
    """

    path: Path

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def trusted(self) -> Path:
        return self.path / "trusted"

    @property
    def roster_key(self) -> Path:
        return self.path / "roster.key"

    @property
    def district_key(self) -> Path:
        """The key that wraps every key of the vault. Without it nothing in the vault can be read again."""
        return self.path / "district.key"

    @property
    def artefacts(self) -> Path:
        """Files of works, each encrypted under its work's key."""
        return self.path / "artefacts"

    @property
    def issuer(self) -> Path:
        """What the embedded issuer signs with, and the secret of its client."""
        return self.path / "issuer"

    @property
    def issuer_people(self) -> Path:
        """Whom the embedded issuer knows; see `deploy.local.issuer.people`."""
        return self.path / "issuer-people.json"

    @property
    def kafka(self) -> Path:
        return self.path / "kafka"

    @property
    def principals(self) -> Path:
        """The password of every principal on Kafka that is a part of the stack, each in a file of its name."""
        return self.path / "principals"

    @property
    def state(self) -> Path:
        """What the running stack tells of itself; see `deploy.local.state`."""
        return self.path / "state.json"

    @property
    def operator(self) -> Path:
        return self.path / "operator.json"

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def postgres(self) -> Path:
        """PostgreSQL's folder, made if absent. For root it lies where PostgreSQL's own user can reach it.

        It is named by the home's id, so a home can be moved, and a new home never meets the data of an old one.
        """
        account = postgres_account()
        if account is None:
            return _made(self.path / "postgres")
        PLACES.mkdir(parents=True, exist_ok=True)
        if PLACES.stat().st_mode & 0o111 != 0o111:
            PLACES.chmod(0o755)  # our own folder, made under a strict umask
        place = _made(PLACES / self.remembered().id)
        os.chown(place, account.uid, account.gid)
        self._claim(place / "home")
        return place

    def remembered(self) -> Remembered:
        """What was chosen for this home, chosen now where it is new."""
        file = self.path / "home.json"
        if not file.exists():
            fresh = Remembered(
                id=secrets.token_hex(8),
                tenant=str(uuid.uuid4()),
                superuser_password=secrets.token_hex(24),
                database_password=secrets.token_hex(24),
                ports={},
            )
            write_secret(file, json.dumps(asdict(fresh), indent=2))
        return Remembered(**read_json(file))

    def ports(self, *names: str) -> Mapping[str, int]:
        """A port of its own for each name, the same at every start unless another program listens there by now."""
        remembered = self.remembered()
        ports = dict(remembered.ports)
        for name in names:
            if name not in ports or not _comes_free(ports[name]):
                ports[name] = free_port(frozenset(ports.values()))
        if ports != remembered.ports:
            changed = replace(remembered, ports=ports)
            write_secret(self.path / "home.json", json.dumps(asdict(changed), indent=2))
        return {name: ports[name] for name in names}

    def kafka_password(self, principal: str) -> str:
        """The password of a part of the stack on Kafka, chosen now where it has none."""
        file = self.principals / principal
        if not file.exists():
            _made(self.principals)
            write_secret(file, secrets.token_hex(24))
        return file.read_text()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep everyone else from running this home. The kernel lets go when this process ends, however it ends.

        Raises AlreadyRunningError where another process holds it.
        """
        with (self.path / "lock").open("a+") as file:
            if not _locked(file.fileno()):
                raise AlreadyRunningError(f"The stack in {self.path} is up already.")
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield
            file.truncate(0)

    def holder(self) -> int | None:
        """The process that runs this home now, if one does."""
        try:
            with (self.path / "lock").open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int((self.path / "lock").read_text() or 0) or None
        except OSError:
            return None
        return None

    def erase(self) -> None:
        """Remove all state. The launcher's environment stays: it is no state, and may be running this."""
        if (self.path / "home.json").exists() and os.geteuid() == 0:
            shutil.rmtree(PLACES / self.remembered().id, ignore_errors=True)
            with contextlib.suppress(OSError):  # other homes still have theirs in it
                PLACES.rmdir()
        for name in ("postgres", "kafka", "keys", "trusted", "issuer", "principals", "artefacts", "logs"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        for name in ("home.json", "state.json", "operator.json", "roster.key", "district.key", "issuer-people.json"):
            (self.path / name).unlink(missing_ok=True)

    def _claim(self, note: Path) -> None:
        if note.exists() and (other := Path(note.read_text())) != self.path and (other / "home.json").exists():
            raise StackError(
                f"{self.path} is a copy of {other}: give one of them up, or the two would share a database."
            )
        note.write_text(str(self.path))


def default_path() -> Path:
    return Path(os.environ.get("ASCERTAIN_HOME") or ROOT / ".ascertain").absolute()


def open_home(path: Path | None = None) -> Home:
    """The home at `path`, made if absent. Raises StackError where that cannot be."""
    home = Home((path or default_path()).absolute().resolve())
    try:
        home.path.mkdir(parents=True, exist_ok=True)
        home.logs.mkdir(exist_ok=True)
        for folder in (home.logs, home.kafka):
            if folder.exists() and folder.stat().st_mode & 0o077:
                folder.chmod(0o700)  # logs and records are for nobody else on this machine
        probe = home.path / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StackError(
            f"The folder {home.path} cannot be used: {error.strerror}. ASCERTAIN_HOME names another one."
        ) from error
    return home


def write_secret(file: Path, text: str) -> None:
    """Write the whole file or nothing, readable by its owner alone."""
    making = file.with_name(f"{file.name}.{os.getpid()}")
    making.touch(mode=0o600)
    making.chmod(0o600)
    making.write_text(text)
    making.replace(file)


def read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text())
    except ValueError as error:
        raise StackError(f"{file} is damaged ({error}).") from error


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink():
        raise StackError(f"{folder} is a symbolic link, and the stack writes only into folders of its own.")
    return folder


def _locked(number: int) -> bool:
    """Whether the lock could be had. Who asks for the holder has it for an instant: that is no reason to give up."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        else:
            return True


def _comes_free(port: int) -> bool:
    """Whether a port is free, or comes free in a moment, as after a stack that was killed."""
    deadline = time.monotonic() + PORT_IN_USE_SECONDS
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
