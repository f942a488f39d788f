"""`ledger.append()`: what it is given, and what it answers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from services.evidence.domain.commands import (
    Appended,
    Command,
    Mismatch,
    NewEvent,
    Outcome,
    Placed,
    Refused,
    Repeated,
    Stale,
    StreamState,
)
from services.evidence.postgres.numbered import Numbered
from services.evidence.postgres.prepared import Prepared
from shared.ledger.identifiers import is_id
from shared.ledger.streams import evidence_stream

APPEND = (
    "SELECT outcome, culprit, culprit_version, culprit_closed, positions, versions, recorded FROM ledger.append("
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)"
)

_EVIDENCE = evidence_stream("")
_OPEN, _ABSENT = -1, -2


@dataclass(frozen=True, slots=True)
class AppendCall:
    """A call of `APPEND`, and the lists by which its answer is understood."""

    arguments: tuple[Any, ...]
    commands: Sequence[Prepared]
    streams: Sequence[tuple[str, str]]
    shard: Callable[[str], int]

    def outcomes(self, answer: asyncpg.Record) -> list[Outcome]:
        """One outcome a command, from the row that `APPEND` answered."""
        events = (event for prepared in self.commands for event in prepared.command.events)
        places = zip(events, answer["positions"], answer["versions"], answer["recorded"], strict=True)
        culprits = zip(answer["culprit"], answer["culprit_version"], answer["culprit_closed"], strict=True)
        outcomes: list[Outcome] = []
        first = 0
        for prepared, outcome, culprit in zip(self.commands, answer["outcome"], culprits, strict=True):
            placed = [next(places) for _ in prepared.command.events]
            outcomes.append(self._outcome(prepared.command, outcome, culprit, placed, first))
            first += len(placed)
        return outcomes

    def _outcome(
        self,
        command: Command,
        outcome: str,
        culprit: tuple[int, int, bool],
        placed: Sequence[tuple[NewEvent, int, int, int]],
        first: int,
    ) -> Outcome:
        subscript, version, closed = culprit
        if outcome == "m":
            return Mismatch(command.events[subscript - 1 - first].id)
        if outcome == "s":
            return Stale(self.streams[subscript - 1][1], version)
        if outcome == "f":
            return Refused(self.streams[subscript - 1][1], _state(version, closed=closed))
        places = tuple(
            Placed(event.id, event.stream, self.shard(event.owner), position, number, recorded_at)
            for event, position, number, recorded_at in placed
        )
        return Appended(places) if outcome == "a" else Repeated(places)


def append_call(tenant: str, commands: Sequence[Prepared], shard: Callable[[str], int]) -> AppendCall:
    """The call for commands of one ledger; `shard` gives an owner's shard in it."""
    kinds, streams = Numbered[tuple[str, str]](), Numbered[tuple[str, str]]()
    conditions = [list(_conditions(prepared.command, streams)) for prepared in commands]
    events = [event for prepared in commands for event in prepared.command.events]
    kind_of_each = [kinds[event.type, event.schema] for event in events]
    stream_of_each = [streams[event.owner, event.stream] for event in events]
    arguments = (
        tenant,
        commands[0].command.ledger,
        [type_ for type_, _ in kinds],
        [schema for _, schema in kinds],
        sorted({number for prepared in commands for number in prepared.shards}),
        [name for _, name in streams],
        [owner for owner, _ in streams],
        [shard(owner) for owner, _ in streams],
        [_evidence(name) for _, name in streams],
        [prepared.command.actor for prepared in commands],
        [prepared.request_digest for prepared in commands],
        _ends(len(prepared.command.events) for prepared in commands),
        _ends(len(each) for each in conditions),
        [stream for each in conditions for stream, _ in each],
        [version for each in conditions for _, version in each],
        [event.id for event in events],
        _before([event.id for event in events]),
        kind_of_each,
        stream_of_each,
        [event.occurred_at for event in events],
        [event.closes for event in events],
        [event.body for event in events],
    )
    return AppendCall(arguments, commands, list(streams), shard)


def _conditions(command: Command, streams: Numbered[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    for expectation in command.expects:
        yield streams[expectation.owner, expectation.stream], expectation.version
    for guard in command.guards:
        yield streams[guard.owner, guard.stream], _OPEN if guard.state == "open" else _ABSENT


def _evidence(stream: str) -> str | None:
    """The id in `evidence/{id}`; None for any other stream."""
    id_ = stream.removeprefix(_EVIDENCE)
    return id_ if id_ != stream and is_id(id_) else None


def _ends(lengths: Iterator[int]) -> list[int]:
    """Where each of consecutive groups ends: [2, 0, 3] is [2, 2, 5]."""
    ends, end = [], 0
    for length in lengths:
        end += length
        ends.append(end)
    return ends


def _before(ids: Sequence[str]) -> list[int]:
    """For each id the subscript, from 1, of the last one before that is equal; 0 where there is none."""
    seen: dict[str, int] = {}
    before = []
    for subscript, id_ in enumerate(ids, start=1):
        before.append(seen.get(id_, 0))
        seen[id_] = subscript
    return before


def _state(version: int, *, closed: bool) -> StreamState:
    if version == 0:
        return "absent"
    return "closed" if closed else "open"
