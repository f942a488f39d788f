"""Wiring of signing in: the issuer that the settings name, the tables, and the worker that clears them up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog

from services.gateway.flows.prune import prune
from services.gateway.oidc.absent import NoIssuer
from services.gateway.oidc.client import OidcIssuer
from services.gateway.oidc.provider import Provider, client_of, is_safe
from services.gateway.ports import Issuer, Leftovers, SigningIn
from services.gateway.postgres.leftovers import StoredLeftovers
from services.gateway.postgres.sessions import StoredAttempts, StoredSessions
from services.gateway.settings import GatewaySettings
from shared.runtime.clock import Clock, now
from shared.runtime.serve import Worker
from shared.runtime.trouble import is_trouble

CALLBACK = "/sign-in/callback"

PRUNE_EVERY = 60.0
"""Seconds between two rounds of clearing up."""

_log = structlog.get_logger()


@asynccontextmanager
async def signing_in(settings: GatewaySettings, pool: asyncpg.Pool) -> AsyncIterator[SigningIn]:
    """What a sign-in needs. Raises ValueError where the settings would let somebody read along."""
    sessions, attempts = StoredSessions(pool), StoredAttempts(pool)
    if settings.oidc_issuer is None:
        yield SigningIn(NoIssuer(), attempts, sessions)
        return
    for url in (settings.oidc_issuer, settings.public_url):
        if not is_safe(url):
            raise ValueError(f"{url!r} must begin with https:// (or name this machine) for people to sign in.")
    async with client_of(settings.oidc_issuer) as http:
        issuer: Issuer = OidcIssuer(
            Provider(http, settings.oidc_issuer),
            settings.oidc_client_id,
            settings.client_secret(),
            settings.public_url + CALLBACK,
        )
        yield SigningIn(issuer, attempts, sessions)


def pruner(pool: asyncpg.Pool, clock: Clock = now, every: float = PRUNE_EVERY) -> Worker:
    """The worker that throws away what can do nothing any more. A database that does not answer is asked again."""
    return lambda: _prune_for_ever(StoredLeftovers(pool), clock, every)


async def _prune_for_ever(leftovers: Leftovers, clock: Clock, every: float) -> None:
    while True:
        try:
            count = await prune(leftovers, clock())
            if count:
                _log.info("what had ended was thrown away", count=count)
        except Exception as error:
            if not is_trouble(error):
                raise
            _log.warning("what has ended could not be thrown away", error=error)
        await asyncio.sleep(every)
