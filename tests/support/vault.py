"""A vault over real databases for tests, and a connection as every role that may not enter it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

import asyncpg

from services.evidence.domain.texts import NewText
from services.evidence.vault.keys import Keys
from services.evidence.vault.tables import Tables
from services.evidence.vault.vault import PostgresVault
from services.evidence.vault.wrapping import DistrictKey
from shared.runtime.database import connect
from shared.runtime.migrate import migrate_in_loop
from tests.support.servers import District

DISTRICT_KEY = bytes(range(64))


class Counted:
    """A pool that counts the statements that go through it."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self.statements = 0

    async def fetch(self, *arguments: Any) -> Any:
        self.statements += 1
        return await self._pool.fetch(*arguments)

    async def execute(self, *arguments: Any) -> Any:
        self.statements += 1
        return await self._pool.execute(*arguments)


@dataclass(frozen=True, slots=True)
class Opened:
    """A vault with its parts, and the owners' connections to both of its databases."""

    vault: PostgresVault
    keys: Keys
    tables: Tables
    evidence: asyncpg.Connection
    wrapped: asyncpg.Connection
    pools: tuple[Counted, Counted]

    def statements(self) -> int:
        """How many statements the vault made so far."""
        return sum(pool.statements for pool in self.pools)


async def migrate_vault(district: District) -> None:
    await migrate_in_loop("evidence", district.databases["evidence"].migrator)
    await migrate_in_loop("evidence", district.databases["keys"].migrator, room="vault")


@asynccontextmanager
async def opened_vault(district: District, *, key: bytes = DISTRICT_KEY) -> AsyncIterator[Opened]:
    """A vault of a district whose databases are migrated."""
    evidence, keys = district.databases["evidence"], district.databases["keys"]
    assert evidence.vault is not None
    async with AsyncExitStack() as opened:
        pools = [
            Counted(await opened.enter_async_context(await connect(dsn, size=4, name="test")))
            for dsn in (keys.app, evidence.vault)
        ]
        owners = [await asyncpg.connect(database.migrator) for database in (evidence, keys)]
        for owner in owners:
            opened.push_async_callback(owner.close)
        kept, tables = Keys(cast("Any", pools[0]), DistrictKey(key)), Tables(cast("Any", pools[1]))
        yield Opened(PostgresVault(kept, tables), kept, tables, owners[0], owners[1], (pools[0], pools[1]))


def text(words: str, *, owner: str | None = None, event: str | None = None, field: str = "feedback_ref") -> NewText:
    return NewText(owner or str(uuid4()), event or str(uuid4()), field, words)
