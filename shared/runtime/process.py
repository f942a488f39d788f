"""Wiring that every service has: a process with its roles, its pools, and `evidence` as the others call it."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass

import asyncpg
from fastapi import FastAPI

from shared.runtime.calling import ServiceClient
from shared.runtime.connections import borrowed
from shared.runtime.database import connect
from shared.runtime.definitions.door import Fetch, documents_from
from shared.runtime.keys import SigningKey
from shared.runtime.ledger_door import LedgerDoor
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.observing import Observing, watch_pool
from shared.runtime.projection import Projection
from shared.runtime.quarantine import release
from shared.runtime.serve import Worker, serve
from shared.runtime.settings import Settings
from shared.runtime.tokens import ServiceTokens

READ = 15.0
"""Seconds that a door of another service may pause within an answer."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that is ready to serve: its application, if it has that role, and its workers by their roles."""

    app: FastAPI | None
    workers: dict[str, Worker]
    observing: Observing


@dataclass(frozen=True, slots=True)
class Peer:
    """`evidence`, as the other services call it: the ledger's door, and documents."""

    ledger: LedgerDoor
    fetch: Fetch


async def run(making: AbstractAsyncContextManager[Process], settings: Settings) -> None:
    """Serve what `making` gives until told to stop, then close it.

    Raises OSError or asyncpg's errors where the database does not answer.
    """
    async with making as made:
        app, workers = made.observing.surround(made.app, made.workers, settings)
        try:
            await serve(app, host=settings.host, port=settings.port, workers=workers)
        finally:
            await made.observing.close()


async def open_pool(opened: AsyncExitStack, dsn: str, *, size: int, name: str) -> asyncpg.Pool:
    """A pool that is closed with `opened`. Raises as `connect`."""
    pool = await connect(dsn, size=size, name=name)
    opened.push_async_callback(pool.close)
    watch_pool(opened, pool, name)
    return pool


async def open_client(opened: AsyncExitStack, url: str) -> ServiceClient:
    """A client of the service at `url`, closed with `opened`."""
    return await opened.enter_async_context(ServiceClient(url, read=READ))


async def open_peer(opened: AsyncExitStack, settings: Settings, service: str) -> Peer:
    """`evidence`, called with this service's own key, until `opened` is closed."""
    evidence = await open_client(opened, settings.evidence_url)
    tokens = ServiceTokens(settings.tenant, service, SigningKey.read(settings.keys, service))

    def token() -> str:
        return tokens.for_service("evidence")

    return Peer(LedgerDoor(evidence, token), documents_from(evidence, token))


def roles_in_order(known: Sequence[str], roles: Collection[str]) -> list[str]:
    """The roles that a process has, in the service's own order."""
    return [role for role in known if role in roles]


async def release_owner(pool: asyncpg.Pool, projections: Sequence[Projection], ledger: LedgerReader, owner: str) -> int:
    """Fold an owner in quarantine again, whichever ledger it is of; how many of its entries were applied.

    Raises as `quarantine.release` does.
    """
    async with borrowed(pool) as connection:
        kind = await connection.fetchval("SELECT ledger FROM projection.quarantine WHERE owner = $1", owner)
    return await release(pool, projections, ledger, kind or "evidence", owner)
