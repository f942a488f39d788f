"""`ledger.plain_facts()`: what it is given, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from services.evidence.domain.commands import Appended, Outcome, Placed
from services.evidence.postgres.numbered import Numbered
from services.evidence.postgres.open_learners import OpenLearners
from services.evidence.postgres.prepared import Prepared

FACTS = (
    "SELECT positions, recorded, marks FROM ledger.plain_facts("
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
)


def are_plain(commands: Sequence[Prepared]) -> bool:
    """Whether `ledger.plain_facts()` may try these commands together."""
    return all([prepared.plain for prepared in commands]) and len(  # noqa: C419 - a list of 500 is faster
        {prepared.command.id for prepared in commands}
    ) == len(commands)


@dataclass(frozen=True, slots=True)
class FactsCall:
    """A call of `FACTS`. Its learners are those of whom is not known that they are open, with the shard of each."""

    arguments: tuple[Any, ...]
    commands: Sequence[Prepared]
    shards: Sequence[int]
    learners: Mapping[str, int]

    def outcomes(self, answer: asyncpg.Record, known: OpenLearners) -> list[Outcome] | None:
        """The outcomes, and what is `known` now; None where the commands are not as plain as they seemed."""
        if answer["positions"] is None:
            known.forget(self.shards)
            return None
        known.learn(dict(zip(self.shards, answer["marks"], strict=True)), self.learners)
        outcomes: list[Outcome] = []
        places = zip(self.commands, answer["positions"], answer["recorded"], strict=True)
        for prepared, position, recorded_at in places:
            event = prepared.command.events[0]
            outcomes.append(Appended((Placed(event.id, event.stream, prepared.shards[0], position, 1, recorded_at),)))
        return outcomes


def facts_call(tenant: str, commands: Sequence[Prepared], known: OpenLearners) -> FactsCall:
    """The call for plain commands of one ledger."""
    sources = Numbered[tuple[str, str, str]]()
    plain = [prepared.command for prepared in commands]
    events = [command.events[0] for command in plain]
    shard_of_each = [prepared.shards[0] for prepared in commands]
    source_of_each = [
        sources[event.type, event.schema, command.actor] for event, command in zip(events, plain, strict=True)
    ]
    shards = sorted(set(shard_of_each))
    learners = {
        event.owner: shard
        for event, command, shard in zip(events, plain, shard_of_each, strict=True)
        if command.guards and not known.is_open(event.owner, shard)
    }
    arguments = (
        tenant,
        plain[0].ledger,
        [type_ for type_, _, _ in sources],
        [schema for _, schema, _ in sources],
        [actor for _, _, actor in sources],
        shards,
        [known.mark(shard) for shard in shards],
        list(learners),
        [event.id for event in events],
        [event.owner for event in events],
        shard_of_each,
        source_of_each,
        [event.occurred_at for event in events],
        [event.body for event in events],
    )
    return FactsCall(arguments, commands, shards, learners)
