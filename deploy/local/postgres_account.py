"""The user of the operating system that PostgreSQL runs as."""

import os
import pwd
import shutil
import subprocess
import time

from deploy.errors import StackError
from deploy.local.programs import Account

ACCOUNT_NAME = "ascertain-postgres"


def postgres_account() -> Account | None:
    """Whom PostgreSQL runs as: nobody else for an ordinary user, a system user of its own (made if absent) for root."""
    if os.geteuid() != 0:
        return None
    deadline = time.monotonic() + 10
    while True:
        try:
            entry = pwd.getpwnam(ACCOUNT_NAME)
        except KeyError:
            _make_account(deadline)
        else:
            return Account(ACCOUNT_NAME, entry.pw_uid, entry.pw_gid)


def _make_account(deadline: float) -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise StackError(
            f"PostgreSQL does not run as root and there is no `useradd` to make it a user: "
            f"make a system user named {ACCOUNT_NAME}, or run as an ordinary user."
        )
    made = subprocess.run(
        (
            *(useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"),
            *("--shell", "/usr/sbin/nologin", ACCOUNT_NAME),
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0 and time.monotonic() > deadline:  # another stack may hold the lock of the users' file
        raise StackError(f"The system user {ACCOUNT_NAME} for PostgreSQL could not be made: {made.stderr.strip()}")
