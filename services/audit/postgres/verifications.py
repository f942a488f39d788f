"""Verifications and what they found, in the audit's own tables; and who runs them, so that none runs for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal, NamedTuple

import asyncpg
import orjson

from services.audit.domain.differences import Difference, Member
from services.audit.domain.verdicts import Verdict
from services.audit.domain.verification import INTERRUPTED, Kind, Phase, State, Subject, Verification
from services.audit.flows.findings import MOST
from services.audit.flows.read_verified import Check
from services.audit.ports import Counts
from shared.runtime.clock import Clock

_LOCK = 7100
"""Class of the advisory locks by which a running process is known to live."""

_INTERRUPTED = f"""
    UPDATE verified.verification AS v SET state = 'failed', reason = $1, ended_at = $2
    WHERE state = 'running' AND ($3::uuid IS NULL OR id = $3) AND NOT EXISTS (
        SELECT FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
        WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
        AND l.classid = {_LOCK} AND l.objid::bigint = v.runner AND l.objsubid = 2
    )
"""  # noqa: S608 - of constants


_LATEST_OF = """
    SELECT ended_at, (compared ->> $2::text)::bigint AS end,
        found > 0 AND (learner IS NOT NULL OR found > $3 OR EXISTS (
            SELECT FROM verified.difference AS d WHERE d.verification = v.id AND (
                d.located ->> 'learner' = $1::text
                OR NOT d.located ? 'learner' AND (
                    d.located ->> 'ledger' IS DISTINCT FROM 'evidence'
                    OR d.located ->> 'shard' IS NULL OR d.located ->> 'shard' = $2::text
                )
            )
        )) AS concerned
    FROM verified.verification AS v
    WHERE kind = 'record' AND state IN ('equal', 'different') AND compared ? $2::text
    AND (learner IS NULL OR learner = $1::text::uuid)
    ORDER BY ended_at DESC LIMIT 1
