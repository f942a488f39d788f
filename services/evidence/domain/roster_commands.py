"""A roster's changes as commands: one a stream, bound to the version that the change was decided on."""

from collections.abc import Mapping

from msgspec.structs import replace

from services.evidence.domain.commands import Command, Expectation, NewEvent
from services.evidence.domain.facts import new_event
from services.evidence.domain.roster_changes import Change, Changes
from shared.contracts.events import EVENTS
from shared.ledger.identifiers import digest, further_event_id, item_id
from shared.ledger.request import RequestedEvent, request_digest

ROUTE = "/v1/rosters"


def commands_of(changes: Changes, versions: Mapping[str, int], *, tenant: str, actor: str) -> list[Command]:
    """One command a stream, sections and roles before enrolments.

    Ids follow from the stream, its version and the change: who repeats a request that broke off repeats its ids.
    """
    commands = [
        _command(stream, own, versions.get(stream, 0), tenant=tenant, actor=actor)
        for stream, own in changes.streams.items()
    ]
    return sorted(commands, key=lambda command: command.ledger)


def _command(stream: str, changes: list[Change], version: int, *, tenant: str, actor: str) -> Command:
    unnamed = [new_event(tenant, "", change.fact, occurred_at=change.occurred_at) for change in changes]
    key = f"{stream}@{version}:{request_digest(map(_requested, unnamed))}"
    first = item_id(actor, "POST", ROUTE, key, 0)
    events = tuple(
        replace(event, id=first if n == 0 else further_event_id(first, n)) for n, event in enumerate(unnamed)
    )
    ledger = EVENTS[type(changes[0].fact).__name__].ledger
    return Command(first, actor, ledger, events, expects=(Expectation(events[0].owner, stream, version),))


def _requested(event: NewEvent) -> RequestedEvent:
    return RequestedEvent(event.type, event.owner, event.stream, event.occurred_at, digest(event.body))
