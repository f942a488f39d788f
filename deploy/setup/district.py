"""Sets up a district on servers that are there: databases, roles, keys, settings, topics, migrations. Repeatable."""

import asyncio
import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.errors import StackError
from deploy.setup.databases import OWNERS, Database, make_databases
from deploy.setup.folder import Folder
from deploy.setup.principals import Principals, new_password
from deploy.setup.rights import rights_of_service
from deploy.setup.topics import LEDGER_PARTITIONS, make_state_topic, make_topics
from shared.runtime.kafka_access import SCRAM, KafkaAccess
from shared.runtime.keys import make_keys

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class PostgresAt:
    """A PostgreSQL that somebody else runs, and its superuser."""

    host: str
    port: int
    user: str
    password: str

    def dsn(self, database: str = "postgres", user: str = "", password: str | None = None) -> str:
        user, password = user or self.user, password or self.password
        return f"postgresql://{quote(user)}:{quote(password, safe='')}@{self.host}:{self.port}/{quote(database)}"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a district is set up, and under which names. `brokers` hold each record, `in_sync` of them before it
    counts as written; `topics` is the prefix of the district's names on Kafka, `databases` that of its databases.
    """

    folder: Folder
    postgres: PostgresAt
    kafka: KafkaAccess
    brokers: int
    in_sync: int
    topics: str = ""
    databases: str = "ascertain"


async def set_up(setting: Setting) -> None:
    """Make what is missing, and bring every table up to the newest revision, while services of before may run.

    Raises StackError, OSError, asyncpg's and aiokafka's errors.
    """
    folder = setting.folder
    made = await make_databases(setting.postgres, setting.databases, folder.read("setup", "database_secret"))
    for service in OWNERS:
        make_keys(service, keys=folder.of(service), trusted=folder.of("trusted"))
        folder.settings(service, _settings(folder, service, made))
    if setting.kafka.has_principal:
        await let_services_in(folder, setting.kafka, setting.topics)
    await make_topics(
        setting.kafka,
        setting.topics,
        LEDGER_PARTITIONS,
        replicas=setting.brokers,
        in_sync=setting.in_sync,
    )
    await make_state_topic(setting.kafka, setting.topics, replicas=setting.brokers, in_sync=setting.in_sync)
    for service in OWNERS:  # one after another: a host that is small has other things to do while this runs
        await ask(folder, service, "--migrate", owner=_of_owner(service, made))


async def let_services_in(folder: Folder, kafka: KafkaAccess, prefix: str) -> None:
    """Give each service its principal on a closed Kafka: a password once, its rights, and settings to sign in with.

    `kafka` is who may do everything there. Raises StackError.
    """
    passwords = {}
    for service in OWNERS:
        folder.keep(service, "ascertain_kafka_password", new_password)
        folder.settings(service, {"kafka_user": prefix + service, "kafka_mechanism": SCRAM, **_reaching(kafka)})
        passwords[prefix + service] = folder.read(service, "ascertain_kafka_password")
    principals = Principals(kafka)
    await principals.put_passwords(passwords)
    await principals.put_rights({prefix + service: rights_of_service(service, prefix) for service in OWNERS})


def _reaching(kafka: KafkaAccess) -> dict[str, object]:
    """The part that goes with a user: without it settings would not fit together in a command of a service."""
    trusting: dict[str, object] = {} if kafka.ca_file is None else {"kafka_ca_file": kafka.ca_file}
    return {"kafka_protocol": kafka.protocol, **trusting}


async def introduce_administrator(folder: Folder) -> tuple[str, str]:
    """The district's first administrator, made once, and a new personal token of theirs.

    Raises StackError where a service's command fails.
    """
    folder.keep("setup", "administrator", lambda: str(uuid.uuid4()))
    person = folder.read("setup", "administrator")
    await ask(folder, "evidence", "--bootstrap", person)
    token = await ask(folder, "gateway", "--personal-token", person, "--label", "the first administrator's")
    return person, token.split()[-1]


async def ask(folder: Folder, service: str, *arguments: str, owner: Mapping[str, str] | None = None) -> str:
    """Run `python -m` of a service once, with its settings, and give back what it printed. Raises StackError.

    `owner` are the passwords of those who own its databases, for a migration alone: no service is ever given them.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", f"services.{service}", *arguments),
        env={
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "ASCERTAIN_SECRETS": str(folder.of(service)),
            **(owner or {}),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate()
    if process.returncode != 0:
        words = (complained.decode().strip() or said.decode().strip()).splitlines()
        raise StackError(f"{service} {arguments[0]} failed: {words[-1] if words else 'it gave no reason'}")
    return said.decode()


def _settings(folder: Folder, service: str, made: Mapping[str, Database]) -> dict[str, object]:
    database = made[service]
    settings: dict[str, object] = {
        "tenant": folder.read("setup", "tenant"),
        "database": database.app,
        "keys": folder.of(service),
        "trusted": folder.of("trusted"),
    }
    if service == "evidence":
        settings |= {
            "database_relay": database.relay,
            "database_vault": database.vault,
            "database_keys": made["keys"].app,
            "roster_key_file": folder.of(service) / "roster.key",
            "district_key_file": folder.of(service) / "district.key",
        }
    return settings


def _of_owner(service: str, made: Mapping[str, Database]) -> dict[str, str]:
    owner = {"ASCERTAIN_DATABASE_MIGRATOR": made[service].migrator}
    if service == "evidence":
        owner["ASCERTAIN_DATABASE_KEYS_MIGRATOR"] = made["keys"].migrator
    return owner