"""
"""The latest check of learner $1 in shard $2. Where more than $3 differences were found, some are not kept."""


class Tally(NamedTuple):
    """How many verifications of one kind ended so."""

    kind: Kind
    state: State
    number: int


class StoredVerifications:
    """The `Verifications` of one process. `open` first, `close` last; the database may be lost and come back between.

    The process is known to live by a lock that one connection holds; where that connection is lost, what was running
    then counts as interrupted, and the next verification is begun under a new number.
    """

    def __init__(self, pool: asyncpg.Pool, dsn: str, clock: Clock) -> None:
        self._pool, self._dsn, self._clock = pool, dsn, clock
        self._alive: asyncpg.Connection | None = None
        self._runner = 0

    async def open(self) -> None:
        """Take a number, and end as failed what a process that is no more left running."""
        await self._hold()
        await self._pool.execute(_INTERRUPTED, INTERRUPTED, self._clock(), None)

    async def close(self) -> None:
        """End as failed what still runs here."""
        await self._pool.execute(
            "UPDATE verified.verification SET state = 'failed', reason = $1, ended_at = $2"
            " WHERE state = 'running' AND runner = $3",
            *(INTERRUPTED, self._clock(), self._runner),
        )
        if self._alive is not None:
            await self._alive.close(timeout=2)

    async def begin(self, verification: Verification) -> bool:
        await self._hold()
        tag = await self._pool.execute(
            "INSERT INTO verified.verification (id, learner, kind, grade, asked_by, runner, state, began_at, phases)"
            " VALUES ($1, $2, $3, $4, $5, $6, 'running', $7, $8) ON CONFLICT DO NOTHING",
            *(verification.id, verification.subject.learner, verification.subject.kind, verification.subject.grade),
            *(verification.asked_by, self._runner, verification.began_at, _phases_text(verification.phases)),
        )
        return str(tag) == "INSERT 0 1"

    async def compared(self, id_: str, ends: Mapping[int, int]) -> None:
        text = orjson.dumps({str(shard): end for shard, end in ends.items()}).decode()
        await self._pool.execute("UPDATE verified.verification SET compared = $2 WHERE id = $1", id_, text)

    async def latest_of(self, learner: str, shard: int) -> Check | None:
        row = await self._pool.fetchrow(_LATEST_OF, learner, str(shard), MOST)
        if row is None:
            return None
        found: Literal["equal", "different"] = "different" if row["concerned"] else "equal"
        return Check(row["ended_at"], row["end"], found)

    async def progress(self, id_: str, phases: Sequence[Phase], counts: Counts) -> None:
        await self._pool.execute(
            "UPDATE verified.verification SET phases = $2, found = $3, set_aside = $4, different = $5"
            " WHERE id = $1 AND state = 'running'",
            *(id_, _phases_text(phases), counts.found, counts.set_aside, counts.different),
        )

    async def tallies(self) -> list[Tally]:
        """How the verifications of the whole district that are kept ended."""
        rows = await self._pool.fetch(
            "SELECT kind, state, count(*) FROM verified.verification WHERE learner IS NULL AND state <> 'running'"
            " GROUP BY kind, state"
        )
        return [Tally(row["kind"], row["state"], row["count"]) for row in rows]

    async def latest(self) -> dict[Kind, State]:
        """What the latest finished verification of the district found, of each kind that there was one of."""
        rows = await self._pool.fetch(
            "SELECT DISTINCT ON (kind) kind, state FROM verified.verification"
            " WHERE learner IS NULL AND state IN ('equal', 'different') ORDER BY kind, ended_at DESC"
        )
        return {row["kind"]: row["state"] for row in rows}

    async def keep(self, id_: str, first: int, differences: Sequence[Difference]) -> None:
        await self._pool.executemany(
            "INSERT INTO verified.difference (verification, number, located) VALUES ($1, $2, $3)"
            " ON CONFLICT DO NOTHING",
            [(id_, number, _located(difference)) for number, difference in enumerate(differences, start=first)],
        )

    async def tell(self, id_: str, first: int, verdicts: Sequence[Verdict]) -> None:
        await self._pool.executemany(
            "INSERT INTO verified.verdict (verification, number, told) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [(id_, number, orjson.dumps(verdict).decode()) for number, verdict in enumerate(verdicts, start=first)],
        )

    async def end(self, id_: str, state: State, reason: str | None) -> None:
        await self._pool.execute(
            "UPDATE verified.verification SET state = $2, reason = $3, ended_at = $4"
            " WHERE id = $1 AND state = 'running'",
            *(id_, state, reason, self._clock()),
        )

    async def find(self, id_: str) -> Verification | None:
        await self._pool.execute(_INTERRUPTED, INTERRUPTED, self._clock(), id_)
        row = await self._pool.fetchrow("SELECT * FROM verified.verification WHERE id = $1", id_)
        if row is None:
            return None
        differences = await self._pool.fetch(
            "SELECT located FROM verified.difference WHERE verification = $1 ORDER BY number", id_
        )
        verdicts = await self._pool.fetch(
            "SELECT told FROM verified.verdict WHERE verification = $1 ORDER BY number", id_
        )
        return Verification(
            id=str(row["id"]),
            subject=Subject(_id(row["learner"]), row["kind"], _id(row["grade"])),
            asked_by=str(row["asked_by"]),
            state=row["state"],
            began_at=row["began_at"],
            ended_at=row["ended_at"],
            phases=tuple(Phase(**phase) for phase in orjson.loads(row["phases"])),
            found=row["found"],
            set_aside=row["set_aside"],
            reason=row["reason"],
            differences=tuple(_difference(orjson.loads(one["located"])) for one in differences),
            different=row["different"],
            verdicts=tuple(orjson.loads(one["told"]) for one in verdicts),
        )

    async def _hold(self) -> None:
        if self._alive is not None and not self._alive.is_closed():
            return
        self._alive = await asyncpg.connect(self._dsn, command_timeout=30)
        self._runner = await self._alive.fetchval("SELECT nextval('verified.runners')")
        await self._alive.execute("SELECT pg_advisory_lock($1::int, $2::int)", _LOCK, self._runner)


def _id(value: object) -> str | None:
    return None if value is None else str(value)


def _phases_text(phases: Sequence[Phase]) -> str:
    return orjson.dumps([asdict(phase) for phase in phases]).decode()


def _located(difference: Difference) -> str:
    return orjson.dumps({name: value for name, value in asdict(difference).items() if value is not None}).decode()


def _difference(located: dict[str, Any]) -> Difference:
    return Difference(**{**located, "members": tuple(Member(**member) for member in located["members"])})
