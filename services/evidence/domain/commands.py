"""Commands to the ledger, and the one outcome that each of them has (DESIGN §2.5).

A command is all or nothing. The outcomes are values, not errors: a refused command says so, and its neighbours in
the same call never notice.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

from shared.ledger.identifiers import Ledger
from shared.ledger.instants import Instant

StreamState: TypeAlias = Literal["open", "closed", "absent"]


class NewEvent(msgspec.Struct, frozen=True):
    """An event that a command asks to append.

    `type` and `schema` are the full CloudEvents names, `body` the canonical bytes. `occurred_at` is None where the
    client said none: it is stored as `recorded_at`, and on a retry matches any. `closes` closes the stream.
    """

    id: str
    type: str
    schema: str
    owner: str
    stream: str
    occurred_at: Instant | None
    body: bytes
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Expectation:
    """The stream must be at exactly this version (0: it must not exist) before the command's events."""

    owner: str
    stream: str
    version: int


class Guard(msgspec.Struct, frozen=True):
    """The stream must be in this state, whatever its version. `owner` says in which shard it lies."""

    owner: str
    stream: str
    state: Literal["open", "absent"]


class Command(msgspec.Struct, frozen=True):
    """Events to be appended together, with what must be true of other streams at that moment.

    `id` is the first event's id; the further events have ids derived from it. Every event of a command lies in the
    same ledger; its events, expectations and guards may lie in several shards.
    """

    id: str
    actor: str
    ledger: Ledger
    events: tuple[NewEvent, ...]
    expects: tuple[Expectation, ...] = ()
    guards: tuple[Guard, ...] = ()


class Placed(msgspec.Struct, frozen=True, gc=False):
    """Where an event lies in the ledger, and since when.

    One is made for every event that is appended: as a dataclass it took as long as all else that a lane does with it.
    """

    id: str
    stream: str
    shard: int
    position: int
    version: int
    recorded_at: Instant


class Appended(msgspec.Struct, frozen=True, gc=False):
    """The command's events are durably in the ledger, in command order."""

    events: tuple[Placed, ...]


class Repeated(msgspec.Struct, frozen=True, gc=False):
    """The same request was appended before; nothing was done, and these are its events."""

    events: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Stale:
    """An expectation did not hold: the stream is at `version`."""

    stream: str
    version: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A guard did not hold, or an event's own stream is closed: the stream is in `state`."""

    stream: str
    state: StreamState


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An id of the command is known already, for another request."""

    id: str


Outcome: TypeAlias = Appended | Repeated | Stale | Refused | Mismatch
