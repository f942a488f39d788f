"""A command made ready for the ledger's functions: checked, and its owners' shards known.

Checked before it joins others, on its own caller's time: whatever is malformed must fail its caller alone, never the
commands that happen to be appended together with it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.evidence.domain.commands import Command, Expectation, Guard, NewEvent
from shared.contracts.events import MAX_BODY
from shared.ledger.identifiers import digest, is_id
from shared.ledger.request import RequestedEvent, request_digest
from shared.ledger.streams import evidence_stream, learner_stream


@dataclass(frozen=True, slots=True)
class Prepared:
    """`shards`: those of all its owners, ascending. `plain`: whether `ledger.facts()` may append it (see there)."""

    command: Command
    shards: tuple[int, ...]
    request_digest: bytes | None
    plain: bool
    size: int


def prepare(command: Command, shard: Callable[[str], int]) -> Prepared:
    """Check a command and find its shards; `shard` gives an owner's shard in the command's ledger.

    Raises ValueError for a command that no flow should ever build: ids that are no UUIDs or stand twice, no events, an
    id that is not the first event's, an empty body or one of more than 256 KiB, an owner that nobody could have.
    """
    _check(command)
    return Prepared(
        command=command,
        shards=tuple(sorted({shard(owner) for owner in _owners(command)})),
        request_digest=request_digest_of(command.events) if len(command.events) > 1 else None,
        plain=_is_plain(command),
        size=sum(len(event.body) for event in command.events),
    )


def request_digest_of(events: tuple[NewEvent, ...]) -> bytes:
    """The request digest of a command's events (DESIGN §11), 32 bytes."""
    requested = (
        RequestedEvent(event.type, event.owner, event.stream, event.occurred_at, digest(event.body)) for event in events
    )
    return bytes.fromhex(request_digest(requested))


def _owners(command: Command) -> set[str]:
    parts: tuple[NewEvent | Expectation | Guard, ...] = (*command.events, *command.expects, *command.guards)
    return {part.owner for part in parts}


def _is_plain(command: Command) -> bool:
    if len(command.events) != 1 or command.expects:
        return False
    event = command.events[0]
    return (
        event.stream == evidence_stream(event.id)
        and not event.closes
        and all(
            guard.state == "open" and guard.owner == event.owner and guard.stream == learner_stream(event.owner)
            for guard in command.guards
        )
    )


def _check(command: Command) -> None:
    if not command.events:
        raise ValueError("A command must have at least one event.")
    if command.id != command.events[0].id:
        raise ValueError(f"The id of a command must be its first event's, {command.events[0].id}.")
    ids = {event.id for event in command.events}
    if len(ids) != len(command.events):
        raise ValueError("The events of a command must have ids of their own.")
    for id_ in (command.actor, *ids, *_owners(command)):
        if not is_id(id_):
            raise ValueError(f"{id_[:64]!r} must be a lowercase UUID with hyphens.")
    if not all(1 <= len(event.body) <= MAX_BODY for event in command.events):
        raise ValueError(f"A body must have between 1 and {MAX_BODY} bytes.")
    if any(expectation.version < 0 for expectation in command.expects):
        raise ValueError("A version that is expected must be 0 (absent) or more.")
