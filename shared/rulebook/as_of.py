"""As of when an answer is asked for: an instant, or pins (positions of shards)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from shared.ledger.instants import Instant
from shared.rulebook.known import Pin


@dataclass(frozen=True, slots=True)
class AtPins:
    """As known at these positions, one a shard; nothing is known of a shard that has no pin."""

    pins: tuple[Pin, ...]


@dataclass(frozen=True, slots=True)
class AtInstant:
    """As known at an instant: every entry recorded by then."""

    at: Instant


AsOf: TypeAlias = AtPins | AtInstant | None
"""None: now."""


def pins_text(pins: Iterable[Pin]) -> str:
    """Pins as they are asked for: `evidence:12:345,definitions:0:7`."""
    return ",".join(f"{pin.ledger}:{pin.shard}:{pin.position}" for pin in pins)
