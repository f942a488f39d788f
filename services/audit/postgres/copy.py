"""The audit's own copy of both ledgers: kept as it came, entry by entry, and read back."""

from collections.abc import AsyncIterator, Iterable, Sequence

import asyncpg

from services.audit.domain.grades import TYPES as GRADES
from services.audit.domain.rows import TYPES as KEPT
from services.audit.ports import Misplaced
from shared.ledger.entry import Entry, type_name
from shared.ledger.identifiers import Ledger
from shared.ledger.instants import Instant
from shared.rulebook.contributing import EVIDENCE
from shared.runtime.shards import Shard

_COLUMNS = (
    "ledger, shard, position, epoch, tenant, owner, stream, version, id, type, schema, occurred_at, recorded_at,"
    " actor, body, request_digest"
)
_TYPES = (
    *("text", "int", "bigint", "bigint", "text", "text", "text", "bigint", "text", "text", "text"),
    *("bigint", "bigint", "text", "bytea", "text"),
)
_KEEP = (
    f"INSERT INTO audit.entry ({_COLUMNS}) SELECT * FROM unnest("  # noqa: S608 - of constants
    + ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(_TYPES, start=1))
    + ") ON CONFLICT DO NOTHING"
)
_SELECT = f"SELECT {_COLUMNS} FROM audit.entry"  # noqa: S608 - of constants

_EVIDENCE = [type_name(name) for name in sorted({*EVIDENCE, "LevelOverridden"})]
_DEFINING = [type_name(name) for name in ("PolicyAdopted", "DocumentPublished")]
_CONTEXT = [type_name(name) for name in ("EvidenceVoided", "EvidenceSuperseded", "LearnerEnrolled", "LearnerForgotten")]
_OF_GRADE = "type IN ('{}', '{}', '{}')".format(*GRADES)

PAGE = 500
"""Learners of a page."""


