"""`ledger.facts()`: what it is given, and what it answers."""

from collections.abc import Sequence
from typing import Any

from services.evidence.domain.commands import Appended, Outcome, Placed
from services.evidence.postgres.numbered import Numbered
from services.evidence.postgres.prepared import Prepared

FACTS = "SELECT positions, recorded FROM ledger.facts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"


def are_plain(commands: Sequence[Prepared]) -> bool:
    """Whether `ledger.facts()` may try these commands together."""
    return all(prepared.plain for prepared in commands) and len({prepared.command.id for prepared in commands}) == len(
        commands
    )


def facts_arguments(tenant: str, commands: Sequence[Prepared]) -> tuple[Any, ...]:
    """The arguments of `FACTS` for plain commands of one ledger."""
    kinds, actors, owners = Numbered[tuple[str, str]](), Numbered[str](), Numbered[str]()
    shards: list[int] = []
    learners: set[str] = set()
    events = [prepared.command.events[0] for prepared in commands]
    for prepared, event in zip(commands, events, strict=True):
        if event.owner not in owners:
            shards.append(prepared.shards[0])
        owners[event.owner]  # gives it its subscript
        if prepared.command.guards:
            learners.add(event.owner)
    kind_of_each = [kinds[event.type, event.schema] for event in events]
    actor_of_each = [actors[prepared.command.actor] for prepared in commands]
    return (
        tenant,
        commands[0].command.ledger,
        [type_ for type_, _ in kinds],
        [schema for _, schema in kinds],
        list(actors),
        list(owners),
        shards,
        list(learners),
        [event.id for event in events],
        kind_of_each,
        actor_of_each,
        [owners[event.owner] for event in events],
        [event.occurred_at for event in events],
        [event.body for event in events],
    )


def facts_outcomes(commands: Sequence[Prepared], positions: Sequence[int], recorded: Sequence[int]) -> list[Outcome]:
    """The outcomes, from the lists that `FACTS` answered."""
    outcomes: list[Outcome] = []
    for prepared, position, recorded_at in zip(commands, positions, recorded, strict=True):
        event = prepared.command.events[0]
        outcomes.append(Appended((Placed(event.id, event.stream, prepared.shards[0], position, 1, recorded_at),)))
    return outcomes
