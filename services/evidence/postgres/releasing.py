"""The worker that previews and releases batches of grades, some learners at a time.

Each step is one transaction that also notes what came of its learners: killed at any point, the next start goes on
from there. A grade that was recorded before its note was written is found in the ledger by its id.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import asyncpg
import structlog

from services.evidence.domain.batches import Batch, Line, decide_line, line_of, preview, recorded_line, refused
from services.evidence.domain.commands import Command, Mismatch
from services.evidence.domain.errors import Refusal
from services.evidence.ports import Ledger, Standings
from services.evidence.postgres.batch_rows import BATCH, LINE, batch_of_row, line_of_row, write_lines
from shared.runtime.connections import borrowed
from shared.runtime.pace import Pace
from shared.runtime.stepping import Stepping, keep_stepping

POLL = 0.25
"""Seconds between two looks for something to do; one small query each."""

CHUNK = 100
"""Learners of one step."""

_log = structlog.get_logger()


class Releasing:
    """Several may run, in one process or many: each takes a batch that no other is at.

    `failing` says what stood in the way of the last step, None where nothing did.
    """

    def __init__(
        self, pool: asyncpg.Pool, ledger: Ledger, standings: Standings, *, tenant: str, chunk: int = CHUNK
    ) -> None:
        self._pool, self._ledger, self._standings = pool, ledger, standings
        self._tenant, self._chunk = tenant, chunk
        self._at: str | None = None
        self._stepping = Stepping()

    async def run(self) -> None:
        """Work on whatever batches there are, until cancelled. What fails is tried again later, and told."""
        waits = "a batch of grades waits"
        await keep_stepping(self.step, poll=POLL, waits=waits, failed=self._pass_on, told=self._stepping)

    @property
    def failing(self) -> str | None:
        return self._stepping.failing

    async def step(self) -> bool:
        """Work on the next learners of the batch whose turn it is. False where there is none that is not taken."""
        async with borrowed(self._pool) as connection, connection.transaction(isolation="read_committed"):
            row = await connection.fetchrow(
                f"{BATCH} WHERE state IN ('previewing', 'releasing') ORDER BY turn LIMIT 1 FOR UPDATE SKIP LOCKED"
            )
            if row is None:
                return False
            batch = batch_of_row(row)
            self._at = batch.id
            was, then = ("waiting", "held") if batch.state == "previewing" else ("ready", "released")
            lines = await self._next(connection, batch, was)
            work = self._previewed if batch.state == "previewing" else self._released
            await write_lines(connection, batch.id, was, await work(batch, lines) if lines else [])
            await connection.execute(
                "UPDATE release.batch SET state = $2, turn = nextval('release.turns') WHERE id = $1",
                batch.id,
                then if len(lines) < self._chunk else batch.state,
            )
        if len(lines) < self._chunk:
            _log.info("a batch of grades", state=then)
        return True

    async def _pass_on(self, _error: Exception) -> None:
        """Let the other batches have their turn before the one that failed."""
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self._pool.execute(
                "UPDATE release.batch SET turn = nextval('release.turns') WHERE id = $1 AND state IN"
                " ('previewing', 'releasing')",
                self._at,
            )

    async def _next(self, connection: asyncpg.Connection, batch: Batch, state: str) -> list[Line]:
        rows = await connection.fetch(
            f"{LINE} WHERE batch = $1 AND state = $2 ORDER BY release.learner.learner LIMIT $3",
            batch.id,
            state,
            self._chunk,
        )
        lines: list[Line] = []
        pace = Pace()
        for row in rows:
            lines.append(line_of_row(row))
            await pace.breathe()
        return lines

    async def _previewed(self, batch: Batch, lines: Sequence[Line]) -> list[Line]:
        standings = await self._standings.of([line.learner for line in lines], batch.asked.competencies)
        return [preview(batch, standings[line.learner]) for line in lines]

    async def _released(self, batch: Batch, lines: Sequence[Line]) -> list[Line]:
        done = await self._recorded(batch, lines)
        rest = [line for line in lines if line.learner not in done]
        standings = await self._standings.of([line.learner for line in rest], batch.asked.competencies)
        commands: list[Command] = []
        pace = Pace()
        for line in rest:
            await pace.breathe()
            try:
                commands.append(
                    decide_line(
                        batch,
                        line,
                        standings[line.learner],
                        tenant=self._tenant,
                        actor=batch.released_by or batch.asked_by,
                    )
                )
            except Refusal as refusal:
                done[line.learner] = refused(line.learner, refusal)
        outcomes = await self._ledger.append(commands) if commands else []
        if any(isinstance(outcome, Mismatch) for outcome in outcomes):
            done |= await self._recorded(batch, rest)  # by a call whose outcome was not learned
        for command, outcome in zip(commands, outcomes, strict=True):
            done.setdefault(command.events[0].owner, line_of(command, outcome))
        return [done[line.learner] for line in lines]

    async def _recorded(self, batch: Batch, lines: Sequence[Line]) -> dict[str, Line]:
        """The lines whose grades are in the ledger already."""
        entries = await self._ledger.entries([batch.event(line.learner) for line in lines])
        found: Mapping[str, Line | None] = {
            line.learner: recorded_line(batch, line.learner, entries.get(batch.event(line.learner))) for line in lines
        }
        return {learner: line for learner, line in found.items() if line is not None}
