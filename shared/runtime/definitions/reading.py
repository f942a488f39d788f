"""Reading the definitions: as the rulebook folds with them, and as people name things."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg

from shared.ledger.canonical import parse
from shared.rulebook.definitions import Adoption, Definitions, Mode, Placement
from shared.rulebook.policy import Policy, read_policy
from shared.rulebook.scope import read_scope
from shared.runtime.definitions.view import DefinitionsView, PlacedCompetency

_MANY = 2_000
"""Rows from which a reading is put together in a thread, so that the event loop goes on."""


class DefinitionsReader:
    """Gives the view; reads it again only after adoptions or placements have changed.

    Ask within a transaction in which they cannot change: READ COMMITTED under the lock of `watermark.wait_turn`, or
    REPEATABLE READ.
    """

    def __init__(self) -> None:
        self._view: DefinitionsView | None = None
        self._policies: dict[str, Policy] = {}

    async def view(self, connection: asyncpg.Connection) -> DefinitionsView:
        revision = await connection.fetchval("SELECT revision FROM definitions.revision")
        view = self._view
        if view is None or view.revision != revision:
            view = self._view = await self._read(connection, revision)
        return view

    async def _read(self, connection: asyncpg.Connection, revision: int) -> DefinitionsView:
        adoptions = await connection.fetch(
            "SELECT position, scope, policy, mode, recorded_ms FROM definitions.adoption ORDER BY position"
        )
        placements = await connection.fetch(
            "SELECT competency::text, framework::text, code, statement, position, recorded_ms"
            " FROM definitions.placement ORDER BY position"
        )
        await self._read_policies(connection, {row["policy"] for row in adoptions})
        if len(adoptions) + len(placements) < _MANY:
            return self._view_of(revision, adoptions, placements)
        return await asyncio.to_thread(self._view_of, revision, adoptions, placements)

    async def _read_policies(self, connection: asyncpg.Connection, adopted: set[str]) -> None:
        unread = adopted - self._policies.keys()
        if not unread:
            return
        rows = await connection.fetch(
            "SELECT digest, bytes FROM definitions.content WHERE digest = ANY ($1)", list(unread)
        )
        for row in rows:
            document: Any = parse(row["bytes"])
            self._policies[row["digest"]] = read_policy(document)

    def _view_of(
        self, revision: int, adoptions: Sequence[asyncpg.Record], placements: Sequence[asyncpg.Record]
    ) -> DefinitionsView:
        return DefinitionsView(
            revision=revision,
            definitions=Definitions.of(
                [
                    Adoption(
                        scope=read_scope(row["scope"]),
                        mode=Mode(row["mode"]),
                        policy=self._policies[row["policy"]],
                        position=row["position"],
                        recorded_at=row["recorded_ms"],
                    )
                    for row in adoptions
                ],
                [
                    Placement(row["competency"], row["framework"], row["position"], row["recorded_ms"])
                    for row in placements
                ],
            ),
            competencies=_by_competency(placements),
            moments=tuple(sorted({(row["recorded_ms"], row["position"]) for row in [*adoptions, *placements]})),
        )


def _by_competency(placements: Sequence[asyncpg.Record]) -> dict[str, tuple[PlacedCompetency, ...]]:
    named: dict[str, tuple[PlacedCompetency, ...]] = {}
    for row in placements:
        one = PlacedCompetency(
            row["competency"], row["code"], row["statement"], row["framework"], row["position"], row["recorded_ms"]
        )
        named[one.id] = (*named.get(one.id, ()), one)
    return named


async def document(connection: asyncpg.Connection | asyncpg.Pool, digest: str) -> tuple[str, bytes] | None:
    """A published document: its format and canonical bytes. None where none is published here under this digest."""
    row = await connection.fetchrow(
        "SELECT format, bytes FROM definitions.document JOIN definitions.content USING (digest) WHERE digest = $1",
        digest,
    )
    return None if row is None else (row["format"], row["bytes"])
