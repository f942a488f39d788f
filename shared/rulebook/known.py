"""What was known: the part of both ledgers that a state is folded from (*as known at*, DESIGN §3).

A bound is a position in each ledger, an instant, or none; an entry is known if it lies within all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

from shared.ledger.identifiers import Ledger
from shared.ledger.instants import Instant
from shared.rulebook.contribution import Contribution


class Pin(NamedTuple):
    """The greatest position of a relevant entry in one shard of one ledger."""

    ledger: Ledger
    shard: int
    position: int


class Recorded(Protocol):
    """Anything that stands at a position of a ledger since an instant."""

    @property
    def position(self) -> int: ...
    @property
    def recorded_at(self) -> Instant: ...


@dataclass(frozen=True, slots=True)
class Known:
    """Bounds on what a fold may see: positions in the learner's shard and in the definitions, and an instant.

    None is no bound. Since `recorded_at` never runs backwards in a shard, an instant is a position in every shard.
    """

    evidence: int | None = None
    definitions: int | None = None
    at: Instant | None = None

    @classmethod
    def at_pins(cls, pins: Iterable[Pin], shard: int) -> Self:
        """What was known to a state with these pins, for a learner in `shard`. A shard without a pin knew nothing; of
        two pins of one, which nobody should write, the greater holds.
        """
        reached = {(pin.ledger, pin.shard): pin.position for pin in sorted(pins)}
        return cls(evidence=reached.get(("evidence", shard), 0), definitions=reached.get(("definitions", 0), 0))

    def of_learner(self, entry: Recorded) -> bool:
        """Whether an entry of the learner was known."""
        return (self.evidence is None or entry.position <= self.evidence) and (
            self.at is None or entry.recorded_at <= self.at
        )

    def of_definitions(self, entry: Recorded) -> bool:
        """Whether an entry of the definitions ledger was known."""
        return (self.definitions is None or entry.position <= self.definitions) and (
            self.at is None or entry.recorded_at <= self.at
        )

    def before(self, definition: Recorded) -> "Known":
        """What was known just before an entry of the definitions ledger took effect, within these bounds.

        Evidence recorded in the same millisecond counts as known before.
        """
        at = definition.recorded_at if self.at is None else min(self.at, definition.recorded_at)
        return Known(self.evidence, definition.position - 1, at)


EVERYTHING = Known()


def known_of(contributions: Sequence[Contribution], known: Known) -> Sequence[Contribution]:
    """The contributions as they were known: later ones gone, and those withdrawn later not withdrawn."""
    if known is EVERYTHING:
        return contributions
    return [
        piece._replace(withdrawn=None) if piece.withdrawn and not known.of_learner(piece.withdrawn) else piece
        for piece in contributions
        if known.of_learner(piece)
    ]
