"""Wiring: what a process of `evidence` is made of, whichever roles it has."""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from operator import attrgetter

from asyncpg import Pool
from fastapi import FastAPI

from services.evidence import ROLES, SERVICE
from services.evidence.artefacts.opening import Destroyed, open_artefact_tables, open_files, store_of
from services.evidence.artefacts.sweep import ArtefactSweep
from services.evidence.flows.bootstrap import bootstrap
from services.evidence.flows.read_ledger import Doors
from services.evidence.folding import FoldsInProcess
from services.evidence.http.app import application
from services.evidence.http.health import Standing
from services.evidence.measures import (
    append_measures,
    ledger_measures,
    trail_measures,
    worker_measures,
)
from services.evidence.ports import District
from services.evidence.postgres.applied import PostgresApplied
from services.evidence.postgres.batches import PostgresBatches
from services.evidence.postgres.batches_forgetting import BatchesForgetting
from services.evidence.postgres.definitions import PostgresDefinitions
from services.evidence.postgres.documents import PostgresDocuments
from services.evidence.postgres.exhibitions import PostgresExhibitions
from services.evidence.postgres.forgetting import ForgettingProjection, PostgresForgettings
from services.evidence.postgres.lanes import LaneMeasures
from services.evidence.postgres.ledger import PostgresLedger
from services.evidence.postgres.people import PostgresPeople
from services.evidence.postgres.record import PostgresRecord
from services.evidence.postgres.references import LedgerReferences
from services.evidence.postgres.releasing import Releasing
from services.evidence.postgres.rights import RightsTogether
from services.evidence.postgres.roster import PostgresRoster
from services.evidence.postgres.standings import PostgresStandings
from services.evidence.postgres.waiting import WaitingRows
from services.evidence.settings import EvidenceSettings
from services.evidence.vault.counting import Uncounted, VoteCounting
from services.evidence.vault.destroying import KeyDestruction
from services.evidence.vault.opening import BOXES, VAULT, open_boxes, open_tables, open_vault
from services.evidence.vault.sweep import Sweep
from shared.ledger.identifiers import SHARDS
from shared.runtime.access.lag import AccessLag
from shared.runtime.access.projection import AccessProjection
from shared.runtime.access.questions import Access
from shared.runtime.clock import now
from shared.runtime.definitions.projection import DefinitionsProjection
from shared.runtime.ledger_outbox import LedgerOutbox
from shared.runtime.observing import Observing
from shared.runtime.process import Process, open_pool, roles_in_order
from shared.runtime.process import run as serve_process
from shared.runtime.projection_health import HealthWatch
from shared.runtime.projection_measures import projector_measures, table_measures
from shared.runtime.projector import Projector
from shared.runtime.relay import Relay
from shared.runtime.relay_measures import relay_measures
from shared.runtime.serve import Worker
from shared.runtime.sources import LedgerSource
from shared.runtime.tokens import Verifier
from shared.runtime.trails import Trails
from shared.runtime.wake import Wake

REQUESTS, WORKERS, RELAY = 12, 8, 10
"""Connections of the pools: for requests, for the projector, for the relay."""

DESTRUCTIONS = 1
"""Connections to each of the vault's databases by which keys are destroyed."""

RELEASING = 4
"""Connections by which batches of grades are previewed and released, beside those of the ledger's lanes."""

COUNTING = 1
"""Connections to each database by which votes are counted, beside those of the ledger's lanes."""

FILES = 4
"""Connections to each of the vault's databases for files that come and go: a few short statements each."""

POLL = 1.0
"""Seconds between two looks of the projector at the ledger while nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Bells:
    """Rung within a process: something was `appended` and may be relayed; somebody `wanted` the projector to look."""

    appended: Wake = field(default_factory=Wake)
    wanted: Wake = field(default_factory=Wake)


@dataclass(frozen=True, slots=True)
class Workers:
    """What `/health` asks of this process' workers, where it has them."""

    relay: Relay | None = None
    releasing: Releasing | None = None
    destruction: KeyDestruction | None = None
    counting: VoteCounting | None = None


@dataclass(frozen=True, slots=True)
class Appending:
    """What the ledgers of this process share: how their calls go, and the traces of what they append."""

    measures: LaneMeasures
    trails: Trails | None


async def run(settings: EvidenceSettings, roles: Collection[str]) -> None:
    """Serve these roles until told to stop. Raises as `shared.runtime.process.run`."""
    await serve_process(process(settings, roles), settings)


