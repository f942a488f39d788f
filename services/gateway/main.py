"""Wiring, and the command line: `--run ROLES`, `--migrate`, `--release OWNER`, and an operator's ways in:

`--personal-token PERSON [--label TEXT]` and `--link ISSUER SUBJECT PERSON`.
"""

import argparse
import asyncio
import secrets
import sys
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import httpx
from fastapi import FastAPI

from services.gateway.domain.accounts import Account
from services.gateway.domain.personal_tokens import RANDOM_BYTES, PersonalToken
from services.gateway.domain.routes import RouteTable
from services.gateway.flows.link_account import link
from services.gateway.flows.make_personal_token import make_personal_token
from services.gateway.http.app import Parts, gateway_app
from services.gateway.http.evidence_door import EvidenceDoor
from services.gateway.http.front import Limits
from services.gateway.http.health import Health
from services.gateway.http.peers import Peers
from services.gateway.ports import AccountKeeping
from services.gateway.postgres.accounts import StoredAccounts
from services.gateway.postgres.disclosures import StoredDisclosures
from services.gateway.postgres.personal_tokens import StoredPersonalTokens
from services.gateway.projecting import CONNECTIONS as WORKERS
from services.gateway.projecting import projections, projector_workers
from services.gateway.settings import GatewaySettings
from services.gateway.signing_in import pruner, signing_in
from shared.ledger.identifiers import is_id
from shared.runtime.access.questions import Access
from shared.runtime.clock import now
from shared.runtime.connections import borrowed
from shared.runtime.database import connect
from shared.runtime.keys import SigningKey
from shared.runtime.ledger_door import LedgerDoor
from shared.runtime.logging import start_logging
from shared.runtime.migrate import migrate
from shared.runtime.problems import Problem
from shared.runtime.projection_health import HealthWatch
from shared.runtime.quarantine import NotReleasedError, release
from shared.runtime.serve import Worker, serve
from shared.runtime.settings import Settings
from shared.runtime.tokens import AccessTokens, ServiceTokens, Verifier

ROLES = ("http", "projector")

CONNECTIONS = 10
"""Connections of the pool for requests."""

TIMEOUT = httpx.Timeout(15, connect=5)


def main() -> None:
    """Do what the command line asks; ends with status 2 where it cannot be understood."""
    arguments = _arguments()
    settings = GatewaySettings()
    start_logging("gateway", settings.log_level)
    if arguments.migrate:
        if settings.database_migrator is None:
            sys.exit("ASCERTAIN_DATABASE_MIGRATOR must be set to migrate.")
        migrate("gateway", settings.database_migrator)
    elif arguments.personal_token is not None:
        print(asyncio.run(_new_personal_token(settings, arguments.personal_token, arguments.label)))  # noqa: T201
    elif arguments.link is not None:
        try:
            print(asyncio.run(_link(settings, *arguments.link)))  # noqa: T201
        except Problem as problem:
            sys.exit(problem.detail)
    elif arguments.release is not None:
        try:
            count = asyncio.run(_release(settings, arguments.release))
        except NotReleasedError as error:
            sys.exit(str(error))
        print(f"{arguments.release} is released: {count} entries were folded again")  # noqa: T201
    else:
        _run(settings, arguments.run)


def _run(settings: GatewaySettings, roles: Collection[str]) -> None:
    import uvloop  # noqa: PLC0415 - only the server needs it

    uvloop.run(_serve(settings, roles))


async def _serve(settings: GatewaySettings, roles: Collection[str]) -> None:
    async with AsyncExitStack() as opened:
        ledger = await opened.enter_async_context(_ledger(settings))
        workers: dict[str, Worker] = {}
        if "projector" in roles:
            pool = await opened.enter_async_context(
                await connect(settings.database, size=WORKERS + 1, name="gateway projector")
            )
            workers = {**projector_workers(settings, pool, ledger), "pruner": pruner(pool)}
        app = await _http(opened, settings, roles, ledger) if "http" in roles else None
        await serve(app, host=settings.host, port=settings.port, workers=workers)


