"""Old versions of an event's body, read as the version of today (DESIGN §3). What is stored never changes.

A change that `compatibility` calls breaking is a new number in the event's schema. Its upcaster is one pure function
from the body of the number before, here in the one table; whoever reads a body reads it through `as_current`. A schema
that neither today's contract nor this table knows pauses a projection ("upgrade me"), as a newer one does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.ledger.canonical import canonical, parse
from shared.ledger.entry import Entry

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Upcaster:
    """`change` makes a body of the next number, whose schema is `schema`. It leaves what it was given as it is."""

    schema: str
    change: Callable[[Body], Body]


UPCASTERS: dict[tuple[str, str], Upcaster] = {}
"""By the type and the schema of what is stored. Empty: every event is as it was first released."""


def is_old(entry: Entry) -> bool:
    """Whether the entry's body is of a number that is no longer written, and is read as today's."""
    return (entry.type, entry.schema) in UPCASTERS


def as_current(entry: Entry, body: Any) -> Any:
    """The decoded body of the entry as today's contract has it. What is no object is left for the contract to refuse.

    Raises what an upcaster raises for a body that broke its own contract: ValueError, KeyError or TypeError.
    """
    step = UPCASTERS.get((entry.type, entry.schema))
    while step is not None and isinstance(body, Mapping):
        body = step.change(body)
        step = UPCASTERS.get((entry.type, step.schema))
    return body


def current_bytes(entry: Entry) -> bytes:
    """The canonical bytes of the body as today's contract has it: the stored ones, unless they are of an old number."""
    return canonical(dict(as_current(entry, parse(entry.body)))) if is_old(entry) else entry.body
