"""The schema `published`: what subscribers are told of states, numbered a shard, as the outbox of `mastery.state`.

Whoever writes states notes their changes in the same statement (`noting`), under the lock of the shard's states: so a
change is told if and only if it happened, in the order in which it did.

There is one such schema, whatever versions of the other tables there are, and its numbers never run backwards:

* A connection that fills a new version is opened with the setting `ascertain.publishes` = `off` (`SILENT`): what it
  writes is not noted. What serves has no such setting.
* The transaction that switches calls `note_differences(connection, before, after)` with the names of the schemas that
  hold both tables `state`, while nobody else writes states (EVIDENCE_FOLDS held exclusively): one change is noted for
  each state that differs, and a drop for each that is gone. Switching back is the same, the other way round.

What lies here is bounded: changes that are on the topic are kept for `KEPT` and then pruned. Until then they can be
published again: where a publisher that had lost its turn has put old records behind newer ones.
"""

from collections.abc import Mapping

import asyncpg

from shared.runtime.clock import now
from shared.runtime.relay_age import Unrelayed
from shared.runtime.shards import Shard

KEPT = 24 * 60 * 60 * 1000
"""Milliseconds that a change is kept after it was made, and is on the topic."""

SILENT: Mapping[str, str] = {"ascertain.publishes": "off"}
"""Server settings of a connection whose states nobody is told of."""

OUTCOME = (
    "evidence, counted, status, level, value, scope, policy, method, digest, evidence_position, definitions_position"
)
"""Columns of what a fold came to, of the same names here and in the tables of states."""


def noting(written: str, *, one_shard: bool = False) -> str:
    """A statement that writes states, made one that notes their changes too.

    `written` is the text of an INSERT, UPDATE or DELETE that returns `shard`, `learner`, `competency`, the columns of
    `OUTCOME` (null where the state is gone) and whether it `differs` from what subscribers know. Where all are of
    `one_shard` they need not be sorted by it.
    """
    counted_by = "" if one_shard else "PARTITION BY shard"
    return f"""
    WITH written AS ({written}), changed AS (
        SELECT *, row_number() OVER ({counted_by}) AS number FROM written
        WHERE differs AND current_setting('ascertain.publishes', true) IS DISTINCT FROM 'off'
    ), moved AS (
        UPDATE published.head AS head SET (seq, changed_ms) = ROW (
            head.seq + counts.count, greatest(head.changed_ms, floor(extract(epoch FROM clock_timestamp()) * 1000))
        ) FROM (SELECT shard, count(*) AS count FROM changed GROUP BY shard) AS counts
        WHERE head.shard = counts.shard RETURNING head.shard, head.seq - counts.count AS before, head.changed_ms
    )
    INSERT INTO published.state_change
        (shard, seq, learner, competency, changed_ms, evidence_applied, definitions_applied, {OUTCOME})
    SELECT changed.shard, before + number, learner, competency, changed_ms, own.position, common.position, {OUTCOME}
    FROM changed JOIN moved ON moved.shard = changed.shard
    LEFT JOIN projection.watermark AS own ON (own.ledger, own.shard) = ('evidence', changed.shard)
    LEFT JOIN projection.watermark AS common ON (common.ledger, common.shard) = ('definitions', 0)
"""  # noqa: S608 - of constants


async def forget(connection: asyncpg.Connection, shard: int, learner: str) -> None:
    """Keep nothing of what was told of a learner: told again, each of her changes is that there is no such state."""
    await connection.execute(
        f"UPDATE published.state_change SET ({OUTCOME}) = ROW ({', '.join(['NULL'] * len(OUTCOME.split(', ')))})"  # noqa: S608
        " WHERE shard = $1 AND learner = $2 AND status IS NOT NULL",
        shard,
        learner,
    )


async def note_differences(connection: asyncpg.Connection, before: str, after: str) -> int:
    """Note what differs between the tables `state` of two schemas; how many changes that was. See above."""
    told, known = (", ".join(f"{table}.{name}" for name in OUTCOME.split(", ")) for table in ("a", "b"))
    compared = f"""
        SELECT coalesce(a.shard, b.shard) AS shard, coalesce(a.learner, b.learner) AS learner,
            coalesce(a.competency, b.competency) AS competency, {told}, true AS differs
        FROM {_quoted(before)}.state AS b FULL JOIN {_quoted(after)}.state AS a
        ON (a.shard, a.learner, a.competency) = (b.shard, b.learner, b.competency)
        WHERE ({told}) IS DISTINCT FROM ({known})
    """  # noqa: S608 - quoted
    noted: str = await connection.execute(noting(compared))
    return int(noted.rpartition(" ")[2])


async def note_all(connection: asyncpg.Connection, shard: int) -> None:
    """Note every state of a shard again, as a change of its own. The shard's lock is the caller's."""
    await connection.execute(
        noting(f"SELECT shard, learner, competency, {OUTCOME}, true AS differs FROM mastery.state WHERE shard = $1"),  # noqa: S608
        shard,
    )


async def prune(pool: asyncpg.Pool, *, kept: int = KEPT) -> int:
    """Remove what has been on the topic and was made longer than `kept` ago; how many rows."""
    removed: str = await pool.execute(
        "DELETE FROM published.state_change AS c USING published.cursor AS s"
        " WHERE c.shard = s.shard AND c.seq <= s.seq AND c.changed_ms < $1",
        now() - kept,
    )
    return int(removed.rpartition(" ")[2])


async def unrelayed(pool: asyncpg.Pool) -> list[Unrelayed]:
    """The shards with changes that are not on the topic, those that wait longest first."""
    rows = await pool.fetch(
        "SELECT shard, s.seq AS relayed, h.seq AS head, (SELECT changed_ms FROM published.state_change AS c"
        " WHERE c.shard = h.shard AND c.seq = s.seq + 1) AS changed_ms"
        " FROM published.cursor AS s JOIN published.head AS h USING (shard) WHERE h.seq > s.seq ORDER BY changed_ms"
    )
    moment = now()
    return [
        Unrelayed(
            Shard("evidence", row["shard"]), row["relayed"], row["head"],
            max(0.0, (moment - (row["changed_ms"] or 0)) / 1000),
        )
        for row in rows
    ]  # fmt: skip


async def relayed(pool: asyncpg.Pool) -> dict[int, int]:
    """Of each shard how many changes are on the topic."""
    return {row["shard"]: row["seq"] for row in await pool.fetch("SELECT shard, seq FROM published.cursor")}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
