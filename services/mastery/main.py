"""Wiring: what a process of `mastery` is made of, whichever roles it has."""

import os
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
from fastapi import FastAPI

from services.mastery import ROLES, SERVICE
from services.mastery.folds import FoldsInProcess
from services.mastery.http.app import application
from services.mastery.http.health import Standing
from services.mastery.kafka import KafkaStateTopic
from services.mastery.measures import (
    published_measures,
    publishing_measures,
    refolding_measures,
    refolds_measures,
    what_ifs_measures,
)
from services.mastery.ports import District
from services.mastery.postgres import published
from services.mastery.postgres.all_states import PostgresAllStates
from services.mastery.postgres.applied import Watermarks
from services.mastery.postgres.frameworks import PublishedFrameworks
from services.mastery.postgres.grade_projection import GradeProjection
from services.mastery.postgres.kept_rows import PostgresKept
from services.mastery.postgres.policies import PostgresPolicies
from services.mastery.postgres.projection import MasteryProjection
from services.mastery.postgres.records import StoredRecords
from services.mastery.postgres.redo_projection import RedoProjection
from services.mastery.postgres.refold_queue import WaitingRefolds
from services.mastery.postgres.refolding import Refolding
from services.mastery.postgres.sections import PostgresSections
from services.mastery.postgres.state_outbox import StateOutbox
from services.mastery.postgres.stored_states import PostgresStates
from services.mastery.postgres.transcripts import PostgresTranscripts, TranscriptForgetting
from services.mastery.postgres.waiting_redos import PostgresRedos
from services.mastery.postgres.what_if_forgetting import WhatIfForgetting
from services.mastery.postgres.what_if_work import WhatIfWork
from services.mastery.postgres.what_ifs import PostgresWhatIfs
from services.mastery.postgres.worklists import PostgresWorklists
from shared.runtime.access.lag import AccessLag
from shared.runtime.access.projection import AccessProjection
from shared.runtime.access.questions import Access
from shared.runtime.clock import now
from shared.runtime.completeness import Completeness
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
from shared.runtime.relay import Relay
from shared.runtime.serve import Worker
from shared.runtime.settings import Settings
from shared.runtime.tokens import Verifier
from shared.runtime.versions.filling import Filler, Tell
from shared.runtime.versions.forgetting import OtherVersionsGo
from shared.runtime.versions.rebuild import Rebuildable, rebuilt
from shared.runtime.versions.switching import Schemas
from shared.runtime.versions.wishes import Wish

REFOLDING = min(4, os.cpu_count() or 1)
"""Workers that refold: each has a process that folds while another one's chunk is read or written."""

TRYING = min(2, os.cpu_count() or 1)
"""Workers that fold what-ifs, each with a process of its own and two connections while it is at a part."""

REQUESTS, WORKERS = 12, 10 + REFOLDING + 2 * TRYING + 1
"""Connections of the pools: for requests; for the projector, the refolds, the what-ifs and the relay of states."""


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
        refolding: Refolding | None = None
        relay: Relay | None = None
        if "projector" in roles:
            pool = await open_pool(opened, settings.database, size=WORKERS, name=f"{SERVICE} projector")
            refolding = Refolding(pool, DefinitionsReader(), workers=REFOLDING, folds=FoldsInProcess)
            projections = _projections(settings, pool, evidence)
            keepers, tracing = [OtherVersionsGo()], observing.tracing
            projector = kafka_projector(
                settings, SERVICE, pool, projections, evidence.ledger, keepers=keepers, tracing=tracing
            )
            lag = AccessLag(pool, evidence.ledger)
            observing.measures.read_by(*projector_measures(projector, lag), refolding_measures(refolding))
            workers["projector"], workers["access lag"] = projector.run, lag.run
            workers["refolding"] = refolding.run
            workers["what-ifs"] = WhatIfWork(pool, workers=TRYING).run
            relay, workers["state tending"] = _publishing(opened, settings, pool, observing)
            workers["state relay"] = relay.run
        app = None
        if "http" in roles:
            app = await _http(opened, settings, roles, evidence, (refolding, relay), observing=observing)
        yield Process(app, workers, observing)


