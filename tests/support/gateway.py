"""A real gateway before little services that say what they were asked."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.local.ports import LOOPBACK, free_port
from services.gateway.domain.route import Service
from services.gateway.domain.routes import RouteTable
from services.gateway.http.app import gateway_app
from services.gateway.http.artefact_door import ArtefactDoor
from services.gateway.http.artefacts import FileServing
from services.gateway.http.ballot_door import BallotDoor
from services.gateway.http.evidence_door import EvidenceDoor
from services.gateway.http.front import Limits
from services.gateway.http.health import Health
from services.gateway.http.panel_door import PanelDoor
from services.gateway.http.parts import Parts
from services.gateway.http.peers import Peers
from services.gateway.http.share_door import ShareDoor
from services.gateway.oidc.absent import NoIssuer
from services.gateway.ports import AccountKeeping, PassKeeping, SigningIn
from services.gateway.postgres.accounts import StoredAccounts
from services.gateway.postgres.artefact_tickets import StoredTickets
from services.gateway.postgres.disclosures import StoredDisclosures
from services.gateway.postgres.passes import StoredPasses
from services.gateway.postgres.personal_tokens import StoredPersonalTokens
from services.gateway.postgres.sessions import StoredAttempts, StoredSessions
from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.runtime.access.questions import Access
from shared.runtime.authorities import authorities
from shared.runtime.clock import Clock, now
from shared.runtime.keys import ISSUERS, SigningKey, make_keys
from shared.runtime.ledger_reader import Page
from shared.runtime.projection_health import HealthWatch
from shared.runtime.shards import Shard, shards_of
from shared.runtime.tokens import AccessTokens, ServiceTokens, Verifier
from tests.support.relations import TENANT
from tests.support.serving import serving

SERVICES: tuple[Service, ...] = ("evidence", "mastery", "portfolio", "audit")


class StillLedger:
    """A ledger in which nothing has happened yet."""

    async def heads(self) -> dict[Shard, int]:
        return dict.fromkeys(shards_of("evidence", "definitions"), 0)

    async def entries(self, shard: Shard, *, after: int, limit: int = 500) -> Page:
        raise NotImplementedError

    async def owner(self, ledger: Ledger, owner: str, *, after: int = 0) -> list[Entry]:
        raise NotImplementedError


@dataclass
class Upstream:
    """A little service. It answers every path with what reached it, unless the test gives it another answer."""

    name: Service
    openapi: dict[str, Any] = field(default_factory=lambda: {"paths": {}})
    seen: list[Request] = field(default_factory=list)
    answer: Any = None

    def app(self) -> Starlette:
        async def any_path(request: Request) -> Response:
            self.seen.append(request)
            if self.answer is not None:
                given: Response = await self.answer(request)
                return given
            return JSONResponse(
                {
                    "service": self.name,
                    "method": request.method,
                    "path": request.scope["raw_path"].decode(),
                    "query": request.scope["query_string"].decode(),
                    "headers": dict(request.headers),
                    "size": len(await request.body()),
                },
                headers={
                    "Ascertain-Position": "evidence:1:1",
                    "Connection": "x-of-this-hop",
                    "X-Of-This-Hop": "1",
                    "Server": "a/1",
                    "Set-Cookie": "a=1",
                },
            )

        async def openapi(_request: Request) -> Response:
            return JSONResponse(self.openapi)

        async def health(_request: Request) -> Response:
            return JSONResponse({"service": self.name, "status": "ok", "shards": {}, "quarantined": 1})

        methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]
        return Starlette(
            routes=[
                Route("/openapi.json", openapi),
                Route("/health", health),
                Route("/{path:path}", any_path, methods=methods),
            ]
        )


@dataclass
class World:
    """`http` calls the gateway; `services` are behind it, and `clients` are the gateway's own of them."""

    http: httpx.AsyncClient
    url: str
    services: dict[Service, Upstream]
    urls: dict[Service, str]
    access: AccessTokens
    clients: Peers
    trusted: Path

    def signed_in(self, person: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access.mint(person)}"}

    def cleared(self) -> "World":
        """The same world, in which nothing has been asked or arranged yet."""
        for name, upstream in self.services.items():
            upstream.seen, upstream.answer = [], None
            self.clients[name].url = self.urls[name]
        return self

    @property
    def untouched(self) -> bool:
        """Whether no service was asked anything."""
        return not any(upstream.seen for upstream in self.services.values())


@contextlib.asynccontextmanager
async def gateway_world(
    pool: asyncpg.Pool,
    folder: Path,
    *,
    limits: Limits | None = None,
    down: tuple[Service, ...] = (),
    signing_in: SigningIn | None = None,
    port: int | None = None,
    clock: Clock = now,
) -> AsyncIterator[World]:
    """A gateway with its services but those that are `down`, whose addresses lead nowhere.

    Nobody signs in by a browser, unless the test says how; then it names the port too, which the issuer must know.
    """
    port = port or free_port()
    url = f"http://{LOOPBACK}:{port}"
    for name in ISSUERS:
        make_keys(name, keys=folder / "keys", trusted=folder / "trusted")
    key = SigningKey.read(folder / "keys", "gateway")
    services = {name: Upstream(name) for name in SERVICES}
    async with contextlib.AsyncExitStack() as stack:
        urls: dict[Service, str] = {}
        for name, upstream in services.items():
            urls[name] = await stack.enter_async_context(serving(upstream.app())) if name not in down else NOWHERE
        peers = await stack.enter_async_context(Peers(urls))
        access, tokens = AccessTokens(TENANT, key), ServiceTokens(TENANT, "gateway", key)
        parts = Parts(
            tokens=StoredPersonalTokens(pool),
            passes=PassKeeping(
                StoredPasses(pool), PanelDoor(peers["evidence"], lambda: tokens.for_service("evidence")), Access(pool)
            ),
            access=access,
            verifier=Verifier(TENANT, folder / "trusted"),
            clock=clock,
            keys=[key.public()],
            peers=peers,
            health=Health(peers, HealthWatch(pool, StillLedger()), ["http"]),
            limits=limits or Limits.usual(),
            table=RouteTable(),
            reveals=EvidenceDoor(peers["evidence"], lambda: tokens.for_service("evidence")),
            ballots=BallotDoor(peers["evidence"], lambda: tokens.for_service("evidence")),
            shares=ShareDoor(peers["evidence"], lambda: tokens.for_service("evidence")),
            disclosures=StoredDisclosures(pool, now),
            rights=Access(pool),
            relations=Access(pool),
            signing_in=signing_in or SigningIn(NoIssuer(), StoredAttempts(pool), StoredSessions(pool)),
            files=FileServing(
                f"http://localhost:{port}",
                ArtefactDoor(peers["evidence"], lambda: tokens.for_service("evidence")),
                StoredTickets(pool),
            ),
            accounts=AccountKeeping(StoredAccounts(pool), Access(pool)),
            public_url=url,
            zone=ZoneInfo("UTC"),
        )
        await stack.enter_async_context(serving(gateway_app(parts), port=port))
        http = await stack.enter_async_context(
            httpx.AsyncClient(verify=authorities(), base_url=url, trust_env=False, timeout=20)
        )
        yield World(http, url, services, urls, access, peers, folder / "trusted")


NOWHERE = "http://127.0.0.1:9"
"""The discard port, on which nothing listens."""


def problem(response: httpx.Response) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    document: dict[str, Any] = orjson.loads(response.content)
    assert document["status"] == response.status_code
    assert document["type"].startswith("urn:ascertain:problem:")
    return document
