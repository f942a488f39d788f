"""How much evidence a level needs before anything is said of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.ledger.instants import Instant

DAY = 24 * 60 * 60 * 1000
"""Milliseconds of a day."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """How much counted evidence a level needs: pieces in all, different kinds among them, and days between the first
    and the last of them.

    A day is 24 hours, with half a day's grace: no time zone is known here, and lessons of two days are seldom a whole
    day apart.
    """

    pieces: int
    kinds: int
    days_apart: int = 0

    def met(self, pieces: int, kinds: Collection[str], moments: Sequence[Instant]) -> bool:
        """Whether as many pieces, of these kinds and moments, are enough. Moments ascend, and are asked for where
        `days_apart` is.
        """
        return (
            pieces >= self.pieces
            and (self.kinds == 1 or len(set(kinds)) >= self.kinds)
            and (not self.days_apart or days_between(moments) >= self.days_apart)
        )


def days_between(moments: Sequence[Instant]) -> int:
    """The days from the first moment to the last, to the nearest."""
    return (moments[-1] - moments[0] + DAY // 2) // DAY if moments else 0