@asynccontextmanager
async def process(settings: EvidenceSettings, roles: Collection[str]) -> AsyncIterator[Process]:
    """Open what the roles need, and close it at the end: what is under way is appended first."""
    bells, observing = Bells(), Observing.of(SERVICE)
    measures = observing.measures
    trails = None if observing.tracing is None or "relay" not in roles else Trails(observing.tracing)
    appending = Appending(LaneMeasures(), trails)
    measures.read_by(append_measures(appending.measures))
    workers: dict[str, Worker] = {}
    releasing: Releasing | None = None
    destruction: KeyDestruction | None = None
    counting: VoteCounting | None = None
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
            source = LedgerSource(record, wake=bells.wanted.listener(), poll=POLL, pages=record.pages)
            projector, lag = Projector(pool, source, projections, refill=record), AccessLag(pool, record)
            measures.read_by(*projector_measures(projector, lag))
            workers["projector"], workers["access lag"] = projector.run, lag.run
            tables = await open_tables(opened, settings, 1, "evidence sweep")
            workers["sweep"] = Sweep(tables, LedgerReferences(pool)).run
            store = store_of(settings)
            if store is not None:
                swept = await open_artefact_tables(opened, settings, 1, "evidence sweep of files")
                workers["sweep of files"] = ArtefactSweep(swept, store).run
            vault = await open_vault(opened, settings, DESTRUCTIONS, "evidence destruction")
            releasing = await _releasing(opened, settings, bells, appending)
            files = await open_files(opened, settings, DESTRUCTIONS, "evidence destruction of files")
            destruction = KeyDestruction(PostgresForgettings(pool), Destroyed(vault, files))
            measures.read_by(worker_measures(releasing, destruction))
            workers["releasing"], workers["key destruction"] = releasing.run, destruction.run
            counting = await _counting(opened, settings, bells, appending)
            workers["vote counting"] = counting.run
        relay = await _relay(opened, settings, bells, trails, observing) if "relay" in roles else None
        if relay is not None:
            workers["relay"] = relay.run
        here = Workers(relay, releasing, destruction, counting)
        app = None
        if "http" in roles:
            app = await _http(
                opened, settings, bells, roles=roles, workers=here, appending=appending, observing=observing
            )
        yield Process(app, workers, observing)


async def bootstrap_district(settings: EvidenceSettings, person: str) -> bool:
    """Make a person the district's administrator; whether that was new. Raises as `bootstrap` does."""
    async with AsyncExitStack() as opened:
        pool = await open_pool(opened, settings.database, size=2, name="evidence bootstrap")
        ledger = PostgresLedger(settings.database, pool, tenant=settings.tenant, appended=lambda: None, lanes=1)
        opened.push_async_callback(ledger.close)
        return await bootstrap(person, ledger, tenant=settings.tenant) is not None


async def _http(  # noqa: PLR0913 - what it is wired to
    opened: AsyncExitStack,
    settings: EvidenceSettings,
    bells: Bells,
    *,
    roles: Collection[str],
    workers: Workers,
    appending: Appending,
    observing: Observing,
) -> FastAPI:
    pool = await open_pool(opened, settings.database, size=REQUESTS, name="evidence http")
    ledger = _ledger(settings, pool, bells, appending)
    opened.push_async_callback(ledger.close)
    applied = PostgresApplied(pool, bells.wanted)
    documents = PostgresDocuments(pool)
    record = PostgresRecord(pool)
    district = District(
        tenant=settings.tenant,
        zone=settings.zone,
        peer_feedback=settings.peer_feedback,
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
        files=await open_files(opened, settings, FILES, "evidence http files"),
        standings=PostgresStandings(pool, applied, tenant=settings.tenant),
        batches=PostgresBatches(pool),
        exhibitions=PostgresExhibitions(pool, documents),
        boxes=await open_boxes(opened, settings, BOXES, "evidence http exhibitions"),
    )
    watch, waits = HealthWatch(pool, record), WaitingRows(pool)
    observing.measures.read_by(table_measures(watch, heads=True), ledger_measures(pool, waits))
    standing = Standing(
        roles_in_order(ROLES, roles),
        pool,
        watch,
        waits,
        workers.relay,
        workers.releasing,
        workers.destruction,
        workers.counting,
    )
    doors = Doors(record, documents, PostgresPeople(pool, Access(pool), tenant=settings.tenant))
    return application(district, doors, Verifier(settings.tenant, settings.trusted), standing)


def _ledger(settings: EvidenceSettings, pool: Pool, bells: Bells, appending: Appending) -> PostgresLedger:
    return PostgresLedger(
        settings.database,
        pool,
        tenant=settings.tenant,
        appended=bells.appended.ring,
        measures=appending.measures,
        trails=appending.trails,
    )


async def _releasing(
    opened: AsyncExitStack, settings: EvidenceSettings, bells: Bells, appending: Appending
) -> Releasing:
    pool = await open_pool(opened, settings.database, size=RELEASING, name="evidence releasing")
    ledger = _ledger(settings, pool, bells, appending)
    opened.push_async_callback(ledger.close)
    folds = FoldsInProcess()
    opened.push_async_callback(folds.close)
    standings = PostgresStandings(pool, PostgresApplied(pool, bells.wanted), folds, tenant=settings.tenant)
    return Releasing(pool, ledger, standings, tenant=settings.tenant)


async def _counting(
    opened: AsyncExitStack, settings: EvidenceSettings, bells: Bells, appending: Appending
) -> VoteCounting:
    pool = await open_pool(opened, settings.database, size=COUNTING, name="evidence counting")
    ledger = _ledger(settings, pool, bells, appending)
    opened.push_async_callback(ledger.close)
    boxes, documents = await open_boxes(opened, settings, COUNTING, "evidence counting"), PostgresDocuments(pool)
    return VoteCounting(Uncounted(settings.tenant, ledger, boxes, documents))


async def _relay(
    opened: AsyncExitStack, settings: EvidenceSettings, bells: Bells, trails: Trails | None, observing: Observing
) -> Relay:
    if settings.database_relay is None:
        raise ValueError("The role relay needs ASCERTAIN_DATABASE_RELAY.")
    pool = await open_pool(opened, settings.database_relay, size=RELAY, name="evidence relay")
    topics = {ledger: settings.topic(ledger) for ledger in SHARDS}
    outbox = LedgerOutbox(pool, topics, trails)
    relay = Relay(outbox, settings.kafka_access(), wake=bells.appended.listener())
    observing.measures.read_by(relay_measures(relay, outbox.sizes, attrgetter("ledger")))
    if trails is not None:
        observing.measures.read_by(trail_measures(trails))
    return relay
