"""Wiring: what a process of `evidence` is made of, whichever roles it has."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI

from services.evidence import ROLES
from services.evidence.flows.bootstrap import bootstrap
from services.evidence.flows.read_ledger import Doors
from services.evidence.folding import FoldsInProcess
from services.evidence.http.app import application
from services.evidence.http.health import Standing
from services.evidence.ports import District
from services.evidence.postgres.applied import PostgresApplied
from services.evidence.postgres.batches import PostgresBatches
from services.evidence.postgres.batches_forgetting import BatchesForgetting
from services.evidence.postgres.definitions import PostgresDefinitions
from services.evidence.postgres.documents import PostgresDocuments
from services.evidence.postgres.forgetting import ForgettingProjection, PostgresForgettings
from services.evidence.postgres.ledger import PostgresLedger
from services.evidence.postgres.people import PostgresPeople
from services.evidence.postgres.record import PostgresRecord
from services.evidence.postgres.references import LedgerReferences
from services.evidence.postgres.releasing import Releasing
from services.evidence.postgres.rights import RightsTogether
from services.evidence.postgres.roster import PostgresRoster
from services.evidence.postgres.standings import PostgresStandings
from services.evidence.settings import EvidenceSettings
from services.evidence.vault.destroying import KeyDestruction
from services.evidence.vault.opening import VAULT, open_tables, open_vault
from services.evidence.vault.sweep import Sweep
from shared.ledger.identifiers import SHARDS
from shared.runtime.access.lag import AccessLag
from shared.runtime.access.projection import AccessProjection
from shared.runtime.access.questions import Access
from shared.runtime.clock import now
from shared.runtime.definitions.projection import DefinitionsProjection
from shared.runtime.ledger_outbox import LedgerOutbox
from shared.runtime.process import Process, open_pool, roles_in_order
from shared.runtime.process import run as serve_process
from shared.runtime.projection_health import HealthWatch
from shared.runtime.projector import Projector
from shared.runtime.relay import Relay
from shared.runtime.serve import Worker
from shared.runtime.sources import LedgerSource
from shared.runtime.tokens import Verifier
from shared.runtime.wake import Wake

REQUESTS, WORKERS, RELAY = 12, 8, 10
"""Connections of the pools: for requests, for the projector, for the relay."""

DESTRUCTIONS = 1
"""Connections to each of the vault's databases by which keys are destroyed."""

RELEASING = 4
"""Connections by which batches of grades are previewed and released, beside those of the ledger's lanes."""

POLL = 1.0
"""Seconds between two looks of the projector at the ledger while nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Bells:
    """Rung within a process: something was `appended` and may be relayed; somebody `wanted` the projector to look."""

    appended: Wake = field(default_factory=Wake)
    wanted: Wake = field(default_factory=Wake)


async def run(settings: EvidenceSettings, roles: Collection[str]) -> None:
    """Serve these roles until told to stop. Raises as `shared.runtime.process.run`."""
    await serve_process(process(settings, roles), settings)


@asynccontextmanager
async def process(settings: EvidenceSettings, roles: Collection[str]) -> AsyncIterator[Process]:
    """Open what the roles need, and close it at the end: what is under way is appended first."""
    bells = Bells()
    workers: dict[str, Worker] = {}
    async with AsyncExitStack() as opened:
        if "projector" in roles:
            pool = await open_pool(opened, settings.database, size=WORKERS, name="evidence projector")
            record = PostgresRecord(pool)
            projections = (
                AccessProjection(),
                DefinitionsProjection(pool, PostgresDocuments(pool).fetch),
                ForgettingProjection(),
                BatchesForgetting(),
            )
            source = LedgerSource(record, wake=bells.wanted.listener(), poll=POLL)
            workers["projector"] = Projector(pool, source, projections, refill=record).run
            workers["access lag"] = AccessLag(pool, record).run
            tables = await open_tables(opened, settings, 1, "evidence sweep")
            workers["sweep"] = Sweep(tables, LedgerReferences(pool)).run
            vault = await open_vault(opened, settings, DESTRUCTIONS, "evidence destruction")
            workers["releasing"] = (await _releasing(opened, settings, bells)).run
            workers["key destruction"] = KeyDestruction(PostgresForgettings(pool), vault).run
        relay = await _relay(opened, settings, bells) if "relay" in roles else None
        if relay is not None:
            workers["relay"] = relay.run
        app = await _http(opened, settings, bells, roles, relay) if "http" in roles else None
        yield Process(app, workers)


async def bootstrap_district(settings: EvidenceSettings, person: str) -> bool:
    """Make a person the district's administrator; whether that was new. Raises as `bootstrap` does."""
    async with AsyncExitStack() as opened:
        pool = await open_pool(opened, settings.database, size=2, name="evidence bootstrap")
        ledger = PostgresLedger(settings.database, pool, tenant=settings.tenant, appended=lambda: None, lanes=1)
        opened.push_async_callback(ledger.close)
        return await bootstrap(person, ledger, tenant=settings.tenant) is not None


async def _http(
    opened: AsyncExitStack, settings: EvidenceSettings, bells: Bells, roles: Collection[str], relay: Relay | None
) -> FastAPI:
    pool = await open_pool(opened, settings.database, size=REQUESTS, name="evidence http")
    ledger = PostgresLedger(settings.database, pool, tenant=settings.tenant, appended=bells.appended.ring)
    opened.push_async_callback(ledger.close)
    applied = PostgresApplied(pool, bells.wanted)
    documents = PostgresDocuments(pool)
    record = PostgresRecord(pool)
    district = District(
        tenant=settings.tenant,
        zone=settings.zone,
        roster_key=settings.roster_key(),
        now=now,
        ledger=ledger,
        rights=RightsTogether(Access(pool)),
        definitions=PostgresDefinitions(pool),
        documents=documents,
        roster=PostgresRoster(pool, applied, tenant=settings.tenant),
        applied=applied,
        forgettings=PostgresForgettings(pool),
        vault=await open_vault(opened, settings, VAULT, "evidence http vault"),
        standings=PostgresStandings(pool, applied, tenant=settings.tenant),
        batches=PostgresBatches(pool),
    )
    standing = Standing(roles_in_order(ROLES, roles), pool, HealthWatch(pool, record), relay)
    doors = Doors(record, documents, PostgresPeople(pool, Access(pool), tenant=settings.tenant))
    return application(district, doors, Verifier(settings.tenant, settings.trusted), standing)


async def _releasing(opened: AsyncExitStack, settings: EvidenceSettings, bells: Bells) -> Releasing:
    pool = await open_pool(opened, settings.database, size=RELEASING, name="evidence releasing")
    ledger = PostgresLedger(settings.database, pool, tenant=settings.tenant, appended=bells.appended.ring)
    opened.push_async_callback(ledger.close)
    folds = FoldsInProcess()
    opened.push_async_callback(folds.close)
    standings = PostgresStandings(pool, PostgresApplied(pool, bells.wanted), folds, tenant=settings.tenant)
    return Releasing(pool, ledger, standings, tenant=settings.tenant)


async def _relay(opened: AsyncExitStack, settings: EvidenceSettings, bells: Bells) -> Relay:
    if settings.database_relay is None:
        raise ValueError("The role relay needs ASCERTAIN_DATABASE_RELAY.")
    pool = await open_pool(opened, settings.database_relay, size=RELAY, name="evidence relay")
    topics = {ledger: settings.topic(ledger) for ledger in SHARDS}
    return Relay(LedgerOutbox(pool, topics), settings.kafka_access(), wake=bells.appended.listener())
