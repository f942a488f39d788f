"""The stack's PostgreSQL and Kafka: whether they answer, their clock, the migrations, the topics."""

import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from cli.doctor.findings import Finding
from deploy.local.home import ROOT
from deploy.setup.databases import Database
from deploy.setup.topics import LEDGER_PARTITIONS, LEDGER_SETTINGS
from shared.runtime.kafka_access import KafkaAccess

SKEW = 2.0
"""Seconds by which this machine's clock and the database's may differ."""

KEEPS = ("retention.ms", "retention.bytes", "cleanup.policy", "message.timestamp.type")
"""The settings without which a topic loses records."""

_ROOMS = {"keys": ("evidence", "vault")}
"""Where the migrations of a database lie that is not named like its service."""

_VERSIONS = """
    SELECT quote_ident(n.nspname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname = 'alembic_version' AND c.relkind = 'r'
"""


async def look_at_postgres(databases: Mapping[str, Database], superuser: str) -> AsyncIterator[Finding]:
    try:
        connection = await asyncpg.connect(superuser, timeout=5)
        before = time.time()
        its = (await connection.fetchval("SELECT clock_timestamp()")).timestamp()
        after = time.time()
        await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        yield Finding("PostgreSQL", f"does not answer ({type(error).__name__})", "See: ./ascertain logs postgres")
        return
    yield Finding("PostgreSQL", "answers")
    yield clock(its - (before + after) / 2)
    for name, database in databases.items():
        yield await migrations(name, database.migrator)


def clock(apart: float) -> Finding:
    said = f"this machine's and the database's are {abs(apart):.1f} s apart"
    if abs(apart) > SKEW:
        return Finding("clock", said, "Let both be set by NTP: tokens are good for 60 seconds.")
    return Finding("clock", said)


async def migrations(name: str, dsn: str) -> Finding:
    """Whether a database is at the newest revision of this code. `dsn` is its owner's."""
    service, room = _ROOMS.get(name, (name, "postgres"))
    newest = newest_revision(ROOT / "services" / service / room / "migrations")
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
        try:
            found = [
                await connection.fetchval(f"SELECT max(version_num) FROM {schema['quote_ident']}.alembic_version")  # noqa: S608  (quoted)
                for schema in await connection.fetch(_VERSIONS)
            ]
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return Finding(f"tables of {name}", f"cannot be looked at ({type(error).__name__})", "See: ./ascertain status")
    at = max((version for version in found if version), default="nothing")
    if at != newest:
        return Finding(f"tables of {name}", f"at revision {at}, not {newest}", "Start the stack again: it migrates.")
    return Finding(f"tables of {name}", f"at the newest revision, {newest}")


def newest_revision(folder: Path) -> str:
    return max(file.stem.partition("_")[0] for file in folder.glob("[0-9]*.py"))


async def look_at_kafka(access: KafkaAccess, prefix: str = "") -> AsyncIterator[Finding]:
    admin = AIOKafkaAdminClient(**access.options(), request_timeout_ms=5000)
    try:
        await admin.start()
        wanted = {prefix + name: count for name, count in LEDGER_PARTITIONS.items()}
        described = {topic["topic"]: topic for topic in await admin.describe_topics(list(wanted))}
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in wanted])
        settings = {
            resource[3]: {entry[0]: entry[1] for entry in resource[4]}
            for answer in answers
            for resource in answer.resources
        }
    except (KafkaError, OSError, TimeoutError) as error:
        yield Finding("Kafka", f"does not answer ({type(error).__name__})", "See: ./ascertain logs kafka")
        return
    finally:
        await admin.close()
    yield Finding("Kafka", "answers")
    for name, count in wanted.items():
        yield topic(name, count, len(described[name]["partitions"]), settings.get(name, {}))


def topic(name: str, wanted: int, found: int, settings: Mapping[str, str]) -> Finding:
    if found == 0:
        return Finding(f"topic {name}", "is missing", "Start the stack again: it is made, and filled from the ledger.")
    if found != wanted:
        advice = "A shard is one partition for life: restore the topic, or begin with another topic prefix."
        return Finding(f"topic {name}", f"has {found} partitions, not {wanted}", advice)
    for setting in KEEPS:
        if settings.get(setting) != LEDGER_SETTINGS[setting]:
            advice = f"Set it to {LEDGER_SETTINGS[setting]} before records are lost."
            return Finding(f"topic {name}", f"has {setting} = {settings.get(setting)}", advice)
    return Finding(f"topic {name}", f"{found} partitions, which keep everything")
