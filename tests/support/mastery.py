"""A mastery database and what its tests ask of it: entries applied, states as rows, and what an oracle expects."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from services.mastery.postgres.grade_projection import GradeProjection
from services.mastery.postgres.projection import MasteryProjection
from services.mastery.postgres.redo_projection import RedoProjection
from services.mastery.postgres.refolding import Refolding
from shared.ledger.canonical import canonical
from shared.ledger.entry import Entry, entry_from_envelope
from shared.ledger.identifiers import Ledger
from shared.runtime.access.projection import AccessProjection
from shared.runtime.applying import Applier, Portion
from shared.runtime.connections import borrowed
from shared.runtime.database import connect
from shared.runtime.definitions.projection import DefinitionsProjection
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.ledger_reader import PAGE, Page
from shared.runtime.projection import Projection
from shared.runtime.shards import Shard
from shared.runtime.watermark import open_watermarks
from tests.support import oracle
from tests.support.ledger_writer import TENANT, LedgerWriter
from tests.support.oracle import OracleState
from tests.support.servers import District

Said = dict[tuple[str, str], dict[str, Any]]
"""What is said of each learner and competency, in the oracle's terms."""


@asynccontextmanager
async def mastery_pool(district: District) -> AsyncIterator[asyncpg.Pool]:
    """The migrated mastery database of a district, as the service's own role sees it."""
    pool = await connect(district.databases["mastery"].app, size=8, name="mastery-test")
    try:
        yield pool
    finally:
        await pool.close()


def projections(pool: asyncpg.Pool, writer: LedgerWriter) -> list[Projection]:
    """The service's own, with documents from the writer instead of evidence's door."""

    async def fetch(digest: str) -> bytes:
        return canonical(writer.documents[digest])

    return [
        AccessProjection(),
        DefinitionsProjection(pool, fetch),
        MasteryProjection(TENANT, DefinitionsReader()),
        GradeProjection(TENANT),
        RedoProjection(TENANT),
    ]


def entry_of(raw: Mapping[str, Any]) -> Entry:
    return entry_from_envelope(raw["envelope"], canonical(raw["body"]))


def entries_of(writer: LedgerWriter) -> list[Entry]:
    return [entry_of(raw) for raw in writer.entries]


class Applied:
    """Entries applied as the projector does, without a source; `more` applies what the writer has written since."""

    def __init__(self, pool: asyncpg.Pool, writer: LedgerWriter) -> None:
        self._pool, self._writer = pool, writer
        self._seen = 0
        self.projections = projections(pool, writer)

    async def more(self) -> None:
        """Apply what is new, in the order in which it was written, runs of one shard together."""
        new = [entry_of(raw) for raw in self._writer.entries[self._seen :]]
        self._seen += len(new)
        await self.apply(new)

    async def apply(self, entries: Sequence[Entry]) -> None:
        applier = Applier(self._pool, self.projections)
        for run in _runs(entries):
            shard = Shard(run[0].ledger, run[0].shard)
            async with borrowed(self._pool) as connection:
                mark = (await open_watermarks(connection, [shard]))[shard]
            await applier.apply(Portion(shard, mark.position, run, None))

    async def refold(self, chunk: int = 3) -> int:
        """Refold what is asked for; the number of chunks it took."""
        worker, chunks = Refolding(self._pool, DefinitionsReader(), chunk=chunk), 0
        while await worker.step():
            chunks += 1
        return chunks


class WrittenLedger:
    """A `LedgerReader` of what a writer has written by now, all of it as if committed."""

    def __init__(self, writer: LedgerWriter) -> None:
        self._writer = writer

    async def entries(self, shard: Shard, *, after: int, limit: int = PAGE) -> Page:
        own = [entry for entry in entries_of(self._writer) if Shard(entry.ledger, entry.shard) == shard]
        return Page([entry for entry in own if entry.position > after][:limit], len(own))

    async def owner(self, ledger: Ledger, owner: str, *, after: int = 0) -> list[Entry]:
        own = [entry for entry in entries_of(self._writer) if (entry.ledger, entry.owner) == (ledger, owner)]
        return [entry for entry in own if entry.position > after]

    async def heads(self) -> dict[Shard, int]:
        heads: dict[Shard, int] = {}
        for entry in entries_of(self._writer):
            heads[Shard(entry.ledger, entry.shard)] = entry.position
        return heads


def _runs(entries: Iterable[Entry]) -> list[list[Entry]]:
    runs: list[list[Entry]] = []
    for entry in entries:
        if not runs or (runs[-1][-1].ledger, runs[-1][-1].shard) != (entry.ledger, entry.shard):
            runs.append([])
        runs[-1].append(entry)
    return runs


def by_oracle(writer: LedgerWriter, at: oracle.At = None) -> Said:
    """What a plain fold of everything written expects."""
    return expected(oracle.states(writer.entries, writer.documents, at).values())


async def stored(pool: asyncpg.Pool) -> Said:
    """What the rows say."""
    rows = await pool.fetch("SELECT * FROM mastery.state")
    names = ("status", "level", "scope", "policy", "method", "digest", "counted", "value")
    return {
        (str(row["learner"]), str(row["competency"])): {name: row[name] for name in names}
        | {"pins": {"evidence": row["evidence_position"], "definitions": row["definitions_position"]}}
        for row in rows
    }


def expected(states: Iterable[OracleState]) -> Said:
    """What the rows of the oracle's states must say."""
    return {(state.learner, state.competency): _expected(state) for state in states}


def _expected(state: OracleState) -> dict[str, Any]:
    whole, _, fraction = (state.value or "0").partition(".")
    positions = {ledger: position for ledger, _, position in state.pins}
    return {
        "status": state.status,
        "level": state.level,
        "scope": state.scope,
        "policy": state.policy,
        "method": state.method,
        "digest": state.digest,
        "counted": len(state.counted),
        "value": None if state.value is None else int(whole) * 10**6 + int(fraction.ljust(6, "0")),
        "pins": {"evidence": positions.get("evidence"), "definitions": positions.get("definitions")},
    }