class CopyKeeper:
    """Keeps every entry that comes, also of owners whom a quarantine holds back: a `Keeper` of the projector.

    What was kept before stays as it is, even where something else comes in its place: verifications tell.
    """

    async def keep(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        await connection.execute(_KEEP, *(list(column) for column in zip(*map(_row, entries), strict=True)))


class CopyReader:
    """Reads the copy; every method raises what the database raises where it does not answer."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def reached(self) -> dict[Shard, int]:
        rows = await self._pool.fetch("SELECT ledger, shard, position FROM projection.watermark")
        return {Shard(row["ledger"], row["shard"]): row["position"] for row in rows}

    async def window(self, shard: Shard, after: int, through: int) -> list[Entry]:
        return await self._entries(
            f"{_SELECT} WHERE ledger = $1 AND shard = $2 AND position > $3 AND position <= $4 ORDER BY position",
            *(shard.ledger, shard.number, after, through),
        )

    async def at(self, shard: Shard, positions: Sequence[int]) -> list[Entry]:
        return await self._entries(
            f"{_SELECT} WHERE ledger = $1 AND shard = $2 AND position = ANY ($3::bigint[])",
            *(shard.ledger, shard.number, positions),
        )

    async def of_owner(self, ledger: Ledger, owner: str) -> list[Entry]:
        return await self._entries(f"{_SELECT} WHERE ledger = $1 AND owner = $2 ORDER BY position", ledger, owner)

    async def page_of_owner(self, owner: str, after: int, limit: int) -> list[Entry]:
        """Entries of a learner above position `after`, at most `limit`."""
        return await self._entries(
            f"{_SELECT} WHERE ledger = 'evidence' AND owner = $1 AND position > $2 ORDER BY position LIMIT $3",
            *(owner, after, limit),
        )

    async def recorded_around(self, owner: str, position: int) -> tuple[Instant | None, Instant | None]:
        """When the last of a learner's entries up to a position was recorded, and the first above it."""
        row = await self._pool.fetchrow(
            "SELECT max(recorded_at) FILTER (WHERE position <= $2) AS last,"
            " min(recorded_at) FILTER (WHERE position > $2) AS after"
            " FROM audit.entry WHERE ledger = 'evidence' AND owner = $1",
            *(owner, position),
        )
        assert row is not None
        return row["last"], row["after"]

    async def context_of_owner(self, owner: str) -> list[Entry]:
        """A learner's enrolments, what withdraws evidence, and that she is forgotten."""
        return await self._entries(
            f"{_SELECT} WHERE ledger = 'evidence' AND owner = $1 AND type = ANY ($2) ORDER BY position", owner, _CONTEXT
        )

    async def of_learners(self, learners: Sequence[str]) -> dict[str, list[Entry]]:
        return _by_owner(
            await self._entries(
                f"{_SELECT} WHERE ledger = 'evidence' AND owner = ANY ($1) ORDER BY owner, position", learners
            )
        )

    async def kept_entries(self, learners: Sequence[str]) -> dict[str, list[Entry]]:
        return _by_owner(
            await self._entries(
                f"{_SELECT} WHERE ledger = 'evidence' AND owner = ANY ($1) AND type = ANY ($2)"
                " ORDER BY owner, position",
                *(learners, KEPT),
            )
        )

    async def definitions(self) -> list[Entry]:
        return await self._entries(
            f"{_SELECT} WHERE ledger = 'definitions' AND type = ANY ($1) ORDER BY position", _DEFINING
        )

    async def beyond(self) -> list[tuple[Shard, int, int]]:
        rows = await self._pool.fetch(
            "SELECT kept.ledger, kept.shard, kept.position, coalesce(mark.position, 0) AS reached"
            " FROM (SELECT DISTINCT ledger, shard FROM audit.entry) AS had"
            " LEFT JOIN projection.watermark AS mark USING (ledger, shard)"
            " CROSS JOIN LATERAL (SELECT e.ledger, e.shard, e.position FROM audit.entry AS e"
            "  WHERE e.ledger = had.ledger AND e.shard = had.shard AND e.position > coalesce(mark.position, 0)"
            "  ORDER BY e.position LIMIT 100) AS kept ORDER BY 1, 2, 3"
        )
        return [(Shard(row["ledger"], row["shard"]), row["position"], row["reached"]) for row in rows]

    async def out_of_sequence(self, shard: Shard, through: int, owner: str | None, limit: int) -> list[Misplaced]:
        rows = await self._pool.fetch(
            "SELECT position, stream, version, expected FROM ("
            " SELECT position, stream, version,"
            "  row_number() OVER (PARTITION BY owner, stream ORDER BY position) AS expected"
            " FROM audit.entry WHERE ledger = $1 AND shard = $2 AND position <= $3"
            "  AND ($4::text IS NULL OR owner = $4)"
            ") AS numbered WHERE version <> expected ORDER BY position LIMIT $5",
            *(shard.ledger, shard.number, through, owner, limit),
        )
        return [Misplaced(*row) for row in rows]

    async def positions_of(self, ids: Iterable[str]) -> dict[str, tuple[Shard, int]]:
        rows = await self._pool.fetch(
            "SELECT id, ledger, shard, position FROM audit.entry WHERE id = ANY ($1)", list(ids)
        )
        return {row["id"]: (Shard(row["ledger"], row["shard"]), row["position"]) for row in rows}

    async def learners(self, shard: Shard, through: int) -> AsyncIterator[list[str]]:
        async for owners in self._owners(shard, through, _EVIDENCE):
            yield owners

    async def kept_learners(self, shard: Shard, through: int) -> AsyncIterator[list[str]]:
        async for owners in self._owners(shard, through, KEPT):
            yield owners

    async def graded(self, shard: Shard, through: int) -> AsyncIterator[list[str]]:
        last = ""
        while True:
            rows = await self._pool.fetch(
                f"SELECT DISTINCT owner FROM audit.entry WHERE ledger = $1 AND shard = $2 AND position <= $3"  # noqa: S608 - of constants
                f" AND owner > $4 AND {_OF_GRADE} ORDER BY owner LIMIT $5",
                *(shard.ledger, shard.number, through, last, PAGE),
            )
            if not rows:
                return
            yield [row["owner"] for row in rows]
            last = rows[-1]["owner"]

    async def extent(self) -> tuple[int, int]:
        [row] = await self._pool.fetch(
            f"SELECT count(*) AS entries, count(*) FILTER (WHERE {_OF_GRADE}) AS grades FROM audit.entry"  # noqa: S608 - of constants
            f" WHERE ledger = 'evidence' AND owner IN (SELECT owner FROM audit.entry WHERE {_OF_GRADE})"
        )
        return row["entries"], row["grades"]

    async def of_grade(self, event: str) -> Entry | None:
        """The entry with this id, if it says something of a grade."""
        entries = await self._entries(f"{_SELECT} WHERE ledger = 'evidence' AND id = $1 AND {_OF_GRADE}", event)
        return entries[0] if entries else None

    async def _owners(self, shard: Shard, through: int, types: Sequence[str]) -> AsyncIterator[list[str]]:
        """The owners of entries of these types at positions up to `through`, in pages."""
        rows = await self._pool.fetch(
            "SELECT DISTINCT owner FROM audit.entry"
            " WHERE ledger = $1 AND shard = $2 AND position <= $3 AND type = ANY ($4)",
            *(shard.ledger, shard.number, through, types),
        )
        owners = [row["owner"] for row in rows]
        for first in range(0, len(owners), PAGE):
            yield owners[first : first + PAGE]

    async def _entries(self, query: str, *arguments: object) -> list[Entry]:
        return [Entry(*row) for row in await self._pool.fetch(query, *arguments)]


def _by_owner(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    by_owner: dict[str, list[Entry]] = {}
    for entry in entries:
        by_owner.setdefault(entry.owner, []).append(entry)
    return by_owner


def _row(entry: Entry) -> tuple[object, ...]:
    return (
        *(entry.ledger, entry.shard, entry.position, entry.epoch, entry.tenant, entry.owner, entry.stream),
        *(entry.version, entry.id, entry.type, entry.schema, entry.occurred_at, entry.recorded_at, entry.actor),
        *(entry.body, entry.request_digest),
    )
