"""A command made ready for the ledger's functions: checked, and its owners' shards known.

Checked before it joins others, on its own caller's time: whatever is malformed must fail its caller alone, never the
commands that happen to be appended together with it.
"""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from services.evidence.domain.commands import Command, Expectation, Guard, NewEvent
from shared.contracts.events import MAX_BODY
from shared.ledger.identifiers import digest, is_id
from shared.ledger.request import RequestedEvent, request_digest
from shared.ledger.streams import evidence_stream, learner_stream


class Prepared(msgspec.Struct, frozen=True, gc=False):
    """`shards`: those of all its owners, ascending. `plain`: whether `ledger.plain_facts()` may append it (see there).

    `size` counts the bytes of its bodies.
    """

    command: Command
    shards: tuple[int, ...]
    request_digest: bytes | None
    plain: bool
    size: int


def prepare(command: Command, shard: Callable[[str], int]) -> Prepared:
    """Check a command and find its shards; `shard` gives an owner's shard in its ledger, or raises ValueError.

    Raises ValueError for a command that no flow should ever build: ids that are no UUIDs or stand twice, no events, an
    id that is not the first event's, an empty body or one of more than 256 KiB, an owner that nobody could have.
    """
    _check(command)
    if _is_plain(command):  # by far the most, and each owner alone
        event = command.events[0]
        return Prepared(command, (shard(event.owner),), None, True, len(event.body))
    parts: tuple[NewEvent | Expectation | Guard, ...] = (*command.events, *command.expects, *command.guards)
    return Prepared(
        command=command,
        shards=tuple(sorted({shard(part.owner) for part in parts})),
        request_digest=request_digest_of(command.events) if len(command.events) > 1 else None,
        plain=False,
        size=sum(len(event.body) for event in command.events),
    )


def request_digest_of(events: tuple[NewEvent, ...]) -> bytes:
    """The request digest of a command's events (DESIGN §11), 32 bytes."""
    requested = (
        RequestedEvent(event.type, event.owner, event.stream, event.occurred_at, digest(event.body)) for event in events
    )
    return bytes.fromhex(request_digest(requested))


def _is_plain(command: Command) -> bool:
    if len(command.events) != 1 or command.expects or len(command.guards) > 1:
        return False
    event = command.events[0]
    if event.closes or event.stream != evidence_stream(event.id):
        return False
    for guard in command.guards:
        if guard.owner != event.owner or guard.state != "open" or guard.stream != learner_stream(event.owner):
            return False
    return True


def _check(command: Command) -> None:
    if not command.events:
        raise ValueError("A command must have at least one event.")
    if command.id != command.events[0].id:
        raise ValueError(f"The id of a command must be its first event's, {command.events[0].id}.")
    if len(command.events) > 1 and len({event.id for event in command.events}) != len(command.events):
        raise ValueError("The events of a command must have ids of their own.")
    if not _is_known_id(command.actor):
        raise _no_id(command.actor)
    for event in command.events:
        if not is_id(event.id):
            raise _no_id(event.id)
        if not 1 <= len(event.body) <= MAX_BODY:
            raise ValueError(f"A body must have between 1 and {MAX_BODY} bytes.")
    for expectation in command.expects:
        if expectation.version < 0:
            raise ValueError("A version that is expected must be 0 (absent) or more.")


_is_known_id = lru_cache(4096)(is_id)
"""As `is_id`; the same people act again and again."""


def _no_id(text: str) -> ValueError:
    return ValueError(f"{text[:64]!r} must be a lowercase UUID with hyphens.")
