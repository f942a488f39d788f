"""The projection of the definitions ledger: documents, adoptions and placements into the schema `definitions`."""

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg

from shared.contracts.bodies import DocumentPublished, PolicyAdopted
from shared.contracts.documents import Framework, read_document
from shared.contracts.events import decode
from shared.ledger.canonical import JsonValue, parse
from shared.ledger.entry import Entry
from shared.ledger.identifiers import digest
from shared.rulebook.policy import FORMATS as POLICIES
from shared.rulebook.policy import read_policy
from shared.runtime.definitions.door import Fetch
from shared.runtime.trouble import UnavailableError


class DefinitionsProjection:
    """A `Projection` of `DocumentPublished` and `PolicyAdopted`; other entries pass it by.

    `pool` is this service's own database: a document's bytes are stored before the transaction that publishes it, so
    that no batch of documents has to fit into memory. `fetch` is asked for what is not there.
    """

    def __init__(self, pool: asyncpg.Pool, fetch: Fetch) -> None:
        self._pool, self._fetch = pool, fetch

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Bring in the bytes of the documents published. Raises UnavailableError where other bytes come."""
        wanted = [decode(entry, DocumentPublished).digest for entry in entries if entry.event == "DocumentPublished"]
        if not wanted:
            return
        known = await self._pool.fetch("SELECT digest FROM definitions.content WHERE digest = ANY ($1)", wanted)
        for address in set(wanted) - {row["digest"] for row in known}:
            content = await self._fetch(address)
            if digest(content) != address:
                raise UnavailableError(f"Other bytes came for the document {address}.")
            await self._pool.execute(
                "INSERT INTO definitions.content (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                address,
                content,
            )

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Raises ValueError for a document that breaks its format and a policy adopted but not published."""
        changed = False
        for entry in entries:
            if entry.event == "DocumentPublished":
                await _publish(connection, entry, decode(entry, DocumentPublished))
                changed = True
            elif entry.event == "PolicyAdopted":
                await _adopt(connection, entry, decode(entry, PolicyAdopted))
                changed = True
        if changed:
            await _revise(connection)

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        gone = [
            await connection.execute("DELETE FROM definitions.adoption WHERE owner = $1", owner),
            await connection.execute("DELETE FROM definitions.placement WHERE owner = $1", owner),
            await connection.execute("DELETE FROM definitions.document WHERE owner = $1", owner),
        ]
        if any(tag != "DELETE 0" for tag in gone):
            await _revise(connection)


async def _publish(connection: asyncpg.Connection, entry: Entry, published: DocumentPublished) -> None:
    content = await connection.fetchval("SELECT bytes FROM definitions.content WHERE digest = $1", published.digest)
    if content is None:
        raise UnavailableError(f"The document {published.digest} was not fetched.")
    framework = await asyncio.to_thread(_read, content, published)
    await connection.execute(
        "INSERT INTO definitions.document (digest, owner, format, id, position, recorded_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        published.digest,
        entry.owner,
        published.format,
        published.id,
        entry.position,
        entry.recorded_at,
    )
    if framework is not None:
        await _place(connection, entry, framework)


def _read(content: bytes, published: DocumentPublished) -> Framework | None:
    """The document's framework, where it is one. Large ones take a while: not for the event loop. Raises ValueError."""
    value = parse(content)
    document = read_document(value)
    if document.format != published.format:
        raise ValueError(f"The document {published.digest} is no {published.format}.")
    if document.format in POLICIES:
        read_policy(_members(value))
    return document if isinstance(document, Framework) else None


def _members(value: JsonValue) -> Mapping[str, JsonValue]:
    assert isinstance(value, dict)
    return value


async def _place(connection: asyncpg.Connection, entry: Entry, framework: Framework) -> None:
    competencies = framework.competencies
    await connection.execute(
        "INSERT INTO definitions.placement (competency, position, owner, framework, code, statement, recorded_ms)"
        " SELECT id, $4, $5, $6, code, statement, $7"
        " FROM unnest($1::uuid[], $2::text[], $3::text[]) AS placed (id, code, statement)",
        [competency.id for competency in competencies],
        [competency.code for competency in competencies],
        [competency.statement for competency in competencies],
        entry.position,
        entry.owner,
        framework.id,
        entry.recorded_at,
    )


async def _adopt(connection: asyncpg.Connection, entry: Entry, adopted: PolicyAdopted) -> None:
    published = await connection.fetchval(
        "SELECT true FROM definitions.document WHERE digest = $1 AND format = ANY ($2)", adopted.policy, list(POLICIES)
    )
    if not published:
        raise ValueError(f"The policy {adopted.policy} is adopted but not published.")
    await connection.execute(
        "INSERT INTO definitions.adoption (position, owner, version, scope, policy, mode, recorded_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        entry.position,
        entry.owner,
        entry.version,
        adopted.scope,
        adopted.policy,
        adopted.mode,
        entry.recorded_at,
    )


async def _revise(connection: asyncpg.Connection) -> None:
    await connection.execute("UPDATE definitions.revision SET revision = nextval('definitions.revisions')")
