"""Wiring: what a process of `mastery` is made of, whichever roles it has."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg
import httpx
from fastapi import FastAPI

from services.mastery.http.app import application
from services.mastery.http.health import Standing
from services.mastery.ports import District
from services.mastery.postgres.applied import Watermarks
from services.mastery.postgres.grade_projection import GradeProjection
from services.mastery.postgres.projection import MasteryProjection
from services.mastery.postgres.records import StoredRecords
from services.mastery.postgres.refold_queue import WaitingRefolds
from services.mastery.postgres.refolding import Refolding
from services.mastery.postgres.stored_states import PostgresStates
from services.mastery.postgres.worklists import PostgresWorklists
from shared.runtime.access.lag import AccessLag
from shared.runtime.access.projection import AccessProjection
from shared.runtime.access.questions import Access
from shared.runtime.clock import now
from shared.runtime.completeness import Completeness
from shared.runtime.connections import borrowed
from shared.runtime.database import connect
from shared.runtime.definitions.door import Fetch, documents_from
from shared.runtime.definitions.projection import DefinitionsProjection
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.freshness import Freshness
from shared.runtime.keys import SigningKey
from shared.runtime.ledger_door import LedgerDoor
from shared.runtime.projecting import kafka_projector
from shared.runtime.projection import Projection
from shared.runtime.projection_health import HealthWatch
from shared.runtime.quarantine import release
from shared.runtime.serve import Worker, serve
from shared.runtime.settings import Settings
from shared.runtime.tokens import ServiceTokens, Verifier

SERVICE = "mastery"
ROLES = ("http", "projector")

REQUESTS, WORKERS = 12, 8
"""Connections of the pools: for requests; for the projector and the refolds."""

TIMEOUT = httpx.Timeout(15, connect=5)


@dataclass(frozen=True, slots=True)
class Process:
    """A process that is ready to serve: its application, if it has that role, and its workers by their roles."""

    app: FastAPI | None
    workers: dict[str, Worker]


@dataclass(frozen=True, slots=True)
class Peer:
    """`evidence`, as this service calls it: the ledger's door, and documents."""

    ledger: LedgerDoor
    fetch: Fetch


async def run(settings: Settings, roles: Collection[str]) -> None:
    """Serve these roles until told to stop. Raises OSError or asyncpg's errors where the database does not answer."""
    async with process(settings, roles) as made:
        await serve(made.app, host=settings.host, port=settings.port, workers=made.workers)


@asynccontextmanager
async def process(settings: Settings, roles: Collection[str]) -> AsyncIterator[Process]:
    """Open what the roles need, and close it at the end."""
    async with AsyncExitStack() as opened:
        evidence = await _evidence(opened, settings)
        workers: dict[str, Worker] = {}
        refolding: Refolding | None = None
        if "projector" in roles:
            pool = await _pool(opened, settings, WORKERS, "projector")
            refolding = Refolding(pool, DefinitionsReader())
            projections = _projections(settings, pool, evidence)
            workers["projector"] = kafka_projector(settings, SERVICE, pool, projections, evidence.ledger).run
            workers["refolding"] = refolding.run
            workers["access lag"] = AccessLag(pool, evidence.ledger).run
        app = await _http(opened, settings, roles, evidence, refolding) if "http" in roles else None
        yield Process(app, workers)


async def release_owner(settings: Settings, owner: str) -> int:
    """Fold an owner in quarantine again; how many of its entries were applied. Raises as `quarantine.release` does."""
    async with AsyncExitStack() as opened:
        evidence = await _evidence(opened, settings)
        pool = await _pool(opened, settings, 2, "release")
        async with borrowed(pool) as connection:
            ledger = await connection.fetchval("SELECT ledger FROM projection.quarantine WHERE owner = $1", owner)
        return await release(pool, _projections(settings, pool, evidence), evidence.ledger, ledger or "evidence", owner)


def _projections(settings: Settings, pool: asyncpg.Pool, evidence: Peer) -> list[Projection]:
    return [
        AccessProjection(),
        DefinitionsProjection(pool, evidence.fetch),
        MasteryProjection(settings.tenant, DefinitionsReader()),
        GradeProjection(settings.tenant),
    ]


async def _http(
    opened: AsyncExitStack,
    settings: Settings,
    roles: Collection[str],
    evidence: Peer,
    refolding: Refolding | None,
) -> FastAPI:
    pool = await _pool(opened, settings, REQUESTS, "http")
    freshness = Freshness(pool)
    district = District(
        zone=settings.zone,
        now=now,
        records=StoredRecords(pool, settings.tenant, DefinitionsReader()),
        rights=Access(pool),
        applied=Watermarks(pool, freshness, Completeness(pool, evidence.ledger, freshness)),
        worklists=PostgresWorklists(pool),
    )
    standing = Standing(
        roles=[role for role in ROLES if role in roles],
        refolds=WaitingRefolds(pool),
        watch=HealthWatch(pool, evidence.ledger),
        failing=lambda: None if refolding is None else refolding.failing,
    )
    verifier = Verifier(settings.tenant, settings.trusted)
    return application(district, PostgresStates(pool, settings.tenant), verifier, standing)


async def _evidence(opened: AsyncExitStack, settings: Settings) -> Peer:
    client = await opened.enter_async_context(httpx.AsyncClient(timeout=TIMEOUT, trust_env=False))
    tokens = ServiceTokens(settings.tenant, SERVICE, SigningKey.read(settings.keys, SERVICE))

    def token() -> str:
        return tokens.for_service("evidence")

    return Peer(LedgerDoor(client, settings.evidence_url, token), documents_from(client, settings.evidence_url, token))


async def _pool(opened: AsyncExitStack, settings: Settings, size: int, name: str) -> asyncpg.Pool:
    pool = await connect(settings.database, size=size, name=f"{SERVICE} {name}")
    opened.push_async_callback(pool.close)
    return pool
