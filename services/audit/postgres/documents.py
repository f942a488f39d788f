"""Documents for refolds: from the audit's own tables, and where these lack one or hold another, from `evidence`."""

from collections.abc import Iterable

import asyncpg

from services.audit.domain.verification import VerificationError
from shared.ledger.identifiers import digest
from shared.runtime.definitions.door import Fetch
from shared.runtime.trouble import is_trouble


class CheckedDocuments:
    """Gives only bytes that are what their digest says. Raises VerificationError where there are none."""

    def __init__(self, pool: asyncpg.Pool, fetch: Fetch) -> None:
        self._pool, self._fetch = pool, fetch

    async def contents(self, digests: Iterable[str]) -> dict[str, bytes]:
        wanted = set(digests)
        rows = await self._pool.fetch(
            "SELECT digest, bytes FROM definitions.content WHERE digest = ANY ($1)", list(wanted)
        )
        contents = {row["digest"]: row["bytes"] for row in rows if digest(row["bytes"]) == row["digest"]}
        for address in wanted - contents.keys():
            contents[address] = await self._from_evidence(address)
        return contents

    async def _from_evidence(self, address: str) -> bytes:
        try:
            content = await self._fetch(address)
        except Exception as error:
            if is_trouble(error):
                raise VerificationError(f"The evidence service does not give the document {address}.") from error
            raise
        if digest(content) != address:
            raise VerificationError(f"The evidence service gives other bytes for the document {address}.")
        return content
