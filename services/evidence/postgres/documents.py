"""The port `Documents`: bytes in the table that the definitions projection reads, claims beside them."""

import asyncpg

from services.evidence.domain.documents import ReadDocument
from services.evidence.domain.errors import Invalid
from shared.contracts.documents import Framework
from shared.runtime.connections import borrowed
from shared.runtime.trouble import UnavailableError


class PostgresDocuments:
    """Keeps documents; what is kept never changes."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def keep(self, document: ReadDocument) -> None:
        """See `Documents.keep`."""
        async with borrowed(self._pool) as connection, connection.transaction():
            if isinstance(document.content, Framework):
                await _claim(connection, document.content)
            await connection.execute(
                "INSERT INTO definitions.content (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                document.digest,
                document.stored,
            )

    async def read(self, digest: str) -> bytes | None:
        """See `Documents.read`."""
        stored: bytes | None = await self._pool.fetchval(
            "SELECT bytes FROM definitions.content WHERE digest = $1", digest
        )
        return stored

    async def fetch(self, digest: str) -> bytes:
        """The bytes for the definitions projection. Raises UnavailableError: whatever is published was kept."""
        stored = await self.read(digest)
        if stored is None:
            raise UnavailableError(f"The bytes of the document {digest} are not here.")
        return stored


async def _claim(connection: asyncpg.Connection, framework: Framework) -> None:
    """In the order of the competencies' ids, so that two frameworks handed in at once wait for each other in turn."""
    ids = sorted(competency.id for competency in framework.competencies)
    await connection.execute(
        "INSERT INTO handed_in.claim (competency, framework)"
        " SELECT id, $2 FROM unnest($1::uuid[]) AS named (id) ORDER BY id ON CONFLICT DO NOTHING",
        ids,
        framework.id,
    )
    other = await connection.fetchrow(
        "SELECT competency::text, framework::text FROM handed_in.claim"
        " WHERE competency = ANY ($1::uuid[]) AND framework <> $2 LIMIT 1",
        ids,
        framework.id,
    )
    if other is not None:
        index = next(n for n, one in enumerate(framework.competencies) if one.id == other["competency"])
        raise Invalid(
            f"The competency {other['competency']} belongs to the framework {other['framework']} already; one of "
            "another framework needs an id of its own.",
            field=f"/competencies/{index}/id",
        )
