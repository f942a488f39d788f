"""Applies runs of consecutive entries to all projections, in one transaction that the watermark fences.

Where an entry cannot be handled, its owner goes into quarantine and everyone else's entries are applied. An owner who
is forgotten is so in any case, and leaves the quarantine.

Runs of several shards go together as long as nothing is the matter with any of them: a transaction costs the same for
one entry as for a hundred. Where something is, they are applied shard by shard, which finds out what.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from shared.ledger.entry import Entry
from shared.runtime.connections import borrowed
from shared.runtime.forgetting import forget, forgetting_among
from shared.runtime.owners import by_owner, last_positions, note_positions, stretches
from shared.runtime.projection import Keeper, Projection
from shared.runtime.quarantine import let_go, quarantine, quarantined_among
from shared.runtime.shards import Shard
from shared.runtime.trouble import is_trouble, reason_of
from shared.runtime.watermark import Move, move_watermarks, wait_turn

LOCKED = "1s"
"""How long shards applied together wait for a lock: one that is held for longer must not hold the others up."""


class TooManyFailuresError(Exception):
    """One owner after another cannot be handled: the fault is hardly theirs. The shard must stop."""


class NotTogetherError(Exception):
    """An owner among these entries needs a closer look: nothing was applied."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Entries of a shard that follow each other from `old` + 1, and the offset to read on from after them, if known."""

    shard: Shard
    old: int
    entries: Sequence[Entry]
    next_offset: int | None

    @property
    def move(self) -> Move:
        last = self.entries[-1]
        return Move(self.shard, self.old, last.position, self.next_offset, last.recorded_at)


@dataclass(frozen=True, slots=True)
class _Fault:
    """The first entry of an owner that cannot be handled, as far as is known, and why."""

    entry: Entry
    reason: str


