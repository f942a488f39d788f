"""Wiring, and the command line: `--run http`, `--migrate`, `--personal-token PERSON [--label TEXT]`."""

import argparse
import asyncio
import secrets
import sys
import uuid

import asyncpg

from services.gateway.domain.personal_tokens import RANDOM_BYTES, PersonalToken
from services.gateway.domain.routes import RouteTable
from services.gateway.flows.make_personal_token import make_personal_token
from services.gateway.http.app import Parts, gateway_app
from services.gateway.http.front import Limits
from services.gateway.http.health import Health
from services.gateway.http.peers import Peers
from services.gateway.postgres.personal_tokens import StoredPersonalTokens
from shared.ledger.identifiers import is_id
from shared.runtime.clock import now
from shared.runtime.database import connect
from shared.runtime.keys import SigningKey
from shared.runtime.logging import start_logging
from shared.runtime.migrate import migrate
from shared.runtime.serve import serve
from shared.runtime.settings import Settings
from shared.runtime.tokens import AccessTokens, Verifier

CONNECTIONS = 10


def main() -> None:
    """Do what the command line asks; ends with status 2 where it cannot be understood."""
    arguments = _arguments()
    settings = Settings()
    start_logging("gateway", settings.log_level)
    if arguments.migrate:
        if settings.database_migrator is None:
            sys.exit("ASCERTAIN_DATABASE_MIGRATOR must be set to migrate.")
        migrate("gateway", settings.database_migrator)
    elif arguments.personal_token is not None:
        print(asyncio.run(_new_personal_token(settings, arguments.personal_token, arguments.label)))  # noqa: T201
    else:
        _run(settings)


def _run(settings: Settings) -> None:
    import uvloop  # noqa: PLC0415 - only the server needs it

    uvloop.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    key = SigningKey.read(settings.keys, "gateway")
    pool = await connect(settings.database, size=CONNECTIONS, name="gateway")
    async with pool, Peers.of(settings) as peers:
        parts = Parts(
            tokens=StoredPersonalTokens(pool),
            access=AccessTokens(settings.tenant, key),
            verifier=Verifier(settings.tenant, settings.trusted),
            clock=now,
            keys=[key.public()],
            peers=peers,
            health=Health(peers, pool),
            limits=Limits.usual(),
            table=RouteTable(),
        )
        await serve(gateway_app(parts), host=settings.host, port=settings.port, workers={})


async def _new_personal_token(settings: Settings, person: str, label: str) -> str:
    connection = await asyncpg.create_pool(settings.database, min_size=1, max_size=1)
    async with connection as pool:
        token = PersonalToken(str(uuid.uuid4()), person, label, now())
        return await make_personal_token(token, secrets.token_bytes(RANDOM_BYTES), StoredPersonalTokens(pool))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.gateway")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--run", choices=["http"], help="serve")
    what.add_argument("--migrate", action="store_true", help="bring the database up to date")
    what.add_argument("--personal-token", metavar="PERSON", type=_person, help="print a new personal token of a person")
    parser.add_argument("--label", default="made by an operator", type=_label, help="what the token is for")
    return parser.parse_args()


def _person(text: str) -> str:
    if not is_id(text):
        raise argparse.ArgumentTypeError("a person is named by a lowercase UUID")
    return text


def _label(text: str) -> str:
    if not 0 < len(text) <= 100:
        raise argparse.ArgumentTypeError("a label has at most 100 characters")
    return text
