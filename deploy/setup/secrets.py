"""What is chosen once for a district in containers, and never again: its id, passwords, and keys, as files.

One folder a part, each a volume of its own, so that a container is given what is its own and nothing else:

    setup/     the district's id; what the passwords of the database's roles are derived from
    postgres/  the superuser's password
    kafka/     the password of the deployment's own principal there; the brokers' certificate
    <service>/ its settings, one a file named as the environment would name them; its signing key
    trusted/   the public half of every service's signing key; the certificate that Kafka's clients trust

Whoever has `evidence/district.key` and the databases can read the vault; without it nobody can (docs/forgetting.md).
"""

import os
import secrets
import uuid
from collections.abc import Iterable

from deploy.errors import StackError
from deploy.setup.certificates import make_certificates
from deploy.setup.folder import SHARED, Folder
from shared.ledger.identifiers import is_id


def make_secrets(folder: Folder, tenant: str | None, kafka_names: Iterable[str] = ()) -> None:
    """Make what is missing of what the servers need before they start. Repeatable.

    `kafka_names` are what the brokers are called by from outside.

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
    folder.keep("kafka", "password", _password, mode=SHARED)
    # the same again as Kafka's own settings can refer to it, so that it stands in none of them
    folder.write("kafka", "own.properties", f"password={folder.read('kafka', 'password')}", mode=SHARED)
    make_certificates(folder, kafka_names)
    folder.keep("evidence", "roster.key", lambda: secrets.token_hex(32))
    folder.keep("evidence", "district.key", lambda: secrets.token_hex(64))
    for part in sorted(folder.path.iterdir()):
        if part.is_dir() and not os.access(part, os.W_OK):
            raise StackError(f"The job may not write into {part}: it must belong to user {os.geteuid()}.")


def _password() -> str:
    return secrets.token_hex(24)
