"""A real ledger's tables that a test fills as it likes, also with what no service would ever append; and their door."""

import itertools
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from shared.ledger.entry import Entry, schema_name, type_name
from shared.ledger.identifiers import SHARDS, Ledger, shard_of
from shared.runtime.calling import ServiceClient
from shared.runtime.ledger_door import LedgerDoor
from shared.runtime.ledger_reader import MOST
from shared.runtime.ledger_table import LedgerTable
from shared.runtime.shards import Shard
from tests.support.serving import serving

TENANT = str(uuid5(NAMESPACE_OID, "district"))
BEGINS = 1_790_000_000_000


def owners_of(shard: int, count: int) -> list[str]:
    """Owners whose entries lie in this shard of the evidence ledger."""
    candidates = (str(uuid5(NAMESPACE_OID, f"owner {n}")) for n in itertools.count())
    return list(itertools.islice((owner for owner in candidates if shard_of(TENANT, owner) == shard), count))


class RealLedger:
    """Writes entries into the tables as their owner, whatever is in them; positions stay gapless."""

    def __init__(self, migrator: asyncpg.Pool) -> None:
        self._pool = migrator
        self._ends: dict[Shard, int] = {}
        self._count = itertools.count(1)

    def make(
        self,
        owner: str,
        body: bytes | None = None,
        *,
        event: str = "AttemptRecorded",
        number: int = 1,
        ledger: Ledger = "evidence",
    ) -> Entry:
        """The next entry of this owner. Its body counts up unless one is given."""
        n = next(self._count)
        shard = Shard(ledger, shard_of(TENANT, owner) if ledger == "evidence" else 0)
        self._ends[shard] = position = self._ends.get(shard, 0) + 1
        id_ = str(uuid5(NAMESPACE_OID, f"event {n} {id(self)}"))
        return Entry(
            ledger,
            shard.number,
            position,
            1,
            TENANT,
            owner,
            f"evidence/{id_}",
            1,
            id_,
            type_name(event),
            schema_name(event, number),
            BEGINS + n,
            BEGINS + n,
            TENANT,
            json.dumps({"n": n}).replace(" ", "").encode() if body is None else body,
        )

    async def append(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Put entries into the tables as they are, and move the heads."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO ledger.district (tenant) VALUES ($1::text::uuid) ON CONFLICT DO NOTHING", TENANT
            )
            kinds = sorted({(entry.type, entry.schema) for entry in entries})
            numbers = await connection.fetchval(
                "SELECT ledger.kinds($1::text[], $2::text[])", [k[0] for k in kinds], [k[1] for k in kinds]
            )
            kind_of = dict(zip(kinds, numbers, strict=True))
            await connection.copy_records_to_table(
                "stored_entry",
                schema_name="ledger",
                columns=[
                    "ledger", "shard", "position", "epoch", "owner", "stream", "version", "id", "kind", "occurred_at",
                    "recorded_at", "actor", "body", "request_digest",
                ],
                records=[
                    (
                        e.ledger, e.shard, e.position, e.epoch, UUID(e.owner), e.stream, e.version, UUID(e.id),
                        kind_of[e.type, e.schema], e.occurred_at, e.recorded_at, UUID(e.actor), e.body, None,
                    )
                    for e in entries
                ],
            )  # fmt: skip
            ends = {(e.ledger, e.shard): (e.position, e.recorded_at) for e in entries}
            await connection.executemany(
                "UPDATE ledger.head SET position = $3, recorded_at = $4 WHERE ledger = $1 AND shard = $2",
                [(ledger, shard, position, at) for (ledger, shard), (position, at) in ends.items()],
            )
        return entries

    async def grow(self, owners: Iterable[str], each: int) -> list[Entry]:
        """Append `each` entries of every owner, taking turns."""
        chosen = list(owners)
        entries = [self.make(owner) for _ in range(each) for owner in chosen]
        await self.append(entries)
        return entries

    async def spoil(self, entry: Entry, body: bytes) -> Entry:
        """What an edit of the stored row would make of it. No service could: the trigger is taken off for it."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("ALTER TABLE ledger.stored_entry DISABLE TRIGGER forbid_change")
            await connection.execute(
                "UPDATE ledger.stored_entry SET body = $4 WHERE ledger = $1 AND shard = $2 AND position = $3",
                entry.ledger, entry.shard, entry.position, body,
            )  # fmt: skip
            await connection.execute("ALTER TABLE ledger.stored_entry ENABLE ALWAYS TRIGGER forbid_change")
        return replace(entry, body=body)


class OpenDoor(LedgerDoor):
    """A real door over HTTP. `requests` lists what was asked of it; while `shut`, it answers 503."""

    url: str
    requests: list[str]
    shut: bool


@asynccontextmanager
async def open_door(pool: asyncpg.Pool) -> AsyncIterator[OpenDoor]:
    """The ledger's doors as evidence serves them, on a loopback port, and a client to them."""
    table = LedgerTable(pool)
    requests: list[str] = []

    async def shard(request: Request) -> JSONResponse:
        asked = Shard(request.path_params["ledger"], int(request.path_params["shard"]))
        after, limit = int(request.query_params["after"]), int(request.query_params["limit"])
        assert limit <= MOST, "evidence refuses to give more"
        page = await table.entries(asked, after=after, limit=limit)
        return JSONResponse({"entries": [_item(entry) for entry in page.entries], "head": page.head})

    async def owner(request: Request) -> JSONResponse:
        after = int(request.query_params["after"])
        entries = await table.owner("evidence", request.path_params["owner"], after=after)
        return JSONResponse({"entries": [_item(entry) for entry in entries[:100]]})

    async def heads(_request: Request) -> JSONResponse:
        found = await table.heads()
        return JSONResponse({ledger: [found[Shard(ledger, n)] for n in range(SHARDS[ledger])] for ledger in SHARDS})

    app = Starlette(
        routes=[
            Route("/ledger/heads", heads),
            Route("/ledger/owners/{owner}", owner),
            Route("/ledger/{ledger}/{shard}", shard),
        ]
    )

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            requests.append(scope["path"])
            if door.shut:
                await JSONResponse({}, status_code=503)(scope, receive, send)
                return
        await app(scope, receive, send)

    async with serving(guarded) as url, ServiceClient(url, read=5) as client:
        door = OpenDoor(client, lambda: "a token")
        door.url, door.requests, door.shut = url, requests, False
        yield door


def _item(entry: Entry) -> dict[str, Any]:
    return {"envelope": entry.envelope(), "body": entry.body.decode()}
