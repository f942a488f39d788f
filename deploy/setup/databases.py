"""A district's databases and roles on one PostgreSQL. Tables, grants on them and functions are the migrations' part."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import asyncpg

OWNERS = ("evidence", "mastery", "portfolio", "audit", "gateway")
RIGHTS = {"evidence": ("migrator", "app", "relay", "vault")}
USUAL_RIGHTS = ("migrator", "app")
FURTHER = {"evidence": ("keys",)}
"""Databases that a service has beside the one of its own name."""


class Server(Protocol):
    """A PostgreSQL: `dsn()` is its superuser's, `dsn(database, user, password)` anyone's."""

    def dsn(self, database: str = ..., user: str = ..., password: str | None = ...) -> str: ...


@dataclass(frozen=True, slots=True)
class Database:
    """One database: its name, and a DSN a role. `relay` and `vault` are further roles of evidence's, elsewhere None.

    The migrator owns the database and is the only one who may change its shape; the others may only connect, until a
    migration grants them more.
    """

    name: str
    migrator: str
    app: str
    relay: str | None
    vault: str | None = None


async def make_databases(
    server: Server, prefix: str, secret: str, services: Iterable[str] = OWNERS
) -> Mapping[str, Database]:
    """Make what is missing of `{prefix}_{service}` and its roles, and set their passwords. Repeatable.

    With `evidence` comes `keys`, the database of the vault's keys.

    Each role has a password of its own, derived from `secret`: a service never learns that of another.
    """
    connection = await asyncpg.connect(server.dsn())
    try:
        names = _databases_of(services)
        return {name: await _make_database(connection, server, prefix, name, secret) for name in names}
    finally:
        await connection.close()


async def drop_databases(server: Server, prefix: str, services: Iterable[str] = OWNERS) -> None:
    """Drop databases and roles, ending the sessions in them."""
    connection = await asyncpg.connect(server.dsn())
    try:
        for service in _databases_of(services):
            await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(f'{prefix}_{service}')} WITH (FORCE)")
            for right in RIGHTS.get(service, USUAL_RIGHTS):
                await connection.execute(f"DROP ROLE IF EXISTS {_quoted(f'{prefix}_{service}_{right}')}")
    finally:
        await connection.close()


def _databases_of(services: Iterable[str]) -> list[str]:
    return [name for service in services for name in (service, *FURTHER.get(service, ()))]


async def _make_database(
    connection: asyncpg.Connection, server: Server, prefix: str, service: str, secret: str
) -> Database:
    name = f"{prefix}_{service}"
    roles = {right: f"{name}_{right}" for right in RIGHTS.get(service, USUAL_RIGHTS)}
    for role in roles.values():
        if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
            await connection.execute(f"CREATE ROLE {_quoted(role)} LOGIN")
        await connection.execute(f"ALTER ROLE {_quoted(role)} PASSWORD {_literal(_password(secret, role))}")
    if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
        # an empty template is copied seven times as fast file by file as through the write-ahead log
        owner = _quoted(roles["migrator"])
        await connection.execute(f"CREATE DATABASE {_quoted(name)} OWNER {owner} STRATEGY FILE_COPY")
    await connection.execute(f"REVOKE ALL ON DATABASE {_quoted(name)} FROM PUBLIC")
    for role in roles.values():
        await connection.execute(f"GRANT CONNECT ON DATABASE {_quoted(name)} TO {_quoted(role)}")
    dsns = {right: server.dsn(name, role, _password(secret, role)) for right, role in roles.items()}
    return Database(name, dsns["migrator"], dsns["app"], dsns.get("relay"), dsns.get("vault"))


def _password(secret: str, role: str) -> str:
    return hmac.new(secret.encode(), role.encode(), "sha256").hexdigest()[:48]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
