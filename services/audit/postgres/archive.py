"""The copy as a reader of histories needs it: together with the definitions, as far as they have come."""

import asyncpg

from services.audit.postgres.copy import CopyReader
from shared.rulebook.definitions import Definitions
from shared.runtime.connections import snapshot
from shared.runtime.definitions.reading import DefinitionsReader


class CopyArchive(CopyReader):
    """An `Archive`. The definitions are read again only after they have changed."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._definitions = DefinitionsReader()

    async def adopted(self) -> Definitions:
        async with snapshot(self._pool) as connection:
            return (await self._definitions.view(connection)).definitions