@dataclass(slots=True)
class Applier:
    """`failures` different owners that fail in a row, without one in between that does not, stop a shard.

    `keepers` are given every entry, before the projections.
    """

    pool: asyncpg.Pool
    projections: Sequence[Projection]
    failures: int = 20
    keepers: Sequence[Keeper] = ()
    _streaks: dict[Shard, int] = field(default_factory=dict)

    async def apply(self, portion: Portion) -> None:
        """Apply a portion, and move its shard's watermark to the last entry of it.

        Raises FencedError where another projector has moved it, TooManyFailuresError, and whatever `is_trouble`
        knows; the tables are then as before.
        """
        shard, entries = portion.shard, portion.entries
        faults = await self._prepare(entries)
        streak = self._streaks.get(shard, 0)
        async with borrowed(self.pool) as connection, connection.transaction(isolation="read_committed"):
            await self._begin(connection, [portion])
            streak = await self._apply(connection, shard, entries, faults, streak)
        self._streaks[shard] = streak

    async def apply_together(self, portions: Sequence[Portion]) -> None:
        """Apply portions of different shards of one ledger, all or none of them.

        Raises NotTogetherError where an owner is in quarantine, FencedError, whatever the projections raise for an
        entry that they cannot handle, and what `is_trouble` knows; the tables are then as before, and `apply` of each
        portion finds out what is the matter.
        """
        entries = [entry for portion in portions for entry in portion.entries]
        await self._prepare_all(entries)
        async with borrowed(self.pool) as connection, connection.transaction(isolation="read_committed"):
            await connection.execute(f"SET LOCAL lock_timeout = '{LOCKED}'")
            await self._begin(connection, portions)
            held, new = await self._sort_out(connection, entries)
            if held:
                raise NotTogetherError("An owner is in quarantine.")
            if new:
                for projection in self.projections:
                    await projection.apply(connection, new)
                await note_positions(connection, new)
        self._streaks.update((portion.shard, 0) for portion in portions)

    async def _begin(self, connection: asyncpg.Connection, portions: Sequence[Portion]) -> None:
        await move_watermarks(connection, [portion.move for portion in portions])
        await wait_turn(connection, portions[0].shard.ledger)
        for keeper in self.keepers:
            await keeper.keep(connection, [entry for portion in portions for entry in portion.entries])

    async def _sort_out(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> tuple[set[str], list[Entry]]:
        """The owners of these entries, of one ledger, that are in quarantine, and what is new of the others."""
        lasts = await last_positions(connection, entries)
        held = await quarantined_among(connection, entries[0].ledger, {entry.owner for entry in entries})
        return held, [e for e in entries if e.owner not in held and e.position > lasts.get(e.owner, 0)]

    async def _prepare(self, entries: Sequence[Entry]) -> dict[str, _Fault]:
        """Let the projections fetch what they need; the owners whose entries they cannot even prepare for."""
        try:
            await self._prepare_all(entries)
        except Exception as error:
            if is_trouble(error):
                raise
        else:
            return {}
        faults: dict[str, _Fault] = {}
        for owner, own in by_owner(entries).items():
            fault = await self._unprepared(own)
            if fault is not None:
                faults[owner] = fault
        return faults

    async def _unprepared(self, own: Sequence[Entry]) -> _Fault | None:
        for entry in own:
            try:
                await self._prepare_all([entry])
            except Exception as error:
                if is_trouble(error):
                    raise
                return _Fault(entry, reason_of(error))
        return None

    async def _prepare_all(self, entries: Sequence[Entry]) -> None:
        for projection in self.projections:
            await projection.prepare(entries)

    async def _apply(
        self,
        connection: asyncpg.Connection,
        shard: Shard,
        entries: Sequence[Entry],
        faults: Mapping[str, _Fault],
        streak: int,
    ) -> int:
        """Apply what is new of the owners that are not in quarantine; the number of failures in a row after it."""
        held, new = await self._sort_out(connection, entries)
        if held:
            await self._forget_held(connection, shard, [entry for entry in entries if entry.owner in held])
        if not new:
            return streak
        if not faults and await self._all_at_once(connection, new):
            applied, streak = new, 0
        else:
            applied, streak = await self._owner_by_owner(connection, new, faults, streak)
        if applied:
            await note_positions(connection, applied)
        return streak

    async def _all_at_once(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> bool:
        try:
            await self._in_savepoint(connection, entries)
        except Exception as error:
            if is_trouble(error):
                raise
            return False
        return True

    async def _owner_by_owner(
        self, connection: asyncpg.Connection, entries: Sequence[Entry], faults: Mapping[str, _Fault], streak: int
    ) -> tuple[list[Entry], int]:
        """What was applied, and the failures in a row after it.

        A definition may build on another owner's before it (a policy adopted was published), so there the order of the
        ledger is kept; pieces of evidence never build on another owner's.
        """
        applied: list[Entry] = []
        quarantined: set[str] = set()
        in_turn = by_owner(entries).values() if entries[0].ledger == "evidence" else stretches(entries)
        for own in in_turn:
            owner = own[0].owner
            if owner in quarantined:
                continue
            fault = faults.get(owner) or await self._tried(connection, own)
            if fault is None:
                applied += own
                streak = 0
                continue
            if await self._forgotten(connection, own):
                applied += own
                continue
            quarantined.add(owner)
            streak += 1
            if streak >= self.failures:
                raise TooManyFailuresError(f"{streak} owners in a row cannot be handled, the last for {fault.reason}")
            await quarantine(connection, fault.entry, fault.reason)
        return applied, streak

    async def _forget_held(self, connection: asyncpg.Connection, shard: Shard, entries: Sequence[Entry]) -> None:
        for owner, own in by_owner(entries).items():
            if await self._forgotten(connection, own):
                await let_go(connection, shard, owner)
                await note_positions(connection, own)

    async def _forgotten(self, connection: asyncpg.Connection, own: Sequence[Entry]) -> bool:
        """Whether one of these entries forgets their owner; then it is done, whatever else of hers cannot be read."""
        forgetting = forgetting_among(own)
        if forgetting is None:
            return False
        try:
            async with connection.transaction():
                await forget(connection, self.projections, forgetting)
        except Exception as error:
            if is_trouble(error):
                raise
            return False
        return True

    async def _tried(self, connection: asyncpg.Connection, own: Sequence[Entry]) -> _Fault | None:
        """Apply one owner's entries; where that fails, which of them it is."""
        try:
            await self._in_savepoint(connection, own)
        except Exception as error:
            if is_trouble(error):
                raise
            return _Fault(await self._first_at_fault(connection, own), reason_of(error))
        return None

    async def _first_at_fault(self, connection: asyncpg.Connection, own: Sequence[Entry]) -> Entry:
        """The first entry that fails after those before it, found in a savepoint of which nothing stays."""
        trial = connection.transaction()
        await trial.start()
        try:
            for entry in own:
                try:
                    await self._in_savepoint(connection, [entry])
                except Exception as error:
                    if is_trouble(error):
                        raise
                    return entry
            return own[-1]
        finally:
            await trial.rollback()

    async def _in_savepoint(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        async with connection.transaction():
            for projection in self.projections:
                await projection.apply(connection, entries)
