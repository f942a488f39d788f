"""How far an answer sees: from what was asked and what is applied, to what may be known. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.mastery.domain.errors import NotReachedError
from shared.ledger.instants import Instant
from shared.rulebook.as_of import AtInstant, AtPins, pins_text
from shared.rulebook.known import EVERYTHING, Known, Pin, Recorded


@dataclass(frozen=True, slots=True)
class Horizon:
    """`known` bounds the fold; folding again as known at `pins` gives the same states for ever.

    `at` is the instant asked for. `under_review` says that more of the learner is waiting to be looked at.
    """

    known: Known
    pins: tuple[Pin, ...]
    at: Instant | None = None
    under_review: bool = False


def now_horizon(reached: tuple[Pin, ...], *, held: bool) -> Horizon:
    """All that is applied."""
    return Horizon(EVERYTHING, reached, under_review=held)


def pins_horizon(asked: AtPins, reached: tuple[Pin, ...]) -> Horizon:
    """As known at the pins asked for. Raises NotReachedError where they lie beyond what is applied."""
    positions = {(pin.ledger, pin.shard): pin.position for pin in asked.pins}
    pins = tuple(pin._replace(position=positions.get((pin.ledger, pin.shard), 0)) for pin in reached)
    if any(pin.position > have.position for pin, have in zip(pins, reached, strict=True)):
        raise NotReachedError(
            f"As of {pins_text(asked.pins)} is not known here yet; this learner's record reaches {pins_text(reached)}.",
            reached,
        )
    shard = next(pin.shard for pin in reached if pin.ledger == "evidence")
    return Horizon(Known.at_pins(pins, shard), pins)


def instant_horizon(
    asked: AtInstant, shard: int, of_learner: Iterable[Recorded], definitions: int, *, held: bool
) -> Horizon:
    """As known at an instant: its pins are the last position recorded by then in each ledger.

    `of_learner` are the learner's entries that count for anything, `definitions` the last position of a definition
    recorded by then.
    """
    known = Known(at=asked.at)
    evidence = max((entry.position for entry in of_learner if known.of_learner(entry)), default=0)
    pins = (Pin("definitions", 0, definitions), Pin("evidence", shard, evidence))
    return Horizon(Known.at_pins(pins, shard), pins, asked.at, held)
