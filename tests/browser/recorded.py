"""What the ledger holds after a journey: its own entries, read from its database as an operator would."""

from typing import Any

import asyncpg
import orjson

from deploy.local.stack import Stack

_ENTRY = "SELECT id::text, type, actor::text, version, convert_from(body, 'UTF8') AS body FROM ledger.entry"


async def recorded(stack: Stack, stream: str) -> list[dict[str, Any]]:
    """The entries of a stream, oldest first: `id`, `type` as the event's name, `actor`, `version` and `body`."""
    return await _entries(stack, f"{_ENTRY} WHERE stream = $1 ORDER BY version", stream)


async def latest(stack: Stack, event: str) -> dict[str, Any]:
    """The newest entry of an event, whoever's it is."""
    newest = f"{_ENTRY} WHERE type = $1 ORDER BY recorded_at DESC, position DESC LIMIT 1"
    [found] = await _entries(stack, newest, f"ascertain.{event}")
    return found


async def by_actor(stack: Stack, actor: str) -> list[dict[str, Any]]:
    """Everything that somebody wrote."""
    return await _entries(stack, f"{_ENTRY} WHERE actor = $1::text::uuid", actor)


async def _entries(stack: Stack, query: str, of: str) -> list[dict[str, Any]]:
    connection = await asyncpg.connect(stack.databases["evidence"].app)
    try:
        rows = await connection.fetch(query, of)
    finally:
        await connection.close()
    return [{**row, "type": row["type"].rpartition(".")[2], "body": orjson.loads(row["body"])} for row in rows]
