"""How often what was foretold came: in tenths of the probability, as a table and as a plot."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from cli.fitting.em import Floats

TENTHS = 10
_SIDE, _LEFT, _TOP = 320, 48, 16
_WIDTH, _HEIGHT = _LEFT + _SIDE + 24, _TOP + _SIDE + 56

_STYLE = """\
  .ground { fill: #fff }
  text { font: 12px system-ui, sans-serif; fill: #222 }
  .grid { stroke: #ccc; stroke-width: 1; fill: none }
  .exact { stroke: #666; stroke-dasharray: 4 4 }
  .traced { fill: #1763b6; fill-opacity: .75; stroke: #1763b6 }
  .plain { fill: none; stroke: #b3541e; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #161b22 }
    text { fill: #ddd }
    .grid { stroke: #555 }
    .exact { stroke: #aaa }
    .traced { fill: #6bb1ff; stroke: #6bb1ff }
    .plain { stroke: #ffa26b }
  }"""


class Tenth(NamedTuple):
    """The answers foretold from `low` to `low` + 0.1: how many, the mean of what was foretold, the share right."""

    low: float
    answers: int
    foretold: float
    right: float


def calibrated(right: Floats, predicted: Floats) -> list[Tenth]:
    """The tenths in which there is an answer, in order; 1 belongs to the last."""
    which = np.minimum((predicted * TENTHS).astype(np.int64), TENTHS - 1)
    return [
        Tenth(tenth / TENTHS, int(own.sum()), float(predicted[own].mean()), float(right[own].mean()))
        for tenth in range(TENTHS)
        for own in [which == tenth]
        if own.any()
    ]


def error(tenths: Sequence[Tenth]) -> float:
    """By how much what was foretold and what came differ, in the mean of all answers."""
    return sum(each.answers * abs(each.foretold - each.right) for each in tenths) / sum(t.answers for t in tenths)


def plot(traced: Sequence[Tenth], plain: Sequence[Tenth]) -> str:
    """Both as an SVG with a ground of its own, light or dark: a disc a tenth, its area as many answers as it has."""
    return "\n".join(_lines(traced, plain)) + "\n"


def _lines(traced: Sequence[Tenth], plain: Sequence[Tenth]) -> Iterator[str]:
    size = f'width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"'
    yield '  aria-label="Calibration: the share of right answers by the probability that was foretold">'
    yield f"<style>\n{_STYLE}\n</style>"
    yield f'<rect class="ground" width="{_WIDTH}" height="{_HEIGHT}"/>'
    for step in range(0, TENTHS + 1, 2):
        at, share = step / TENTHS, f"{step / TENTHS:.1f}"
        yield f'<path class="grid" d="M{_x(at)} {_y(0)}V{_y(1)}M{_x(0)} {_y(at)}H{_x(1)}"/>'
        yield f'<text x="{_x(at)}" y="{_y(0) + 18}" text-anchor="middle">{share}</text>'
        yield f'<text x="{_x(0) - 8}" y="{_y(at) + 4}" text-anchor="end">{share}</text>'
    yield f'<path class="exact" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>'
    most = max(each.answers for each in [*traced, *plain])
    for name, tenths in (("traced", traced), ("plain", plain)):
        for each in tenths:
            radius = max(2.5, 14 * (each.answers / most) ** 0.5)
            told = f"foretold {each.foretold:.3f}, right {each.right:.3f}, {each.answers:,} answers"
            place = f'cx="{_x(each.foretold)}" cy="{_y(each.right)}" r="{radius:.1f}"'
            yield f'<circle class="{name}" {place}><title>{told}</title></circle>'
    yield f'<text x="{_x(0.5)}" y="{_y(0) + 38}" text-anchor="middle">probability foretold of a right answer</text>'
    yield f'<circle class="traced" cx="{_x(0.05)}" cy="{_y(0.95)}" r="6"/>'
    yield f'<text x="{_x(0.09)}" y="{_y(0.95) + 4}">fitted parameters: share right</text>'
    yield f'<circle class="plain" cx="{_x(0.05)}" cy="{_y(0.88)}" r="6"/>'
    yield f'<text x="{_x(0.09)}" y="{_y(0.88) + 4}">each skill\'s mean</text>'
    yield "</svg>"


def _x(share: float) -> float:
    return round(_LEFT + share * _SIDE, 1)


def _y(share: float) -> float:
    return round(_TOP + (1 - share) * _SIDE, 1)
