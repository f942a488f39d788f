"""The port `Standings`: learners' own entries out of the ledger, folded under this service's own definitions."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

import asyncpg
import orjson

from services.evidence.domain.errors import NotNow
from services.evidence.domain.standing import LearnerStanding, Unreadable, standing_of
from services.evidence.ports import Applied, LedgerUnavailable
from services.evidence.postgres.failures import is_unavailable
from shared.ledger.canonical import parse
from shared.ledger.identifiers import shard_of
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.policy import Scale, read_policy
from shared.runtime.connections import borrowed
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.ledger_table import COLUMNS, entry_of_row
from shared.runtime.shards import Shard

TOGETHER = 10
"""Learners whose entries are read and folded in one go: some thousand entries, however many learners are asked for."""

_OWNED = (
    f"SELECT {COLUMNS} FROM ledger.entry WHERE ledger = 'evidence' AND owner = ANY ($1::text[]::uuid[])"  # noqa: S608
    " ORDER BY owner, position"
)

_DEFINED = """
    SELECT h.position AS head, coalesce(w.position, 0) AS applied, EXISTS (
        SELECT FROM projection.quarantine AS q WHERE q.ledger = 'definitions' AND q.type = ANY ($1)
    ) AS incomplete
    FROM ledger.head AS h LEFT JOIN projection.watermark AS w USING (ledger, shard)
    WHERE h.ledger = 'definitions' AND h.shard = 0
"""
_FOLDED_UNDER = ["ascertain.DocumentPublished", "ascertain.PolicyAdopted"]


class PostgresStandings:
    """Entries and definitions are read in one snapshot, so that the pins hold for both; folds are made in a thread."""

    def __init__(self, pool: asyncpg.Pool, applied: Applied, *, tenant: str, together: int = TOGETHER) -> None:
        self._pool, self._applied, self._tenant, self._together = pool, applied, tenant, together
        self._definitions = DefinitionsReader()
        self._scales: dict[str, Scale] = {}

    async def of(
        self, learners: Sequence[str], competencies: Collection[str]
    ) -> Mapping[str, LearnerStanding | Unreadable]:
        """See `Standings.of`."""
        try:
            await self._catch_up()
            return await self._of(learners, competencies)
        except Exception as error:
            if not is_unavailable(error):
                raise
            raise LedgerUnavailable(f"The ledger did not answer ({type(error).__name__}).") from error

    async def scales(self, policies: Collection[str]) -> Mapping[str, Scale]:
        """See `Standings.scales`. A policy never changes, so it is read once."""
        unread = [digest for digest in policies if digest not in self._scales]
        if unread:
            rows = await self._pool.fetch(
                "SELECT digest, bytes FROM definitions.document JOIN definitions.content USING (digest)"
                " WHERE digest = ANY ($1) AND format LIKE 'ascertain.policy@%'",
                unread,
            )
            self._scales |= {row["digest"]: _scale(row["bytes"]) for row in rows}
        return {digest: self._scales[digest] for digest in policies if digest in self._scales}

    async def _catch_up(self) -> None:
        """Wait a moment for definitions that were recorded already: whoever looked at a page may have seen them."""
        row = await self._pool.fetchrow(_DEFINED, _FOLDED_UNDER)
        if row is not None and row["applied"] < row["head"]:
            await self._applied.reached({Shard("definitions", 0): row["head"]})

    async def _of(
        self, learners: Sequence[str], competencies: Collection[str]
    ) -> Mapping[str, LearnerStanding | Unreadable]:
        standings: dict[str, LearnerStanding | Unreadable] = {}
        async with (
            borrowed(self._pool) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            view = await self._definitions.view(connection)
            defined = await connection.fetchrow(_DEFINED, _FOLDED_UNDER)
            if defined is None or defined["incomplete"]:
                raise NotNow("What policies and frameworks say is not completely known at the moment.")
            for some in _in_parts(learners, self._together):
                rows = await connection.fetch(_OWNED, some)
                learners_ = [Learner(learner, shard_of(self._tenant, learner)) for learner in some]
                standings |= await asyncio.to_thread(
                    _fold, learners_, rows, competencies, view.definitions, defined["applied"]
                )
        return standings


def _fold(
    learners: Iterable[Learner],
    rows: Iterable[asyncpg.Record],
    competencies: Collection[str],
    definitions: Definitions,
    watermark: int,
) -> dict[str, LearnerStanding | Unreadable]:
    """The standings from the rows of all of them, ordered by owner."""
    own = {str(owner): list(group) for owner, group in groupby(rows, key=lambda row: row["owner"])}
    standings: dict[str, LearnerStanding | Unreadable] = {}
    for learner in learners:
        try:
            entries = [(entry_of_row(row), _body(row["body"])) for row in own.get(learner.id, ())]
            standings[learner.id] = standing_of(learner, entries, competencies, definitions, watermark)
        except (KeyError, TypeError, ValueError) as error:  # of this learner alone; whoever asks tells it
            standings[learner.id] = Unreadable(learner.id, type(error).__qualname__)
    return standings


def _body(stored: bytes) -> Any:
    return orjson.loads(stored)


def _scale(stored: bytes) -> Scale:
    document: Any = parse(stored)
    return read_policy(document).scale


def _in_parts(learners: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(learners)
    while part := list(islice(rest, size)):
        yield part