def _publishing(
    opened: AsyncExitStack, settings: Settings, pool: asyncpg.Pool, observing: Observing
) -> tuple[Relay, Worker]:
    """What publishes states, and what looks after their topic. It keeps one connection of `pool`."""
    kafka = settings.kafka_access()
    outbox = StateOutbox(pool, settings.tenant, KafkaStateTopic(kafka, settings.states_topic))
    opened.push_async_callback(outbox.give_up)
    relay = Relay(outbox, kafka)
    observing.measures.read_by(*publishing_measures(relay, outbox))
    return relay, outbox.run


async def release_quarantined(settings: Settings, owner: str) -> int:
    """Fold an owner in quarantine again; how many of its entries were applied. Raises as `quarantine.release` does."""
    async with AsyncExitStack() as opened:
        evidence = await open_peer(opened, settings, SERVICE)
        pool = await open_pool(opened, settings.database, size=2, name=f"{SERVICE} release")
        return await release_owner(pool, _projections(settings, pool, evidence), evidence.ledger, owner)


async def rebuild(settings: Settings, wish: Wish, tell: Tell, *, accept: bool) -> None:
    """Rebuild the states and what stands beside them while they are served. Raises as `versions.rebuild.rebuilt`."""
    async with AsyncExitStack() as opened:
        evidence = await open_peer(opened, settings, SERVICE)

        def filler(pool: asyncpg.Pool) -> Filler:
            refolding = Refolding(pool, DefinitionsReader(), folds=FoldsInProcess)
            return Filler(_projections(settings, pool, evidence), workers=[refolding.run])

        what = Rebuildable(
            SERVICE,
            Schemas(("projection", "access", "definitions", "mastery"), single=("published", "what_if", "transcript")),
            *(evidence.ledger, filler),
            pending="SELECT EXISTS (SELECT FROM mastery.refold)",
            session=published.SILENT,
            differ=_note_differences,
        )
        await rebuilt(what, settings, wish, tell, accept=accept)


async def _note_differences(connection: asyncpg.Connection, before: str, after: str) -> None:
    """Tell subscribers what is another state since the version that serves is another."""
    await published.note_differences(connection, f"mastery{before}", f"mastery{after}")


def _projections(settings: Settings, pool: asyncpg.Pool, evidence: Peer) -> list[Projection]:
    return [
        AccessProjection(),
        DefinitionsProjection(pool, evidence.fetch),
        MasteryProjection(settings.tenant, DefinitionsReader()),
        GradeProjection(settings.tenant),
        RedoProjection(settings.tenant),
        WhatIfForgetting(),
        TranscriptForgetting(),
    ]


async def _http(  # noqa: PLR0913 - what it is wired to
    opened: AsyncExitStack,
    settings: Settings,
    roles: Collection[str],
    evidence: Peer,
    here: tuple[Refolding | None, Relay | None],
    *,
    observing: Observing,
) -> FastAPI:
    pool = await open_pool(opened, settings.database, size=REQUESTS, name=f"{SERVICE} http")
    freshness, what_ifs = Freshness(pool), PostgresWhatIfs(pool)
    district = District(
        zone=settings.zone,
        now=now,
        records=StoredRecords(pool, settings.tenant, DefinitionsReader()),
        rights=Access(pool),
        applied=Watermarks(pool, freshness, Completeness(pool, evidence.ledger, freshness)),
        worklists=PostgresWorklists(pool),
        states=PostgresAllStates(pool),
        frameworks=PublishedFrameworks(pool),
        policies=PostgresPolicies(pool),
        redos=PostgresRedos(pool, DefinitionsReader()),
        sections=PostgresSections(pool, settings.tenant, DefinitionsReader()),
        what_ifs=what_ifs,
        transcripts=PostgresTranscripts(pool),
    )
    refolding, relay = here
    refolds, watch = WaitingRefolds(pool), HealthWatch(pool, evidence.ledger)
    observing.measures.read_by(table_measures(watch), refolds_measures(refolds), published_measures(pool))
    observing.measures.read_by(what_ifs_measures(what_ifs))
    standing = Standing(
        roles=roles_in_order(ROLES, roles),
        refolds=refolds,
        what_ifs=what_ifs,
        watch=watch,
        failing=lambda: None if refolding is None else refolding.failing,
        not_relayed=lambda: {} if relay is None else relay.reasons(),
    )
    verifier = Verifier(settings.tenant, settings.trusted)
    doors = PostgresStates(pool, settings.tenant), PostgresKept(pool, settings.tenant)
    return application(district, *doors, verifier, standing)
