"""Reads exhibitions, in one snapshot of the tables."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import asyncpg

from services.portfolio.domain.exhibition import Exhibition, Shown
from services.portfolio.domain.school_year import SchoolYear
from services.portfolio.ports import Found, Listed, Reached, Wanted
from services.portfolio.postgres.projection import read_body
from shared.rulebook.known import Pin
from shared.runtime.connections import snapshot

_ONE = "SELECT * FROM portfolio.exhibition WHERE owner = $1"
_PAGE = """
    SELECT * FROM portfolio.exhibition
    WHERE (section = ANY ($1::uuid[]) OR school = ANY ($2::uuid[]) OR owner IN (
        SELECT shown.owner FROM portfolio.exhibited AS shown JOIN portfolio.member AS own USING (work)
        WHERE own.member = ANY ($3::uuid[])
        AND NOT EXISTS (SELECT FROM portfolio.forgotten WHERE learner = own.member)
    ))
    AND (planned_ms, owner) < ($4, $5::uuid) ORDER BY planned_ms DESC, owner DESC LIMIT $6
"""
_SHOWN = """
    SELECT shown.owner::text, shown.work::text, shown.place, array_agg(own.member::text ORDER BY own.place) AS members,
        (
            SELECT body FROM portfolio.work_entry AS said WHERE said.work = shown.work AND said.type = 'WorkStarted'
        ) AS started
    FROM portfolio.exhibited AS shown JOIN portfolio.member AS own USING (work)
    WHERE shown.owner = ANY ($1::uuid[])
    AND NOT EXISTS (SELECT FROM portfolio.forgotten WHERE learner = own.member)
    GROUP BY shown.owner, shown.work, shown.place ORDER BY shown.owner, shown.place
"""
_HELD = "SELECT owner::text FROM projection.quarantine WHERE ledger = 'evidence' AND owner = ANY ($1::uuid[])"
_DUE = """
    SELECT asked.learner::text FROM unnest($1::uuid[]) AS asked (learner)
    WHERE NOT EXISTS (
        SELECT FROM portfolio.member AS own
        JOIN portfolio.exhibited AS shown USING (work) JOIN portfolio.exhibition AS held USING (owner)
        WHERE own.member = asked.learner AND held.opened_ms >= $2 AND held.opened_ms < $3
    )
    AND NOT EXISTS (SELECT FROM portfolio.forgotten AS gone WHERE gone.learner = asked.learner)
    ORDER BY asked.learner
"""


class StoredExhibitions:
    """The port `Exhibitions`, from this service's own tables."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def one(self, exhibition: str) -> Found:
        async with snapshot(self._pool) as connection:
            rows = await connection.fetch(_ONE, exhibition)
            return Found(next(iter(await _exhibitions(connection, rows)), None), await _reached(connection))

    async def page(self, wanted: Wanted) -> Listed:
        async with snapshot(self._pool) as connection:
            rows = await connection.fetch(
                _PAGE, wanted.sections, wanted.schools, wanted.learners, *wanted.before, wanted.limit
            )
            return Listed(await _exhibitions(connection, rows), await _reached(connection))

    async def due(self, learners: Collection[str], year: SchoolYear) -> tuple[list[str], Reached]:
        async with snapshot(self._pool) as connection:
            rows = await connection.fetch(_DUE, list(learners), year.begins, year.ends)
            return [row["learner"] for row in rows], await _reached(connection)


async def _reached(connection: asyncpg.Connection) -> Reached:
    rows = await connection.fetch("SELECT ledger, shard, position FROM projection.watermark ORDER BY ledger, shard")
    return tuple(Pin(row["ledger"], row["shard"], row["position"]) for row in rows)


async def _exhibitions(connection: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> list[Exhibition]:
    owners = [str(row["owner"]) for row in rows]
    works: defaultdict[str, list[Shown]] = defaultdict(list)
    for row in await connection.fetch(_SHOWN, owners):
        title_ref = None if row["started"] is None else read_body(row["started"]).get("title_ref")
        works[row["owner"]].append(Shown(row["work"], row["place"], tuple(row["members"]), title_ref))
    held = {row["owner"] for row in await connection.fetch(_HELD, owners)}
    return [_exhibition(row, tuple(works[str(row["owner"])]), held=str(row["owner"]) in held) for row in rows]


def _exhibition(row: asyncpg.Record, works: tuple[Shown, ...], *, held: bool) -> Exhibition:
    def body(name: str) -> Any:
        return None if row[name] is None else read_body(row[name])

    return Exhibition(
        id=str(row["owner"]),
        shard=row["shard"],
        version=row["version"],
        planned_by=str(row["planned_by"]),
        planned_at=row["planned_ms"],
        plan=read_body(row["plan"]),
        works=works,
        issued=row["issued"],
        voted=row["voted"],
        opened_at=row["opened_ms"],
        opened=body("opened"),
        closed_at=row["closed_ms"],
        tally_at=row["tally_ms"],
        tally=body("tally"),
        held=held,
    )
