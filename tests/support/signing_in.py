"""A gateway at which browsers sign in, at an issuer that the test brings."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx

from deploy.local.ports import LOOPBACK, free_port
from services.gateway.domain.accounts import Account
from services.gateway.http.cookies import SESSION
from services.gateway.oidc.client import OidcIssuer
from services.gateway.oidc.provider import Provider, client_of
from services.gateway.ports import SigningIn
from services.gateway.postgres.accounts import StoredAccounts
from services.gateway.postgres.sessions import StoredAttempts, StoredSessions
from services.gateway.signing_in import CALLBACK
from shared.ledger.instants import Instant
from shared.runtime.clock import now
from tests.support.browser import Browser
from tests.support.gateway import World, gateway_world
from tests.support.hostile_issuer import HostileIssuer
from tests.support.serving import serving

CLIENT, SECRET = "ascertain", "a-secret: of the client's"  # a colon, as a header must keep it apart


@dataclass
class TurnedClock:
    """The real time, with what a test has turned it forward."""

    ahead: Instant = 0

    def __call__(self) -> Instant:
        return now() + self.ahead


@dataclass
class Door:
    """A gateway to sign in at, its clock, and the issuer's name."""

    world: World
    issuer: str
    pool: asyncpg.Pool
    clock: TurnedClock

    @property
    def url(self) -> str:
        return self.world.url

    def browser(self) -> Browser:
        return Browser(self.world.http)

    async def link(self, subject: str, person: str | None = None) -> str:
        """Let this subject of the issuer be a person; who it is."""
        account = Account(str(uuid4()), self.issuer, subject, person or str(uuid4()), now())
        return (await StoredAccounts(self.pool).link(account)).person

    async def question(self, browser: Browser, return_to: str = "/") -> str:
        """Where the gateway sends a browser that wants to sign in."""
        answer = await browser.send("GET", str(httpx.URL(f"{self.url}/sign-in", params={"return_to": return_to})))
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def signed_in(self, browser: Browser, hostile: HostileIssuer, return_to: str = "/") -> httpx.Response:
        """The gateway's answer once the hostile issuer has sent the browser back."""
        state = hostile.asked(await self.question(browser, return_to))
        return await browser.send("GET", f"{self.url}{CALLBACK}?code=c&state={state}")

    async def is_signed_in(self, browser: Browser) -> bool:
        if browser.cookie(self.url, SESSION) is None:
            return False
        return (await browser.send("GET", f"{self.url}/v1/session")).status_code == 200


@contextlib.asynccontextmanager
async def sign_in_door(
    pool: asyncpg.Pool, folder: Path, issuer: str, *, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Door]:
    """A gateway whose people sign in at the issuer of this name, reached by `transport` where one is given."""
    port, clock = free_port(), TurnedClock()
    http = client_of(issuer) if transport is None else httpx.AsyncClient(transport=transport)
    async with http:
        redirect_uri = f"http://{LOOPBACK}:{port}{CALLBACK}"
        client = OidcIssuer(Provider(http, issuer), CLIENT, SECRET, redirect_uri)
        signing_in = SigningIn(client, StoredAttempts(pool), StoredSessions(pool))
        async with gateway_world(pool, folder, signing_in=signing_in, port=port, clock=clock) as world:
            yield Door(world, issuer, pool, clock)


@contextlib.asynccontextmanager
async def hostile_door(pool: asyncpg.Pool, folder: Path) -> AsyncIterator[tuple[Door, HostileIssuer]]:
    """A gateway with a hostile issuer, that behaves well until it is told otherwise."""
    hostile = HostileIssuer(client=CLIENT)
    async with (
        serving(hostile.app(), port=hostile.port),
        sign_in_door(pool, folder, hostile.url) as door,
    ):
        yield door, hostile


async def csrf(door: Door, browser: Browser) -> str:
    """The CSRF token of the session that a browser has."""
    token: str = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    return token
