"""The ledger in PostgreSQL: the port `Ledger`, kept."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import asyncpg

from services.evidence.domain.commands import Command, Mismatch, Outcome
from services.evidence.postgres.lane_connection import LaneConnection
from services.evidence.postgres.lanes import LaneMeasures, Lanes
from services.evidence.postgres.prepared import Prepared, prepare
from services.evidence.postgres.reading import closed_among, entries_of_ids, entries_of_stream, entries_since
from services.evidence.postgres.repetition import leaves_out_instants, repetition
from services.evidence.postgres.shards import shards_of_owners
from shared.ledger.entry import Entry
from shared.runtime.trails import Trails

LANES = 2
"""Lanes of the evidence ledger, each a connection and a backend; there are two further ones."""

WAITING = 20_000
"""Commands that may wait in a process; with more, whoever comes is told to come back."""

BREATH = 200
"""Commands prepared in one go; others' requests are served before the next ones."""


class PostgresLedger:
    """Appends over lanes of its own, as the role of `dsn`; reads through `pool`. One a process.

    `appended` is called, in the event loop, after every call to the database that appended something: it wakes the
    relay. Connections are opened when they are needed, so that a service may start before its database. Its calls are
    told to `measures`, which several may share; traced events to `trails`, before they are appended.
    """

    def __init__(  # noqa: PLR0913 - what a process is told, each by its name
        self,
        dsn: str,
        pool: asyncpg.Pool,
        *,
        tenant: str,
        appended: Callable[[], None],
        lanes: int = LANES,
        waiting: int = WAITING,
        measures: LaneMeasures | None = None,
        trails: Trails | None = None,
    ) -> None:
        self._pool = pool
        self._shards = shards_of_owners(tenant)
        self._trails = trails
        self._lanes = Lanes(
            lambda: LaneConnection(dsn, tenant, self._shards),
            lanes=lanes,
            waiting=waiting,
            appended=appended,
            measures=measures or LaneMeasures(),
        )

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        """See `Ledger.append`. A caller that is cancelled does not learn its outcomes; they may yet come to be."""
        if self._trails is not None:
            self._trails.note(event.id for command in commands for event in command.events)
        prepared: list[Prepared] = []
        for index, command in enumerate(commands, start=1):
            prepared.append(prepare(command, self._shards[command.ledger]))
            if index % BREATH == 0:
                await asyncio.sleep(0)
        outcomes = await self._lanes.append(prepared) if prepared else []
        return [
            await self._looked_at_closely(command, outcome) if isinstance(outcome, Mismatch) else outcome
            for command, outcome in zip(commands, outcomes, strict=True)
        ]

    async def entries(self, ids: Sequence[str]) -> dict[str, Entry]:
        """See `Ledger.entries`."""
        return await entries_of_ids(self._pool, ids)

    async def stream(self, name: str) -> list[Entry]:
        """See `Ledger.stream`."""
        return await entries_of_stream(self._pool, name)

    async def since(self, owner: str, position: int) -> list[Entry]:
        """See `Ledger.since`."""
        return await entries_since(self._pool, owner, position)

    async def closed(self, streams: Mapping[str, str]) -> set[str]:
        """See `Ledger.closed`."""
        return await closed_among(self._pool, streams) if streams else set()

    async def close(self) -> None:
        """Append what is under way, refuse the rest with LedgerBusy, and close the lanes; the pool is the caller's."""
        await self._lanes.close()

    async def _looked_at_closely(self, command: Command, mismatch: Mismatch) -> Outcome:
        if not leaves_out_instants(command):
            return mismatch
        stored = await entries_of_ids(self._pool, [event.id for event in command.events])
        return repetition(command, stored) or mismatch
