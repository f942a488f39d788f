"""The line of a level over its pieces of evidence, as places in a picture; a table beside it has the same figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, EDGE, BESIDE = 640, 220, 34, 150
"""Of the picture; of what is free around the line; and to its right, where it is said where mastery begins."""


@dataclass(frozen=True, slots=True)
class Chart:
    """`dots` are (across, down, value); `cut` is how far down mastery begins; `scale` names values by how far down."""

    width: int
    height: int
    left: int
    right: int
    dots: tuple[tuple[float, float, str], ...]
    cut: float
    scale: tuple[tuple[float, str], ...]

    @property
    def line(self) -> str:
        return " ".join(f"{across},{down}" for across, down, _ in self.dots)


def chart(values: Sequence[str | None], *, top: str, cut: str) -> Chart | None:
    """The values after each piece, on a scale from 0 to `top`; None where fewer than two are known."""
    known = [(number, value) for number, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    step = (WIDTH - EDGE - BESIDE) / max(len(values) - 1, 1)

    def down(value: str) -> float:
        return round(float(HEIGHT - EDGE - Decimal(value) / Decimal(top) * (HEIGHT - 2 * EDGE)), 1)

    return Chart(
        WIDTH,
        HEIGHT,
        EDGE,
        WIDTH - BESIDE,
        tuple((round(EDGE + number * step, 1), down(value), value) for number, value in known),
        down(cut),
        ((down("0"), "0"), (down(top), top)),
    )
