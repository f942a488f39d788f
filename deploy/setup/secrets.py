"""What is chosen once for a district in containers, and never again: its id, passwords, and keys, as files.

One folder a part, each a volume of its own, so that a container is given what is its own and nothing else:

    setup/     the district's id; what the passwords of the database's roles are derived from
    postgres/  the superuser's password
    <service>/ its settings, one a file named as the environment would name them; its signing key
    trusted/   the public half of every service's signing key

Whoever has `evidence/district.key` and the databases can read the vault; without it nobody can (docs/forgetting.md).
"""

import os
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import StackError
from shared.ledger.identifiers import is_id
from shared.runtime.keys import write_whole

OURS, SHARED = 0o600, 0o640
"""For our own user; for the group too, which the containers of PostgreSQL and Kafka are given."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder that holds one folder a part."""

    path: Path

    def of(self, part: str) -> Path:
        return self.path / part

    def read(self, part: str, name: str) -> str:
        """Raises StackError where it was never made."""
        try:
            return (self.of(part) / name).read_text().strip()
        except FileNotFoundError as error:
            raise StackError(f"{error.filename} is missing: run the job `secrets` first.") from error

    def keep(self, part: str, name: str, making: Callable[[], str], *, mode: int = OURS) -> None:
        """Make it once; what is there stays."""
        if not (self.of(part) / name).exists():
            self.write(part, name, making(), mode=mode)

    def write(self, part: str, name: str, text: str, *, mode: int = OURS) -> None:
        write_whole(self.of(part) / name, f"{text}\n".encode(), mode=mode)

    def settings(self, service: str, settings: Mapping[str, object]) -> None:
        """Write a service's settings, one a file, as `ASCERTAIN_SECRETS` names their folder to it."""
        for name, value in settings.items():
            self.write(service, f"ascertain_{name}", str(value))


def make_secrets(folder: Folder, tenant: str | None) -> None:
    """Make what is missing of what the servers need before they start. Repeatable.

    `tenant` is the district's id, a new one where it is None. Raises StackError where it is no id, or another than the
    district has: its ledger could not be told from another's.
    """
    if tenant is not None and not is_id(tenant):
        raise StackError(f"{tenant!r} is no district's id; it must be a lowercase UUID with hyphens.")
    folder.keep("setup", "tenant", lambda: tenant or str(uuid.uuid4()))
    if tenant not in (None, folder.read("setup", "tenant")):
        raise StackError(
            f"This district's id is {folder.read('setup', 'tenant')}, for life; ASCERTAIN_TENANT says {tenant}."
        )
    folder.keep("setup", "database_secret", _password)
    folder.keep("postgres", "password", _password, mode=SHARED)
    folder.keep("evidence", "roster.key", lambda: secrets.token_hex(32))
    folder.keep("evidence", "district.key", lambda: secrets.token_hex(64))
    for part in sorted(folder.path.iterdir()):
        if part.is_dir() and not os.access(part, os.W_OK):
            raise StackError(f"The job may not write into {part}: it must belong to user {os.geteuid()}.")


def _password() -> str:
    return secrets.token_hex(24)
