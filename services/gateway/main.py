"""Wiring: what a process of `gateway` is made of, whichever roles it has, and an operator's ways in."""

import secrets
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
from fastapi import FastAPI

from services.gateway import ROLES, SERVICE
from services.gateway.domain.accounts import Account
from services.gateway.domain.personal_tokens import RANDOM_BYTES, PersonalToken
from services.gateway.domain.routes import RouteTable
from services.gateway.flows.link_account import link
from services.gateway.flows.make_personal_token import make_personal_token
from services.gateway.http.app import gateway_app
from services.gateway.http.artefact_door import ArtefactDoor
from services.gateway.http.artefacts import FileServing
from services.gateway.http.ballot_door import BallotDoor
from services.gateway.http.evidence_door import EvidenceDoor
from services.gateway.http.front import Limits
from services.gateway.http.health import Health
from services.gateway.http.pages.languages import add_words
from services.gateway.http.panel_door import PanelDoor
from services.gateway.http.parts import Parts
from services.gateway.http.peers import Peers
from services.gateway.http.share_door import ShareDoor
from services.gateway.ports import AccountKeeping, PassKeeping
from services.gateway.postgres.accounts import StoredAccounts
from services.gateway.postgres.artefact_tickets import StoredTickets
from services.gateway.postgres.disclosures import StoredDisclosures
from services.gateway.postgres.passes import StoredPasses
from services.gateway.postgres.personal_tokens import StoredPersonalTokens
from services.gateway.projecting import CONNECTIONS as WORKERS
from services.gateway.projecting import projections, projector_workers
from services.gateway.settings import GatewaySettings
from services.gateway.signing_in import pruner, signing_in
from shared.runtime.access.questions import Access
from shared.runtime.clock import now
from shared.runtime.keys import SigningKey
from shared.runtime.ledger_door import LedgerDoor
from shared.runtime.observing import Observing
from shared.runtime.process import Process, open_peer, open_pool, release_owner, roles_in_order
from shared.runtime.process import run as serve_process
from shared.runtime.projection_health import HealthWatch
from shared.runtime.projection_measures import table_measures
from shared.runtime.serve import Worker
from shared.runtime.settings import Settings
from shared.runtime.tokens import AccessTokens, ServiceTokens, Verifier

CONNECTIONS = 10
"""Connections of the pool for requests."""


async def run(settings: GatewaySettings, roles: Collection[str]) -> None:
    """Serve these roles until told to stop. Raises as `shared.runtime.process.run`."""
    await serve_process(process(settings, roles), settings)


@asynccontextmanager
async def process(settings: GatewaySettings, roles: Collection[str]) -> AsyncIterator[Process]:
    """Open what the roles need, and close it at the end."""
    async with AsyncExitStack() as opened:
        ledger = (await open_peer(opened, settings, SERVICE)).ledger
        observing = Observing.of(SERVICE, public=True)
        workers: dict[str, Worker] = {}
        if "projector" in roles:
            pool = await open_pool(opened, settings.database, size=WORKERS + 1, name=f"{SERVICE} projector")
            workers = {**projector_workers(settings, pool, ledger, observing), "pruner": pruner(pool)}
        app = await _http(opened, settings, roles, ledger, observing) if "http" in roles else None
        yield Process(app, workers, observing)


async def _http(
    opened: AsyncExitStack, settings: GatewaySettings, roles: Collection[str], ledger: LedgerDoor, observing: Observing
) -> FastAPI:
    if settings.words is not None:
        add_words(settings.words)
    key = SigningKey.read(settings.keys, "gateway")
    tokens = ServiceTokens(settings.tenant, "gateway", key)
    pool = await open_pool(opened, settings.database, size=CONNECTIONS, name=f"{SERVICE} http")
    peers = await opened.enter_async_context(Peers.of(settings))
    access, watch = Access(pool), HealthWatch(pool, ledger)
    observing.measures.read_by(table_measures(watch))
    return gateway_app(
        Parts(
            tokens=StoredPersonalTokens(pool),
            passes=PassKeeping(
                StoredPasses(pool), PanelDoor(peers["evidence"], lambda: tokens.for_service("evidence")), access
            ),
            access=AccessTokens(settings.tenant, key),
            verifier=Verifier(settings.tenant, settings.trusted),
            clock=now,
            keys=[key.public()],
            peers=peers,
            health=Health(peers, watch, roles_in_order(ROLES, roles)),
            limits=Limits.usual(),
            table=RouteTable(),
            reveals=EvidenceDoor(peers["evidence"], lambda: tokens.for_service("evidence")),
            ballots=BallotDoor(peers["evidence"], lambda: tokens.for_service("evidence")),
            shares=ShareDoor(peers["evidence"], lambda: tokens.for_service("evidence")),
            disclosures=StoredDisclosures(pool, now),
            rights=access,
            relations=access,
            signing_in=await opened.enter_async_context(signing_in(settings, pool)),
            files=FileServing(
                settings.artefact_origin,
                ArtefactDoor(peers["evidence"], lambda: tokens.for_service("evidence")),
                StoredTickets(pool),
            ),
            accounts=AccountKeeping(StoredAccounts(pool), access),
            public_url=settings.public_url,
            zone=settings.zone,
        )
    )


async def release_quarantined(settings: Settings, owner: str) -> int:
    """Fold an owner in quarantine again; how many of its entries were applied. Raises as `quarantine.release` does."""
    async with AsyncExitStack() as opened:
        ledger = (await open_peer(opened, settings, SERVICE)).ledger
        pool = await open_pool(opened, settings.database, size=2, name=f"{SERVICE} release")
        return await release_owner(pool, projections(), ledger, owner)


async def new_personal_token(settings: Settings, person: str, label: str) -> str:
    """A new personal token of a person, which is shown this once."""
    async with asyncpg.create_pool(settings.database, min_size=1, max_size=1) as pool:
        token = PersonalToken(str(uuid.uuid4()), person, label, now())
        return await make_personal_token(token, secrets.token_bytes(RANDOM_BYTES), StoredPersonalTokens(pool))


async def link_account(settings: Settings, issuer: str, subject: str, person: str) -> str:
    """The id of the link, made unless it is there. Raises Problem where the subject is someone else."""
    async with asyncpg.create_pool(settings.database, min_size=1, max_size=1) as pool:
        kept, _new = await link(Account(str(uuid.uuid4()), issuer, subject, person, now()), StoredAccounts(pool))
        return kept.id
