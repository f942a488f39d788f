"""The projection of redos, of the words that scores came with, and of when works were handed in: into `mastery.redo`,
`mastery.feedback` and `mastery.handed_in`.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from services.mastery.postgres import redos
from shared.contracts.events import EVENTS, decode
from shared.ledger.canonical import parse
from shared.ledger.entry import Entry, type_name
from shared.ledger.identifiers import shard_of
from shared.rulebook.redoing import REDO, Cycle, begun_by, gone_on
from shared.runtime.pace import Pace

SAID = {type_name("RubricScored"): b'"feedback_ref":"', type_name("ObservationRecorded"): b'"note_ref":"'}
"""The evidence that words may come with, and how its canonical body then names them."""

VERSION = type_name("WorkVersionAdded")

_TYPES = frozenset(type_name(event) for event in (*REDO, "LearnerForgotten"))


class RedoProjection:
    """A `Projection` of the evidence ledger. Whether a redo is over is asked of the contributions at read."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing: what an event says stands in it."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Raises ValueError for an event of a redo that did not begin, and for a broken body."""
        own = [entry for entry in entries if entry.type in _TYPES]
        said = [entry for entry in entries if (mark := SAID.get(entry.type)) is not None and mark in entry.body]
        versions = [entry for entry in entries if entry.type == VERSION]
        for shard in sorted({entry.shard for entry in versions}):
            handed_in = {e.owner: e.recorded_at for e in versions if e.shard == shard}
            await redos.write_handed_in(connection, shard, handed_in)
        if not own and not said:
            return
        forgotten = {entry.owner: entry.shard for entry in own if entry.event == "LearnerForgotten"}
        for learner, shard in forgotten.items():
            await redos.drop_learner(connection, shard, learner)
        for shard in sorted({entry.shard for entry in (*own, *said)}):
            await _go_on(connection, shard, [e for e in own if e.shard == shard and e.owner not in forgotten])
            await _keep(connection, shard, [e for e in said if e.shard == shard and e.owner not in forgotten])

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        await redos.drop_owner(connection, shard_of(self._tenant, owner), owner)


async def _go_on(connection: asyncpg.Connection, shard: int, entries: Sequence[Entry]) -> None:
    pace = Pace()
    read: list[tuple[Entry, dict[str, Any]]] = []
    for entry in entries:
        read.append((entry, decode(entry, EVENTS[entry.event].body).model_dump()))
        await pace.breathe()
    cycles = await redos.read_cycles(
        connection, shard, {(e.owner, body["cycle"]) for e, body in read if "cycle" in body}
    )
    changed: dict[str, Cycle] = {}
    for entry, body in read:
        if entry.event in {"RedoOffered", "RedoRequested"}:
            changed[entry.id] = begun_by(entry, body)
            continue
        named = body["cycle"]
        before = changed.get(named) or cycles.get(named)
        if before is None or before.learner != entry.owner:
            raise ValueError(f"Entry {entry.id} goes on with a redo {named} that did not begin.")
        changed[named] = gone_on(before, entry, body)
    if changed:
        await redos.write_cycles(connection, shard, list(changed.values()))


async def _keep(connection: asyncpg.Connection, shard: int, entries: Sequence[Entry]) -> None:
    if entries:
        await redos.write_feedback(
            connection, shard, [(entry.owner, entry.id, feedback_ref(entry)) for entry in entries]
        )


def feedback_ref(entry: Entry) -> str:
    """The reference of the words that a piece came with. Raises ValueError or KeyError for a broken body."""
    body = parse(entry.body)
    assert isinstance(body, dict)
    member = SAID[entry.type].split(b'"')[1].decode()
    ref = body[member]
    if not isinstance(ref, str):
        raise ValueError(f"Entry {entry.id} names no text in {member}.")  # noqa: TRY004 - quarantines its owner
    return ref
