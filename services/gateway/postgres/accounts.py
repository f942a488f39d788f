"""Accounts in PostgreSQL."""

from dataclasses import astuple

import asyncpg

from services.gateway.domain.accounts import Account
from services.gateway.postgres.forgetting import giving
from shared.ledger.instants import Instant

_COLUMNS = "id::text, issuer, subject, person::text, created_ms"

_LINK = (
    "INSERT INTO gateway.account (id, issuer, subject, person, created_ms) VALUES ($1, $2, $3, $4, $5)"  # noqa: S608 - of constants
    f" ON CONFLICT (issuer, subject) DO NOTHING RETURNING {_COLUMNS}"
)

_OF_SUBJECT = f"SELECT {_COLUMNS} FROM gateway.account WHERE issuer = $1 AND subject = $2"  # noqa: S608 - of constants

_REVOKE_ALL = (
    "UPDATE gateway.personal_tokens SET revoked_ms = $2 WHERE person = $1 AND revoked_ms IS NULL"
    " AND NOT EXISTS (SELECT FROM gateway.account WHERE person = $1)"
)


class StoredAccounts:
    """Implements ports.Accounts."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def link(self, account: Account) -> Account:
        row = None
        async with giving(self._pool, account.person) as connection:
            while row is None:  # a link may be removed between the two statements; then it is made again
                row = await connection.fetchrow(_LINK, *astuple(account)) or await connection.fetchrow(
                    _OF_SUBJECT, account.issuer, account.subject
                )
        return Account(*row)

    async def unlink(self, id_: str, at: Instant) -> bool:
        async with self._pool.acquire() as connection, connection.transaction():
            person = await connection.fetchval("DELETE FROM gateway.account WHERE id = $1 RETURNING person", id_)
            await connection.execute(_REVOKE_ALL, person, at)
        return person is not None

    async def page(self, person: str | None, after: str | None, limit: int) -> list[Account]:
        rows = await self._pool.fetch(
            f"SELECT {_COLUMNS} FROM gateway.account"  # noqa: S608 - of constants
            " WHERE ($1::uuid IS NULL OR person = $1) AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3",
            person,
            after,
            limit,
        )
        return [Account(*row) for row in rows]
