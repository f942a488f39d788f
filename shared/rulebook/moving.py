"""What would move a level: the smallest next result that reaches the next one or the cut, found exactly.

A next result is a value on the scale, to six places: the finest that a scale's numbers have. Where a greater result
never comes to less, the smallest is found by halving; a method says where that ends (`Method.turns`), and each part is
searched for itself. Only where nobody can tell (`empower.true_score`), or where the pieces are so many that it would
take too long, is what is told not sure to be the smallest: `exact` says so. It always reaches what it is told to reach.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.ledger.decimals import SCALE
from shared.rulebook.policy import Level
from shared.rulebook.state import Status
from shared.rulebook.supposing import Supposing

MOST_PIECES_AHEAD = 20
"""How many next pieces a move looks ahead; a level further off than this is not promised."""

MOST_STEPS = 5_000
"""Pieces up to which the smallest next result is found to the last place; with more, to a hundredth, and so told."""

TRIED_ANYWHERE = 20
"""How many results over the scale are tried, beside the levels, where nobody can tell where a method turns."""

_HUNDREDTH = SCALE // 100


@dataclass(frozen=True, slots=True)
class Move:
    """What would reach a level, or the cut: `pieces` more results, each of at least `value` (scaled by 10^6).

    One piece wherever one is enough, then with the smallest value that is; else as few as do it, at the top. Where a
    teacher's override applies, it is what would move the level that the evidence alone says.
    `level` is the level then; `masters` says whether the cut is reached. `or_more`: every greater result does it too.
    `exact`: no smaller one does.
    """

    level: str | None
    pieces: int
    value: int
    masters: bool
    or_more: bool = True
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Moves:
    """What would raise a level, and whether a single next result could lower it or take mastery from it."""

    up: tuple[Move, ...]
    can_lower: bool


NO_MOVES = Moves((), can_lower=False)
"""Where there is no level yet: then what is missing is told."""


def moves_of(supposed: Supposing) -> Moves:
    """What would move the level that the evidence says; for a state that has enough of it."""
    search = Search(supposed)
    return Moves(tuple(_up(supposed, search)), search.can_lower())


def _up(supposed: Supposing, search: "Search") -> Iterator[Move]:
    """What reaches the next level, and what reaches the cut where that lies elsewhere."""
    scale, now = supposed.policy.scale, supposed.now.level
    above = next((level for level in scale.levels if now is None or level.at > now.at), None)
    goals = {above.at} if above is not None else set[int]()
    if supposed.now.status is not Status.MASTERED:
        goals.add(scale.cut)
    told: list[Move] = []
    for goal in sorted(goals):
        move = search.smallest_move(goal)
        if move is not None and move not in told:
            told.append(move)
            yield move


class Search:
    """Searches among the next results that one supposed could have."""

    def __init__(self, supposed: Supposing) -> None:
        self._supposed, self._top = supposed, supposed.policy.scale.top
        turns = supposed.turns()
        self._anywhere = turns is None
        self._starts = self._spread() if turns is None else sorted({0, *turns})
        self._finest = 1 if supposed.policy.method.carries or supposed.steps <= MOST_STEPS else _HUNDREDTH
        self._ahead: Sequence[int | None] | None = None

    def smallest_move(self, goal: int) -> Move | None:
        """The fewest next pieces, and then the smallest value, after which the method reaches `goal`.

        None if even `MOST_PIECES_AHEAD` pieces at the top do not reach it.
        """
        least = self.smallest(goal)
        if least is not None:
            return self._move(1, least, self.then(least), or_more=self._or_more(least, goal), exact=self._sure(least))
        for pieces, after in enumerate(self._at_the_top(), start=1):
            if after is not None and after >= goal:
                return self._move(pieces, self._top, after)
        return None

    def smallest(self, goal: int) -> int | None:
        """The smallest next result after which the method reaches `goal`; None where none does."""
        for start, end in self._parts():
            if self.then(end) >= goal:
                return self._halved(start, end, goal)
        return None

    def can_lower(self) -> bool:
        """Whether any single next result comes to less than there is now; no part is lower than where it starts."""
        return any(self._supposed.with_one_more(start).height < self._supposed.now.height for start in self._starts)

    def then(self, value: int) -> int:
        """The method's value after a next result of `value`; below every goal where there is none."""
        after = self._supposed.then(value)
        return -1 if after is None else after

    def _halved(self, low: int, high: int, goal: int) -> int:
        """The smallest of a part whose greatest reaches the goal; to a hundredth, what is told reaches it too."""
        if self.then(low) >= goal:
            return low
        while high - low > self._finest:
            middle = (low + high) // 2
            if self.then(middle) >= goal:
                high = middle
            else:
                low = middle
        return high

    def _parts(self) -> Iterator[tuple[int, int]]:
        """From where on, and up to where, a greater result never comes to less; oldest of the scale first."""
        if self._anywhere:
            yield 0, 0
            yield from zip(self._starts, self._starts[1:], strict=False)
            return
        ends = [start - 1 for start in self._starts[1:]]
        yield from zip(self._starts, [*ends, self._top], strict=True)

    def _or_more(self, least: int, goal: int) -> bool:
        """A part that starts at the goal stays there. Where nobody can tell, it is not said."""
        return not self._anywhere and all(self.then(start) >= goal for start in self._starts if start > least)

    def _sure(self, least: int) -> bool:
        return (
            least == 0 or (not self._anywhere and self._finest == 1) or (not self._anywhere and least in self._starts)
        )

    def _at_the_top(self) -> Sequence[int | None]:
        if self._ahead is None:
            self._ahead = self._supposed.after([self._top] * MOST_PIECES_AHEAD)
        return self._ahead

    def _spread(self) -> list[int]:
        scale = self._supposed.policy.scale
        places = {self._top * part // TRIED_ANYWHERE for part in range(TRIED_ANYWHERE + 1)}
        return sorted({*places, scale.cut, *(level.at for level in scale.levels)})

    def _move(self, pieces: int, value: int, after: int, *, or_more: bool = True, exact: bool = True) -> Move:
        level: Level | None = self._supposed.policy.scale.level_at(after)
        masters = after >= self._supposed.policy.scale.cut
        return Move(None if level is None else level.name, pieces, value, masters, or_more, exact)
