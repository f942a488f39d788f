"""The port `Library`, from this service's own tables."""

import json
from typing import Any

import asyncpg

from services.portfolio.domain.library import MANY, Kind, Shelf, Shelved, Version
from shared.rulebook.known import Pin
from shared.runtime.connections import snapshot

_LATEST = """
    SELECT * FROM (
        SELECT DISTINCT ON (id) id::text, digest, position, recorded_ms FROM definitions.document
        WHERE format LIKE $1 ORDER BY id, position DESC
    ) AS latest WHERE $2::bigint IS NULL OR position < $2 ORDER BY position DESC LIMIT $3
"""
_OF_ONE = """
    SELECT id::text, digest, position, recorded_ms FROM definitions.document
    WHERE format LIKE $1 AND id = $4::text::uuid AND ($2::bigint IS NULL OR position < $2)
    ORDER BY position DESC LIMIT $3
"""
_VERSIONS = """
    SELECT id::text, digest, recorded_ms FROM definitions.document
    WHERE format LIKE $1 AND id = ANY ($2::uuid[]) ORDER BY position DESC
"""
_COUNTED = f"(SELECT count(*) FROM (SELECT FROM portfolio.%s WHERE %s LIMIT {MANY}) AS few) AS %s"  # noqa: S608
_ASKED = "FROM unnest($1::text[], $2::text[]) AS asked (id, digest)"
_NAMED = {
    "task": f"SELECT digest, {_COUNTED % ('piece', 'task = asked.id::uuid', 'pieces')},"
    f" {_COUNTED % ('work_entry', 'task = asked.id::uuid', 'works')} {_ASKED}",
    "rubric": f"SELECT digest, {_COUNTED % ('piece', 'rubric = asked.digest', 'pieces')}, 0 AS works {_ASKED}",
    "moves": f"SELECT digest, 0 AS pieces, 0 AS works {_ASKED}",
}
# Canonical bytes name a rubric in this one way, whose quotes keep it from being found within another word.
_TASKS = """
    SELECT asked.digest AS rubric, t.id::text, t.digest FROM unnest($1::text[]) AS asked (digest)
    JOIN (definitions.document AS t JOIN definitions.content AS c USING (digest)) ON t.format LIKE 'ascertain.task@%'
    AND position(convert_to('"rubric":"' || asked.digest || '"', 'UTF8') IN c.bytes) > 0
    ORDER BY t.position DESC
"""


class StoredLibrary:
    """A page is read in one snapshot."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def shelved(self, shelf: Shelf) -> tuple[list[Shelved], Pin]:
        """See `Library.shelved`."""
        asked = (f"ascertain.{shelf.kind}@%", shelf.after, shelf.limit)
        async with snapshot(self._pool) as connection:
            reached: int | None = await connection.fetchval(
                "SELECT position FROM projection.watermark WHERE ledger = 'definitions' AND shard = 0"
            )
            question = (_LATEST, *asked) if shelf.id is None else (_OF_ONE, *asked, shelf.id)
            rows = await connection.fetch(*question)
            found = await _shelved(connection, shelf.kind, rows) if rows else []
        return found, Pin("definitions", 0, reached or 0)


async def _shelved(connection: asyncpg.Connection, kind: Kind, rows: list[asyncpg.Record]) -> list[Shelved]:
    ids, digests = [row["id"] for row in rows], [row["digest"] for row in rows]
    stored = await connection.fetch("SELECT digest, bytes FROM definitions.content WHERE digest = ANY ($1)", digests)
    contents = {row["digest"]: row["bytes"] for row in stored}
    versions: dict[str, list[Version]] = {}
    for row in await connection.fetch(_VERSIONS, f"ascertain.{kind}@%", ids):
        versions.setdefault(row["id"], []).append(Version(row["digest"], row["recorded_ms"]))
    named = {row["digest"]: row for row in await connection.fetch(_NAMED[kind], ids, digests)}
    tasks: dict[str, list[tuple[str, str]]] = {}
    if kind == "rubric":
        for row in await connection.fetch(_TASKS, digests):
            tasks.setdefault(row["rubric"], []).append((row["id"], row["digest"]))
    return [
        Shelved(
            document=_read(contents[row["digest"]]),
            version=Version(row["digest"], row["recorded_ms"]),
            position=row["position"],
            versions=versions[row["id"]],
            works=named[row["digest"]]["works"],
            pieces=named[row["digest"]]["pieces"],
            tasks=tasks.get(row["digest"], []),
        )
        for row in rows
    ]


def _read(stored: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(stored)
    return document
