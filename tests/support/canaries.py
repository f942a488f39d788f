"""Planted words, and every place of a running district where they might turn up."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.stack import Stack
from shared.runtime.authorities import authorities

_CHUNK = 1 << 20


@dataclass(slots=True)
class Canaries:
    """Words with a mark in each that stands nowhere else in the world."""

    mark: str = field(default_factory=lambda: f"Canary{uuid4().hex}")
    texts: list[str] = field(default_factory=list)

    def text(self, of: str) -> str:
        """Words that have to come back by reveal."""
        self.texts.append(f"{self.mark} of {of}, for her eyes only.")
        return self.texts[-1]

    def forms(self) -> tuple[bytes, ...]:
        """The mark as it might be written: plainly, in hex, and in base64 wherever it might begin."""
        plain = self.mark.encode()
        shifted = (base64.b64encode(b"x" * shift + plain)[4 * (shift > 0) : -4] for shift in range(3))
        return (plain, plain.hex().encode(), *shifted)

    def in_bytes(self, found: bytes) -> bool:
        return any(form in found for form in self.forms())


class AnyOf(Canaries):
    """Several of them, as it takes long to look everywhere."""

    def __init__(self, *sought: Canaries) -> None:
        super().__init__()
        self.sought = sought

    def forms(self) -> tuple[bytes, ...]:
        return tuple(form for one in self.sought for form in one.forms())


async def tables_with(stack: Stack, canaries: Canaries) -> list[str]:
    """Every table of every database that holds the mark, the vault and the keys among them: there it is encrypted."""
    found: list[str] = []
    for database in await _databases(stack):
        connection = await asyncpg.connect(stack.superuser, database=database)
        try:
            names = await connection.fetch(
                "SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class AS c"
                " JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm', 'p')"
                " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
            )
            for (name,) in names:
                rows = _Collected()
                await connection.copy_from_query(f"SELECT t::text FROM {name} AS t", output=rows)
                if canaries.in_bytes(bytes(rows.written)):
                    found.append(f"{database} {name}")
        finally:
            await connection.close()
    return found


async def topics_with(stack: Stack, canaries: Canaries) -> list[str]:
    """Every partition that has a record with the mark in key, value or a header."""
    found: list[str] = []
    async with AIOKafkaConsumer(**stack.access.options(), auto_offset_reset="earliest") as consumer:
        for topic, partitions in (await _partitions(stack)).items():
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            await consumer.seek_to_beginning(*partitions)
            for partition in partitions:
                while await consumer.position(partition) < ends[partition]:
                    for records in (await consumer.getmany(timeout_ms=500)).values():
                        found += [f"{topic}/{r.partition}" for r in records if canaries.in_bytes(_record(r))]
    return found


async def _partitions(stack: Stack) -> dict[str, list[TopicPartition]]:
    """Every topic there is. A consumer that is not subscribed to one knows nothing of its partitions."""
    admin = AIOKafkaAdminClient(**stack.access.options())
    await admin.start()
    try:
        described = await admin.describe_topics(await admin.list_topics())
    finally:
        await admin.close()
    return {
        topic["topic"]: [TopicPartition(topic["topic"], one["partition"]) for one in topic["partitions"]]
        for topic in described
    }


def files_with(stack: Stack, canaries: Canaries) -> list[str]:
    """Every file of the district that has the mark: logs, the broker's, the databases' tables and write-ahead log."""
    return [str(file) for folder in (stack.home.path, stack.home.postgres()) for file in _with(folder, canaries)]


async def answers_with(stack: Stack, canaries: Canaries) -> list[str]:
    """What every service tells of itself to anybody, and as metrics inside, where it has the mark; but for how its API
    is described, which is made of its code alone.
    """
    found: list[str] = []
    async with httpx.AsyncClient(verify=authorities(), trust_env=False, timeout=60) as client:
        for service, url in stack.urls.items():
            asked = [f"{url}/health", stack.metrics.get(service)]
            told = {one: (await client.get(one)).content for one in asked if one is not None}
            found += [f"{service} {one}" for one, content in told.items() if canaries.in_bytes(content)]
    return found


async def references(stack: Stack) -> list[str]:
    """Every reference to a text that an event in either ledger holds."""
    connection = await asyncpg.connect(stack.databases["evidence"].app)
    try:
        bodies = await connection.fetch("SELECT body FROM ledger.stored_entry")
    finally:
        await connection.close()
    return sorted({ref for row in bodies for ref in re.findall(r'_ref":"([0-9a-f]{64})"', row["body"].decode())})


def spoiled(body: Any, mark: str, *, everything: bool) -> Iterator[tuple[str, Any]]:
    """The body once for each of its members, where that is something that cannot be right; and the member's place.

    With `everything`, each member is each of them in turn, else one.
    """
    wrongs = (f"{mark}\x07", {"more": mark}, [[mark]])
    for number, place in enumerate(_places(body)):
        for wrong in wrongs if everything else wrongs[number % len(wrongs) :][:1]:
            yield "/".join(map(str, place)), _replaced(body, place, wrong)


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*place, name)
        yield from _places(member, (*place, name))


def _replaced(value: Any, place: tuple[Any, ...], wrong: Any) -> Any:
    if not place:
        return wrong
    first, rest = place[0], place[1:]
    if isinstance(value, dict):
        return {**value, first: _replaced(value[first], rest, wrong)}
    return [_replaced(member, rest, wrong) if n == first else member for n, member in enumerate(value)]


def _record(record: Any) -> bytes:
    headers = b"".join(name.encode() + (value or b"") for name, value in record.headers)
    return (record.key or b"") + (record.value or b"") + headers


def _with(folder: Path, canaries: Canaries) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink() and _has(file, canaries):
            yield file


def _has(file: Path, canaries: Canaries) -> bool:
    try:
        with file.open("rb") as opened:
            before = b""
            while chunk := opened.read(_CHUNK):
                if canaries.in_bytes(before + chunk):
                    return True
                before = chunk[-200:]
    except FileNotFoundError:
        pass  # a file of the database's that went meanwhile
    return False


class _Collected:
    def __init__(self) -> None:
        self.written = bytearray()

    async def __call__(self, rows: bytes) -> None:
        self.written += rows


async def _databases(stack: Stack) -> list[str]:
    connection = await asyncpg.connect(stack.superuser)
    try:
        rows = await connection.fetch("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate")
    finally:
        await connection.close()
    return [row["datname"] for row in rows]
