"""The port `Standings`: learners' own entries out of the ledger, folded under this service's own definitions."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import asyncpg

from services.evidence.domain.errors import NotNow
from services.evidence.domain.standing import LearnerStanding, Unreadable
from services.evidence.folding import Folded, Folds, FoldsInThread, Task
from services.evidence.ports import Applied, LedgerUnavailable
from services.evidence.postgres.failures import is_unavailable
from shared.ledger.canonical import parse
from shared.ledger.identifiers import shard_of
from shared.rulebook.definitions import Learner
from shared.rulebook.policy import Scale, read_policy
from shared.runtime.connections import snapshot
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.shards import Shard

TOGETHER = 10
"""Learners whose entries are read and folded in one go: some thousand entries, however many learners are asked for."""

_OWNED = """
    SELECT ledger, shard, position, epoch, tenant::text, owner::text, stream, version, id::text, type, schema,
        occurred_at, recorded_at, actor::text, body
    FROM ledger.entry AS e WHERE ledger = 'evidence' AND e.owner = ANY ($1::text[]::uuid[]) ORDER BY e.owner, position
"""

_DEFINED = """
    SELECT h.position AS head, coalesce(w.position, 0) AS applied, EXISTS (
        SELECT FROM projection.quarantine AS q WHERE q.ledger = 'definitions' AND q.type = ANY ($1)
    ) AS incomplete
    FROM ledger.head AS h LEFT JOIN projection.watermark AS w USING (ledger, shard)
    WHERE h.ledger = 'definitions' AND h.shard = 0
"""
_FOLDED_UNDER = ["ascertain.DocumentPublished", "ascertain.PolicyAdopted"]


class PostgresStandings:
    """Entries and definitions are read in one snapshot, so that the pins hold for both; folds are made elsewhere."""

    def __init__(self, pool: asyncpg.Pool, applied: Applied, folds: Folds | None = None, *, tenant: str) -> None:
        self._pool, self._applied, self._tenant = pool, applied, tenant
        self._folds = FoldsInThread() if folds is None else folds
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
        """What is read is folded while the next is read."""
        folding: list[asyncio.Task[Folded]] = []
        async with snapshot(self._pool) as connection:
            view = await self._definitions.view(connection)
            defined = await connection.fetchrow(_DEFINED, _FOLDED_UNDER)
            if defined is None or defined["incomplete"]:
                raise NotNow("What policies and frameworks say is not completely known at the moment.")
            try:
                for some in _in_parts(learners, TOGETHER):
                    rows = await connection.fetch(_OWNED, some)
                    task = Task(
                        learners=[Learner(learner, shard_of(self._tenant, learner)) for learner in some],
                        rows=[tuple(row) for row in rows],
                        competencies=list(competencies),
                        revision=view.revision,
                        watermark=defined["applied"],
                    )
                    folding.append(asyncio.create_task(self._folds.fold(task, view.definitions)))
                parts = await asyncio.gather(*folding)
            finally:
                for each in folding:
                    each.cancel()
                await asyncio.gather(*folding, return_exceptions=True)
        return {learner: standing for part in parts for learner, standing in part.items()}


def _scale(stored: bytes) -> Scale:
    document: Any = parse(stored)
    return read_policy(document).scale


def _in_parts(learners: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(learners)
    while part := list(islice(rest, size)):
        yield part
