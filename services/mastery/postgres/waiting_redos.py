"""The port `Redos`, from this service's own tables."""

from collections.abc import Collection, Mapping, Sequence

import asyncpg

from services.mastery.ports import WaitingRedo
from services.mastery.postgres.packing import unpack, unpack_schools
from services.mastery.postgres.redos import unpack_cycle
from shared.contracts.documents import read_document
from shared.contracts.tasks import RicherTask
from shared.ledger.canonical import parse
from shared.ledger.instants import Instant
from shared.rulebook.definitions import Learner
from shared.rulebook.known import EVERYTHING, Known
from shared.runtime.connections import snapshot
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.definitions.view import DefinitionsView
from shared.runtime.pace import Pace

MOST_TASKS = 1_000
"""Tasks that are remembered; with more, all are forgotten and read again."""

_WAITING = """
    SELECT r.shard, r.cycle, l.schools, s.contributions, h.handed_ms FROM mastery.redo AS r
    LEFT JOIN mastery.handed_in AS h ON h.work = r.work
    LEFT JOIN mastery.learner AS l ON (l.shard, l.learner) = (r.shard, r.learner)
    LEFT JOIN mastery.state AS s ON (s.shard, s.learner, s.competency) = (r.shard, r.learner, r.competency)
    WHERE r.learner = ANY ($1::uuid[]) AND (NOT r.opened OR h.handed_ms IS NOT NULL)
    AND NOT EXISTS (
        SELECT FROM mastery.redo AS later
        WHERE (later.learner, later.competency) = (r.learner, r.competency) AND later.began > r.began
    )
"""
"""As `redoing.latest` has it: one redo before the latest is over, also where the piece that ended it is voided."""
_TASKS = """
    SELECT DISTINCT ON (id) id::text, digest FROM definitions.document
    WHERE id = ANY ($1::uuid[]) AND format LIKE 'ascertain.task@%'
    AND ($2::bigint IS NULL OR position <= $2) AND ($3::bigint IS NULL OR recorded_ms <= $3)
    ORDER BY id, position DESC
"""


class PostgresRedos:
    """A document never changes, so a task's is read once."""

    def __init__(self, pool: asyncpg.Pool, definitions: DefinitionsReader) -> None:
        self._pool, self._definitions = pool, definitions
        self._tasks: dict[str, tuple[str, ...]] = {}

    async def waiting(self, learners: Sequence[str]) -> tuple[DefinitionsView, Sequence[WaitingRedo]]:
        """See `Redos.waiting`."""
        async with snapshot(self._pool) as connection:
            view = await self._definitions.view(connection)
            rows = await connection.fetch(_WAITING, learners)
        waiting: list[WaitingRedo] = []
        pace = Pace()
        for row in rows:
            cycle = unpack_cycle(row["cycle"])
            schools = () if row["schools"] is None else unpack_schools(row["schools"])
            pieces = [] if row["contributions"] is None else unpack(row["contributions"])
            waiting.append(WaitingRedo(cycle, Learner(cycle.learner, row["shard"], schools), pieces, row["handed_ms"]))
            await pace.breathe()
        return view, waiting

    async def handed_in(self, works: Collection[str], known: Known) -> Mapping[str, Instant]:
        """See `Redos.handed_in`."""
        if not works or known != EVERYTHING:
            return {}
        rows = await self._pool.fetch(
            "SELECT work::text, handed_ms FROM mastery.handed_in WHERE work = ANY ($1::uuid[])", list(works)
        )
        return {row["work"]: row["handed_ms"] for row in rows}

    async def relearning(self, tasks: Collection[str], known: Known) -> Mapping[str, Sequence[str]]:
        """See `Redos.relearning`."""
        if not tasks:
            return {}
        rows = await self._pool.fetch(_TASKS, list(tasks), known.definitions, known.at)
        digests = {row["id"]: row["digest"] for row in rows}
        unread = [digest for digest in digests.values() if digest not in self._tasks]
        if unread:
            stored = await self._pool.fetch(
                "SELECT digest, bytes FROM definitions.content WHERE digest = ANY ($1)", unread
            )
            if len(self._tasks) > MOST_TASKS:
                self._tasks = {}
            self._tasks |= {row["digest"]: _relearning(row["bytes"]) for row in stored}
        return {task: self._tasks.get(digest, ()) for task, digest in digests.items()}


def _relearning(stored: bytes) -> tuple[str, ...]:
    task = read_document(parse(stored))
    return tuple(one.kind for one in task.relearning) if isinstance(task, RicherTask) else ()
