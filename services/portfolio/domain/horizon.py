"""How far an answer sees, in each of the shards that a portfolio is gathered from. Pure."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from shared.ledger.instants import Instant
from shared.rulebook.as_of import AsOf, AtInstant, AtPins
from shared.rulebook.known import EVERYTHING, Known, Pin, Recorded

DEFINITIONS = ("definitions", 0)


@dataclass(frozen=True, slots=True)
class Horizon:
    """`reached` is how far each shard is applied, `asked` as of when; what was asked beyond it is not seen.

    In the shards `held` something waits in quarantine, and nothing is seen after it, so that the pins hold for ever.
    """

    asked: AsOf
    reached: Mapping[tuple[str, int], int]
    held: AbstractSet[int] = frozenset()

    def of_shard(self, shard: int) -> Known:
        """What may be known of one shard of the evidence ledger, and of the definitions."""
        through = self.reached.get(("evidence", shard), 0) if shard in self.held else None
        match self.asked:
            case None:
                return EVERYTHING if through is None else Known(evidence=through)
            case AtInstant(at=at):
                return Known(evidence=through, at=at)
            case AtPins(pins=pins):
                return Known.at_pins(pins, shard)

    @property
    def at(self) -> Instant | None:
        return self.asked.at if isinstance(self.asked, AtInstant) else None

    def pins(self, seen: Mapping[int, Iterable[Recorded]], definitions: int) -> tuple[Pin, ...]:
        """The pins of an answer from these shards, asked as of which it is the same for ever.

        `seen` has what was seen in each shard, `definitions` is the last position of a definition known.
        """
        pins = [Pin("definitions", 0, self._reach(DEFINITIONS, definitions))]
        for shard, entries in sorted(seen.items()):
            last = max((entry.position for entry in entries), default=0)
            pins.append(Pin("evidence", shard, self._reach(("evidence", shard), last)))
        return tuple(pins)

    def _reach(self, shard: tuple[str, int], last: int) -> int:
        match self.asked:
            case None:
                return self.reached.get(shard, 0)
            case AtInstant():
                return last
            case AtPins(pins=pins):
                return next((pin.position for pin in pins if pin[:2] == shard), 0)


def beyond(asked: AsOf, shards: Iterable[int], reached: Mapping[tuple[str, int], int]) -> bool:
    """Whether pins were asked for that lie beyond what is applied, in a shard that matters."""
    if not isinstance(asked, AtPins):
        return False
    matter = {("evidence", shard) for shard in shards} | {DEFINITIONS}
    return any(pin[:2] in matter and pin.position > reached.get(pin[:2], 0) for pin in asked.pins)