async def _http(
    opened: AsyncExitStack, settings: GatewaySettings, roles: Collection[str], ledger: LedgerDoor
) -> FastAPI:
    key = SigningKey.read(settings.keys, "gateway")
    tokens = ServiceTokens(settings.tenant, "gateway", key)
    pool = await opened.enter_async_context(await connect(settings.database, size=CONNECTIONS, name="gateway"))
    peers = await opened.enter_async_context(Peers.of(settings))
    access = Access(pool)
    return gateway_app(
        Parts(
            tokens=StoredPersonalTokens(pool),
            access=AccessTokens(settings.tenant, key),
            verifier=Verifier(settings.tenant, settings.trusted),
            clock=now,
            keys=[key.public()],
            peers=peers,
            health=Health(peers, HealthWatch(pool, ledger), [role for role in ROLES if role in roles]),
            limits=Limits.usual(),
            table=RouteTable(),
            reveals=EvidenceDoor(peers["evidence"], lambda: tokens.for_service("evidence")),
            disclosures=StoredDisclosures(pool, now),
            rights=access,
            signing_in=await opened.enter_async_context(signing_in(settings, pool)),
            accounts=AccountKeeping(StoredAccounts(pool), access),
            public_url=settings.public_url,
        )
    )


@asynccontextmanager
async def _ledger(settings: Settings) -> AsyncIterator[LedgerDoor]:
    """The ledger through the door of `evidence`."""
    tokens = ServiceTokens(settings.tenant, "gateway", SigningKey.read(settings.keys, "gateway"))
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
        yield LedgerDoor(client, settings.evidence_url, lambda: tokens.for_service("evidence"))


async def _release(settings: Settings, owner: str) -> int:
    """Fold an owner in quarantine again; how many of its entries were applied. Raises as `release` does."""
    async with _ledger(settings) as ledger, await connect(settings.database, size=2, name="gateway release") as pool:
        async with borrowed(pool) as connection:
            kind = await connection.fetchval("SELECT ledger FROM projection.quarantine WHERE owner = $1", owner)
        return await release(pool, projections(), ledger, kind or "evidence", owner)


async def _new_personal_token(settings: Settings, person: str, label: str) -> str:
    connection = await asyncpg.create_pool(settings.database, min_size=1, max_size=1)
    async with connection as pool:
        token = PersonalToken(str(uuid.uuid4()), person, label, now())
        return await make_personal_token(token, secrets.token_bytes(RANDOM_BYTES), StoredPersonalTokens(pool))


async def _link(settings: Settings, issuer: str, subject: str, person: str) -> str:
    """The id of the link, made unless it is there. Raises Problem where the subject is someone else."""
    async with asyncpg.create_pool(settings.database, min_size=1, max_size=1) as pool:
        kept, _new = await link(Account(str(uuid.uuid4()), issuer, subject, person, now()), StoredAccounts(pool))
        return kept.id


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.gateway")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--run", metavar="ROLES", type=_roles, help=f"serve; some of {','.join(ROLES)}")
    what.add_argument("--migrate", action="store_true", help="bring the database up to date")
    what.add_argument("--release", metavar="OWNER", type=_owner, help="fold an owner in quarantine again")
    what.add_argument("--personal-token", metavar="PERSON", type=_person, help="print a new personal token of a person")
    what.add_argument(
        "--link", nargs=3, metavar=("ISSUER", "SUBJECT", "PERSON"), help="say which person a subject of an issuer is"
    )
    parser.add_argument("--label", default="made by an operator", type=_label, help="what the token is for")
    arguments = parser.parse_args()
    if arguments.link is not None and not is_id(arguments.link[2]):
        parser.error("argument --link: a person is named by a lowercase UUID")
    return arguments


def _roles(text: str) -> tuple[str, ...]:
    roles = tuple(text.split(","))
    if set(roles) - set(ROLES):
        raise argparse.ArgumentTypeError(f"must be some of {', '.join(ROLES)}, separated by commas")
    return roles


def _person(text: str) -> str:
    if not is_id(text):
        raise argparse.ArgumentTypeError("a person is named by a lowercase UUID")
    return text


def _owner(text: str) -> str:
    if not is_id(text):
        raise argparse.ArgumentTypeError("an owner is named by a lowercase UUID")
    return text


def _label(text: str) -> str:
    if not 0 < len(text) <= 100:
        raise argparse.ArgumentTypeError("a label has at most 100 characters")
    return text
