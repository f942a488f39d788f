"""The port `Definitions`, over the tables of the shared definitions projection.

What was published stays so, so what was found once is remembered; what was not found is asked for again.
"""

from collections.abc import Collection, Mapping
from typing import Any

import asyncpg

from services.evidence.domain.adopting import Adoption
from services.evidence.domain.judging import Criteria
from shared.contracts.documents import read_document
from shared.contracts.tasks import Moves, Rubric, Task
from shared.ledger.canonical import parse
from shared.rulebook.definitions import Learner
from shared.rulebook.policy import Policy, read_policy
from shared.runtime.connections import snapshot
from shared.runtime.definitions.reading import DefinitionsReader, document

MAX_COMPETENCIES = 200_000
MAX_RUBRICS = 1_000
"""What is remembered at most; with more, everything is forgotten and asked for again."""


class PostgresDefinitions:
    """Answers from this service's own tables."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._competencies: set[str] = set()
        self._rubrics: dict[str, Criteria] = {}
        self._reader = DefinitionsReader()

    async def competencies(self, ids: Collection[str]) -> Collection[str]:
        """See `Definitions.competencies`."""
        unsure = [id_ for id_ in ids if id_ not in self._competencies]
        if unsure:
            rows = await self._pool.fetch(
                "SELECT DISTINCT competency::text FROM definitions.placement WHERE competency = ANY ($1::uuid[])",
                unsure,
            )
            if len(self._competencies) > MAX_COMPETENCIES:
                self._competencies = set()
            self._competencies |= {row["competency"] for row in rows}
        return {id_ for id_ in ids if id_ in self._competencies}

    async def named(self, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
        """See `Definitions.named`."""
        rows = await self._pool.fetch(
            "SELECT DISTINCT ON (competency) competency::text, code, statement FROM definitions.placement"
            " WHERE competency = ANY ($1::uuid[]) ORDER BY competency, position DESC",
            list(ids),
        )
        return {row["competency"]: (row["code"], row["statement"]) for row in rows}

    async def rubrics(self, digests: Collection[str]) -> Mapping[str, Criteria]:
        """See `Definitions.rubrics`."""
        unread = [digest for digest in digests if digest not in self._rubrics]
        if unread:
            rows = await self._pool.fetch(
                "SELECT digest, bytes FROM definitions.document JOIN definitions.content USING (digest)"
                " WHERE digest = ANY ($1) AND format LIKE 'ascertain.rubric@%'",
                unread,
            )
            if len(self._rubrics) > MAX_RUBRICS:
                self._rubrics = {}
            self._rubrics |= {row["digest"]: _criteria(row["bytes"]) for row in rows}
        return {digest: self._rubrics[digest] for digest in digests if digest in self._rubrics}

    async def moves(self, digests: Collection[str]) -> Mapping[str, Moves]:
        """See `Definitions.moves`."""
        rows = await self._pool.fetch(
            "SELECT digest, bytes FROM definitions.document JOIN definitions.content USING (digest)"
            " WHERE digest = ANY ($1) AND format LIKE 'ascertain.moves@%'",
            list(digests),
        )
        return {row["digest"]: _moves(row["bytes"]) for row in rows}

    async def task(self, task: str) -> Task | None:
        """See `Definitions.task`."""
        stored: bytes | None = await self._pool.fetchval(
            "SELECT bytes FROM definitions.document JOIN definitions.content USING (digest)"
            " WHERE id = $1::text::uuid AND format LIKE 'ascertain.task@%' ORDER BY position DESC LIMIT 1",
            task,
        )
        document = None if stored is None else read_document(parse(stored))
        return document if isinstance(document, Task) else None

    async def published(self, digest: str) -> str | None:
        """See `Definitions.published`."""
        format_: str | None = await self._pool.fetchval(
            "SELECT format FROM definitions.document WHERE digest = $1", digest
        )
        return format_

    async def is_framework(self, framework: str) -> bool:
        """See `Definitions.is_framework`."""
        return bool(
            await self._pool.fetchval(
                "SELECT EXISTS (SELECT FROM definitions.placement WHERE framework = $1::text::uuid)", framework
            )
        )

    async def adoptions(self, scope: str | None) -> list[Adoption]:
        """See `Definitions.adoptions`."""
        rows = await self._pool.fetch(
            "SELECT DISTINCT ON (a.scope) e.id::text, a.scope, a.policy, a.mode, a.version, a.position, a.recorded_ms"
            " FROM definitions.adoption a"
            " JOIN ledger.stored_entry e ON e.ledger = 'definitions' AND e.shard = 0 AND e.position = a.position"
            " WHERE $1::text IS NULL OR a.scope = $1 ORDER BY a.scope, a.position DESC",
            scope,
        )
        return [
            Adoption(
                row["id"],
                row["scope"],
                row["policy"],
                row["mode"],
                row["version"],
                row["position"],
                row["recorded_ms"],
            )
            for row in rows
        ]

    async def in_force(self, learner: Learner, competency: str) -> Policy | None:
        """See `Definitions.in_force`."""
        async with snapshot(self._pool) as connection:
            view = await self._reader.view(connection)
        adoption = view.definitions.in_force(learner, competency)
        return None if adoption is None else adoption.policy

    async def policy(self, digest: str) -> Policy | None:
        """See `Definitions.policy`."""
        published = await document(self._pool, digest)
        if published is None or not published[0].startswith("ascertain.policy@"):
            return None
        content: Any = parse(published[1])
        return read_policy(content)


def _moves(stored: bytes) -> Moves:
    moves = read_document(parse(stored))
    assert isinstance(moves, Moves)
    return moves


def _criteria(stored: bytes) -> Criteria:
    rubric = read_document(parse(stored))
    assert isinstance(rubric, Rubric)
    return {criterion.code: criterion for criterion in rubric.criteria}
