"""Wiring: what a process of `portfolio` is made of, whichever roles it has."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
from fastapi import FastAPI

from services.portfolio import ROLES, SERVICE
from services.portfolio.http.app import application
from services.portfolio.http.routes import Portfolio
from services.portfolio.ports import District
from services.portfolio.postgres.applied import Watermarks
from services.portfolio.postgres.exhibitions import StoredExhibitions
from services.portfolio.postgres.library import StoredLibrary
from services.portfolio.postgres.projection import PortfolioProjection
from services.portfolio.postgres.records import StoredRecords
from services.portfolio.postgres.works import StoredWorks
from shared.runtime.access.lag import AccessLag
from shared.runtime.access.projection import AccessProjection
from shared.runtime.access.questions import Access
from shared.runtime.clock import now
from shared.runtime.completeness import Completeness
from shared.runtime.definitions.outlines import Outlines
from shared.runtime.definitions.projection import DefinitionsProjection
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.freshness import Freshness
from shared.runtime.observing import Observing
from shared.runtime.process import Peer, Process, open_peer, open_pool, release_owner, roles_in_order
from shared.runtime.process import run as serve_process
from shared.runtime.projecting import kafka_projector
from shared.runtime.projection import Projection
from shared.runtime.projection_health import HealthWatch
from shared.runtime.projection_measures import projector_measures, table_measures
from shared.runtime.serve import Worker
from shared.runtime.settings import Settings
from shared.runtime.tokens import Verifier
from shared.runtime.versions.filling import Filler, Tell
from shared.runtime.versions.forgetting import OtherVersionsGo
from shared.runtime.versions.rebuild import Rebuildable, rebuilt
from shared.runtime.versions.switching import Schemas
from shared.runtime.versions.wishes import Wish

REQUESTS, WORKERS = 8, 6
"""Connections of the pools: for requests; for the projector."""


async def run(settings: Settings, roles: Collection[str]) -> None:
    """Serve these roles until told to stop. Raises as `shared.runtime.process.run`."""
    await serve_process(process(settings, roles), settings)


@asynccontextmanager
async def process(settings: Settings, roles: Collection[str]) -> AsyncIterator[Process]:
    """Open what the roles need, and close it at the end."""
    async with AsyncExitStack() as opened:
        evidence = await open_peer(opened, settings, SERVICE)
        observing = Observing.of(SERVICE)
        workers: dict[str, Worker] = {}
        if "projector" in roles:
            pool = await open_pool(opened, settings.database, size=WORKERS, name=f"{SERVICE} projector")
            projections = _projections(pool, evidence)
            keepers, tracing = [OtherVersionsGo()], observing.tracing
            projector = kafka_projector(
                settings, SERVICE, pool, projections, evidence.ledger, keepers=keepers, tracing=tracing
            )
            lag = AccessLag(pool, evidence.ledger)
            observing.measures.read_by(*projector_measures(projector, lag))
            workers["projector"], workers["access lag"] = projector.run, lag.run
        app = await _http(opened, settings, roles, evidence, observing) if "http" in roles else None
        yield Process(app, workers, observing)


async def release_quarantined(settings: Settings, owner: str) -> int:
    """Fold an owner in quarantine again; how many of its entries were applied. Raises as `quarantine.release` does."""
    async with AsyncExitStack() as opened:
        evidence = await open_peer(opened, settings, SERVICE)
        pool = await open_pool(opened, settings.database, size=2, name=f"{SERVICE} release")
        return await release_owner(pool, _projections(pool, evidence), evidence.ledger, owner)


async def rebuild(settings: Settings, wish: Wish, tell: Tell, *, accept: bool) -> None:
    """Rebuild the portfolios while they are served. Raises as `versions.rebuild.rebuilt`."""
    async with AsyncExitStack() as opened:
        evidence = await open_peer(opened, settings, SERVICE)
        schemas = Schemas(("projection", "access", "definitions", "portfolio"))
        what = Rebuildable(SERVICE, schemas, evidence.ledger, lambda pool: Filler(_projections(pool, evidence)))
        await rebuilt(what, settings, wish, tell, accept=accept)


def _projections(pool: asyncpg.Pool, evidence: Peer) -> list[Projection]:
    return [AccessProjection(), DefinitionsProjection(pool, evidence.fetch), PortfolioProjection()]


async def _http(
    opened: AsyncExitStack, settings: Settings, roles: Collection[str], evidence: Peer, observing: Observing
) -> FastAPI:
    pool = await open_pool(opened, settings.database, size=REQUESTS, name=f"{SERVICE} http")
    freshness, watch = Freshness(pool), HealthWatch(pool, evidence.ledger)
    observing.measures.read_by(table_measures(watch))
    portfolio = Portfolio(
        district=District(
            records=StoredRecords(pool, settings.tenant, DefinitionsReader()),
            works=StoredWorks(pool),
            exhibitions=StoredExhibitions(pool),
            outlines=Outlines(pool),
            library=StoredLibrary(pool),
            rights=Access(pool),
            applied=Watermarks(freshness, Completeness(pool, evidence.ledger, freshness)),
        ),
        verifier=Verifier(settings.tenant, settings.trusted),
        zone=settings.zone,
        now=now,
        health=watch.look,
        roles=roles_in_order(ROLES, roles),
    )
    return application(portfolio)
