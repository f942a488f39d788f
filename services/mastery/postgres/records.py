"""Reads the records of learners, in one snapshot of the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import asyncpg

from services.mastery.ports import Record
from services.mastery.postgres.grades import grades_of
from services.mastery.postgres.packing import unpack, unpack_overrides, unpack_schools
from services.mastery.postgres.redos import cycles_of, feedback_of
from shared.ledger.identifiers import shard_of
from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Learner
from shared.rulebook.override import Override
from shared.runtime.connections import snapshot
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.definitions.view import DefinitionsView
from shared.runtime.pace import Pace

_ASKED = "unnest($1::int[], $2::uuid[]) AS asked (shard, learner)"

_STANDINGS = f"""
    SELECT asked.learner::text, asked.shard,
        (SELECT position FROM projection.watermark WHERE ledger = 'evidence' AND shard = asked.shard) AS evidence,
        (SELECT position FROM projection.watermark WHERE ledger = 'definitions' AND shard = 0) AS definitions,
        EXISTS (
            SELECT FROM projection.quarantine
            WHERE ledger = 'evidence' AND shard = asked.shard AND owner = asked.learner
        ) AS held,
        (
            SELECT last_position FROM projection.owner
            WHERE ledger = 'evidence' AND shard = asked.shard AND owner = asked.learner
        ) AS last,
        (SELECT schools FROM mastery.learner AS l WHERE (l.shard, l.learner) = (asked.shard, asked.learner)) AS schools,
        EXISTS (
            SELECT FROM mastery.forgotten AS f WHERE (f.shard, f.learner) = (asked.shard, asked.learner)
        ) AS forgotten
    FROM {_ASKED}
"""  # noqa: S608 - of constants

_STATES = f"""
    SELECT learner::text, competency::text, contributions, overrides
    FROM mastery.state JOIN {_ASKED} USING (shard, learner)
"""  # noqa: S608 - of constants


class StoredRecords:
    """The port `Records`, from this service's own tables."""

    def __init__(self, pool: asyncpg.Pool, tenant: str, definitions: DefinitionsReader) -> None:
        self._pool, self._tenant, self._definitions = pool, tenant, definitions

    def shard(self, learner: str) -> int:
        return shard_of(self._tenant, learner)

    async def of(self, learner: str, *, grades: bool = False, redos: bool = False, feedback: bool = False) -> Record:
        shard = self.shard(learner)
        async with snapshot(self._pool) as connection:
            [record] = await self._read(connection, [learner])
            return replace(
                record,
                grades=await grades_of(connection, shard, learner) if grades else [],
                redos=await cycles_of(connection, shard, learner) if redos else [],
                feedback=await feedback_of(connection, shard, learner) if redos or feedback else {},
            )

    async def several(self, learners: Sequence[str], competency: str | None = None) -> list[Record]:
        async with snapshot(self._pool) as connection:
            return await self._read(connection, learners, competency)

    async def _read(
        self, connection: asyncpg.Connection, learners: Sequence[str], competency: str | None = None
    ) -> list[Record]:
        asked = [self.shard(learner) for learner in learners], learners
        view = await self._definitions.view(connection)
        standings = await connection.fetch(_STANDINGS, *asked)
        if competency is None:
            rows = await connection.fetch(_STATES, *asked)
        else:
            rows = await connection.fetch(f"{_STATES} WHERE competency = $3", *asked, competency)
        contributions: dict[str, dict[str, list[Contribution]]] = {learner: {} for learner in learners}
        overrides: dict[str, dict[str, list[Override]]] = {learner: {} for learner in learners}
        pace = Pace()
        for learner, its, packed, judged in rows:
            contributions[learner][its] = unpack(packed)
            overrides[learner][its] = unpack_overrides(judged)
            await pace.breathe()
        found = {
            row["learner"]: _record(row, contributions[row["learner"]], overrides[row["learner"]], view)
            for row in standings
        }
        return [found[learner] for learner in learners]


def _record(
    row: asyncpg.Record,
    contributions: Mapping[str, Sequence[Contribution]],
    overrides: Mapping[str, Sequence[Override]],
    view: DefinitionsView,
) -> Record:
    return Record(
        learner=Learner(row["learner"], row["shard"], unpack_schools(row["schools"]) if row["schools"] else ()),
        contributions=contributions,
        overrides=overrides,
        view=view,
        evidence=(row["last"] if row["held"] else row["evidence"]) or 0,
        definitions=row["definitions"] or 0,
        held=row["held"],
        forgotten=row["forgotten"],
    )
