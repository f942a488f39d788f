"""Reads the record of one learner, in one snapshot of the tables."""

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
from shared.runtime.pace import Pace

_STANDING = """
    SELECT
        (SELECT position FROM projection.watermark WHERE ledger = 'evidence' AND shard = $1) AS evidence,
        (SELECT position FROM projection.watermark WHERE ledger = 'definitions' AND shard = 0) AS definitions,
        EXISTS (SELECT FROM projection.quarantine WHERE ledger = 'evidence' AND shard = $1 AND owner = $2) AS held,
        (SELECT last_position FROM projection.owner WHERE ledger = 'evidence' AND shard = $1 AND owner = $2) AS last,
        (SELECT schools FROM mastery.learner WHERE shard = $1 AND learner = $2) AS schools,
        EXISTS (SELECT FROM mastery.forgotten WHERE shard = $1 AND learner = $2) AS forgotten
"""


class StoredRecords:
    """The port `Records`, from this service's own tables."""

    def __init__(self, pool: asyncpg.Pool, tenant: str, definitions: DefinitionsReader) -> None:
        self._pool, self._tenant, self._definitions = pool, tenant, definitions

    def shard(self, learner: str) -> int:
        return shard_of(self._tenant, learner)

    async def of(self, learner: str, *, grades: bool = False, redos: bool = False, feedback: bool = False) -> Record:
        shard = self.shard(learner)
        async with snapshot(self._pool) as connection:
            view = await self._definitions.view(connection)
            standing = await connection.fetchrow(_STANDING, shard, learner)
            rows = await connection.fetch(
                "SELECT competency::text, contributions, overrides FROM mastery.state"
                " WHERE shard = $1 AND learner = $2",
                shard,
                learner,
            )
            graded = await grades_of(connection, shard, learner) if grades else []
            cycles = await cycles_of(connection, shard, learner) if redos else []
            said = await feedback_of(connection, shard, learner) if redos or feedback else {}
        assert standing is not None
        contributions: dict[str, list[Contribution]] = {}
        overrides: dict[str, list[Override]] = {}
        pace = Pace()
        for row in rows:
            contributions[row["competency"]] = unpack(row["contributions"])
            overrides[row["competency"]] = unpack_overrides(row["overrides"])
            await pace.breathe()
        return Record(
            learner=Learner(learner, shard, unpack_schools(standing["schools"]) if standing["schools"] else ()),
            contributions=contributions,
            overrides=overrides,
            view=view,
            evidence=(standing["last"] if standing["held"] else standing["evidence"]) or 0,
            definitions=standing["definitions"] or 0,
            held=standing["held"],
            forgotten=standing["forgotten"],
            grades=graded,
            redos=cycles,
            feedback=said,
        )
