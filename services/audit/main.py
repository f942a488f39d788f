"""Wiring: what a process of `audit` is made of, whichever roles it has.

`projector` keeps the copy; `http` answers histories, and runs the verifications and audits that are asked for.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Self

import asyncpg
import structlog
from fastapi import FastAPI

from services.audit import ROLES, SERVICE
from services.audit.flows.running import Running
from services.audit.flows.verify import Witnesses
from services.audit.http.app import application
from services.audit.http.doors import LedgerDoors, MasteryDoors, Peer
from services.audit.http.parts import Audit
from services.audit.kafka import KafkaTopics
from services.audit.measures import verification_measures
from services.audit.postgres.archive import CopyArchive
from services.audit.postgres.copy import CopyKeeper, CopyReader
from services.audit.postgres.documents import CheckedDocuments
from services.audit.postgres.verifications import StoredVerifications
from services.audit.processes import RefoldingProcess
from shared.ledger.entry import Entry
from shared.ledger.identifiers import SHARDS
from shared.runtime.access.lag import AccessLag
from shared.runtime.access.projection import AccessProjection
from shared.runtime.access.questions import Access
from shared.runtime.calling import ServiceClient
from shared.runtime.clock import now
from shared.runtime.definitions.door import documents_from
from shared.runtime.definitions.projection import DefinitionsProjection
from shared.runtime.freshness import Freshness
from shared.runtime.keys import SigningKey
from shared.runtime.ledger_door import LedgerDoor
from shared.runtime.observing import Observing
from shared.runtime.process import Process, open_client, open_pool, roles_in_order
from shared.runtime.process import run as serve_process
from shared.runtime.projecting import kafka_projector
from shared.runtime.projection import Keeper, Projection
from shared.runtime.projection_health import HealthWatch
from shared.runtime.projection_measures import projector_measures, table_measures
from shared.runtime.serve import Worker
from shared.runtime.settings import Settings
from shared.runtime.shards import Shard
from shared.runtime.tokens import ServiceTokens, Verifier
from shared.runtime.versions.filling import Filler, Tell
from shared.runtime.versions.forgetting import OtherVersionsGo
from shared.runtime.versions.rebuild import Rebuildable, rebuilt
from shared.runtime.versions.switching import Schemas
from shared.runtime.versions.wishes import Wish

REQUESTS, VERIFYING, PROJECTING = 8, 6, 8
"""Connections of the pools: for requests, for verifications, for the projector."""

PATIENCE = 30.0
"""Seconds that a verification waits for a service that makes no progress."""

_log = structlog.get_logger()


class Peers:
    """The district's other services, called with this one's own key."""

    def __init__(self, settings: Settings, evidence: ServiceClient, mastery: ServiceClient) -> None:
        tokens = ServiceTokens(settings.tenant, SERVICE, SigningKey.read(settings.keys, SERVICE))

        def for_evidence() -> str:
            return tokens.for_service("evidence")

        self.ledger = LedgerDoor(evidence, for_evidence)
        self.document = documents_from(evidence, for_evidence)
        self.record = LedgerDoors(Peer("evidence", evidence, for_evidence))
        self.mastery = MasteryDoors(Peer("mastery", mastery, lambda: tokens.for_service("mastery")))

    @classmethod
    async def open(cls, opened: AsyncExitStack, settings: Settings) -> Self:
        """Their connections are closed with `opened`."""
        urls = settings.evidence_url, settings.mastery_url
        return cls(settings, *[await open_client(opened, url) for url in urls])


@dataclass(frozen=True, slots=True)
class KnownGrades:
    """The `Grades` of whoever asks for an audit: what the copy has of them, beside how far the ledger is."""

    archive: CopyArchive
    record: LedgerDoors

    async def of_grade(self, event: str) -> Entry | None:
        return await self.archive.of_grade(event)

    async def is_forgotten(self, learner: str) -> bool:
        return any(entry.event == "LearnerForgotten" for entry in await self.archive.context_of_owner(learner))

    async def reached(self) -> dict[Shard, int]:
        return await self.archive.reached()

    async def heads(self) -> dict[Shard, int]:
        return await self.record.heads()


async def run(settings: Settings, roles: Collection[str]) -> None:
    """Serve these roles until told to stop. Raises as `shared.runtime.process.run`."""
    await serve_process(process(settings, roles), settings)


@asynccontextmanager
async def process(settings: Settings, roles: Collection[str], *, patience: float = PATIENCE) -> AsyncIterator[Process]:
    """Open what the roles need, and close it at the end: a verification under way is written down as failed."""
    workers: dict[str, Worker] = {}
    observing = Observing.of(SERVICE)
    async with AsyncExitStack() as opened:
        peers = await Peers.open(opened, settings)
        if "projector" in roles:
            pool = await open_pool(opened, settings.database, size=PROJECTING, name="audit projector")
            projections = _projections(pool, peers)
            keepers: list[Keeper] = [CopyKeeper(), OtherVersionsGo()]
            projector = kafka_projector(
                settings, SERVICE, pool, projections, peers.ledger, keepers=keepers, tracing=observing.tracing
            )
            lag = AccessLag(pool, peers.ledger)
            observing.measures.read_by(*projector_measures(projector, lag))
            workers["projector"], workers["access lag"] = projector.run, lag.run
        app = await _http(opened, settings, peers, roles, patience, observing=observing) if "http" in roles else None
        yield Process(app, workers, observing)


async def rebuild(settings: Settings, wish: Wish, tell: Tell, *, accept: bool) -> None:
    """Rebuild the copy while it is served. Raises as `versions.rebuild.rebuilt`."""
    async with AsyncExitStack() as opened:
        peers = await Peers.open(opened, settings)
        schemas = Schemas(("projection", "access", "definitions", "audit"), single=("verified",))

        def filler(pool: asyncpg.Pool) -> Filler:
            return Filler(_projections(pool, peers), keepers=[CopyKeeper()])

        await rebuilt(Rebuildable(SERVICE, schemas, peers.ledger, filler), settings, wish, tell, accept=accept)


def _projections(pool: asyncpg.Pool, peers: Peers) -> list[Projection]:
    return [DefinitionsProjection(pool, peers.document), AccessProjection()]


async def _http(  # noqa: PLR0913 - what it is wired to
    opened: AsyncExitStack,
    settings: Settings,
    peers: Peers,
    roles: Collection[str],
    patience: float,
    *,
    observing: Observing,
) -> FastAPI:
    pool = await open_pool(opened, settings.database, size=REQUESTS, name="audit http")
    verifying = await open_pool(opened, settings.database, size=VERIFYING, name="audit verifying")
    witnesses = Witnesses(
        tenant=settings.tenant,
        copy=CopyReader(verifying),
        record=peers.record,
        topics=KafkaTopics(settings.kafka_access(), {ledger: settings.topic(ledger) for ledger in SHARDS}),
        mastery=peers.mastery,
        documents=CheckedDocuments(verifying, peers.document),
        patience=patience,
    )
    verifications = StoredVerifications(verifying, settings.database, now)
    await verifications.open()
    opened.push_async_callback(verifications.close)
    running = Running(verifications, witnesses, RefoldingProcess, _fault)
    opened.push_async_callback(running.stop)
    archive, watch = CopyArchive(pool), HealthWatch(pool, peers.ledger)
    observing.measures.read_by(table_measures(watch), verification_measures(verifications))
    audit = Audit(
        tenant=settings.tenant,
        rights=Access(pool),
        archive=archive,
        entries=archive,
        grades=KnownGrades(archive, peers.record),
        verifications=verifications,
        checks=verifications,
        start=running.start,
        freshness=Freshness(pool),
        health=watch.look,
        roles=roles_in_order(ROLES, roles),
        now=now,
    )
    return application(audit, Verifier(settings.tenant, settings.trusted))


def _fault(error: BaseException) -> None:
    _log.error("a verification failed", error=error)
