"""Why a state is what it is, as data: what counted and how, what was set aside, what would move it.

`wording` makes the sentences. Everything here comes from the state and the method itself, tried out, so that the
explanation cannot tell another story than the fold.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from shared.ledger.decimals import SCALE
from shared.ledger.instants import Instant
from shared.rulebook.arithmetic import half_even
from shared.rulebook.contribution import Contribution, Result, fold_order
from shared.rulebook.minimum import days_between
from shared.rulebook.policy import KINDS, Level, Policy
from shared.rulebook.state import Alone, Reason, State, Status

MOST_PIECES_AHEAD = 20
"""How many next pieces a move looks ahead; a level further off than this is not promised."""


@dataclass(frozen=True, slots=True)
class CountedPiece:
    """A piece that counts: its own value, and the value and level after it (no level while there was not enough).

    `weight` is its share in the value now, None for a method whose pieces have none; `value_after` is None where there
    was not enough for one. Values and weight are scaled by 10^6.
    """

    event: str
    kind: str
    purpose: str
    occurred_at: Instant
    recorded_at: Instant
    results: tuple[Result, ...]
    value: int
    weight: int | None
    value_after: int | None
    level_after: str | None


@dataclass(frozen=True, slots=True)
class AsidePiece:
    """A piece that does not count, why, and the event that did it (see `state.SetAside`)."""

    event: str
    kind: str
    purpose: str
    occurred_at: Instant
    reason: Reason
    by: str | None


@dataclass(frozen=True, slots=True)
class Weakest:
    """The criterion with the lowest mean of `earned ÷ possible` over the pieces that count; `share` scaled by 10^6."""

    criterion: str
    share: int


@dataclass(frozen=True, slots=True)
class Missing:
    """How many more pieces, and how many more different kinds, a level needs: for the policy's minimum, or once that is
    reached for the method to have a value. A piece of a further kind is not counted among the pieces then. `days` is by
    how much the days between the first and the last piece fall short.
    """

    pieces: int
    kinds: int
    days: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """What would reach a level, or the cut: `pieces` more results, each of at least `value` (scaled by 10^6).

    One piece wherever one is enough, then with the smallest value that is; else as few as do it, at the top. Where a
    teacher's override applies, it is what would move the level that the evidence alone says.
    `level` is the level then; `masters` says whether the cut is reached.
    """

    level: str | None
    pieces: int
    value: int
    masters: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reasons of `state`. `weakest` needs two criteria to compare; `missing` is set where there is not enough."""

    state: State
    counted: tuple[CountedPiece, ...]
    set_aside: tuple[AsidePiece, ...]
    weakest: Weakest | None
    missing: Missing | None
    moves: tuple[Move, ...]


def explain(state: State, contributions: Iterable[Contribution]) -> Explanation:
    """The explanation of a state, from it and the contributions that it was folded from, in any order.

    Raises KeyError for contributions that are not the state's.
    """
    pieces = {piece.event: piece for piece in contributions}
    counted, aside = pieces_of(state, pieces)
    if state.adoption is None:
        return Explanation(state, counted, aside, None, None, ())
    policy = state.adoption.policy
    seen = [pieces[event] for event, _ in state.counted]
    missing = _missing([piece.kind for piece in seen], [fold_order(piece)[0] for piece in seen], policy)
    if missing is None and counted and counted[-1].value_after is None:
        missing = _until_a_value(policy, seen, [piece.value for piece in counted])
    return Explanation(
        state=state,
        counted=counted,
        set_aside=aside,
        weakest=_weakest(counted),
        missing=missing,
        moves=() if missing is not None else tuple(_moves(state, policy, seen)),
    )


def pieces_of(
    state: State, pieces: Mapping[str, Contribution]
) -> tuple[tuple[CountedPiece, ...], tuple[AsidePiece, ...]]:
    """The part of an explanation that only looks back: what counted, and what was set aside.

    `pieces` are the contributions by event. Raises as `explain`.
    """
    aside = tuple(
        AsidePiece(
            event=piece.event,
            kind=piece.kind,
            purpose=piece.purpose,
            occurred_at=piece.occurred_at,
            reason=gone.reason,
            by=gone.by,
        )
        for gone in state.set_aside
        for piece in [pieces[gone.event]]
    )
    if state.adoption is None:
        return (), aside
    counting = [pieces[event] for event, _ in state.counted]
    return tuple(_counted(state, counting, state.adoption.policy)), aside


def _counted(state: State, counting: Sequence[Contribution], policy: Policy) -> Iterator[CountedPiece]:
    values = [value for _, value in state.counted]
    weigh = policy.method.weights
    weights = [None] * len(values) if weigh is None or not values else list(weigh(values, **policy.parameters))
    kinds: list[str] = []
    moments: list[Instant] = []
    enough = False
    for index, piece in enumerate(counting):
        value_after = state.trajectory[index]
        kinds.append(piece.kind)
        moments.append(fold_order(piece)[0])
        enough = enough or policy.minimum.met(index + 1, kinds, moments)
        level = policy.scale.level_at(value_after) if enough and value_after is not None else None
        yield CountedPiece(
            event=piece.event,
            kind=piece.kind,
            purpose=piece.purpose,
            occurred_at=piece.occurred_at,
            recorded_at=piece.recorded_at,
            results=piece.results,
            value=values[index],
            weight=weights[index],
            value_after=value_after,
            level_after=None if level is None else level.name,
        )


def _missing(kinds: Sequence[str], moments: Sequence[Instant], policy: Policy) -> Missing | None:
    minimum = policy.minimum
    if minimum.met(len(kinds), kinds, moments):
        return None
    return Missing(
        max(0, minimum.pieces - len(kinds)),
        max(0, minimum.kinds - len(set(kinds))),
        max(0, minimum.days_apart - days_between(moments)) if minimum.days_apart else 0,
    )


def _until_a_value(policy: Policy, seen: Sequence[Contribution], values: Sequence[int]) -> Missing | None:
    """How many more pieces the method needs for a value, and whether one of another kind must be among them.

    Found by trying pieces at the top; None if even `MOST_PIECES_AHEAD` of them give none.
    """
    kinds, top = {piece.kind for piece in seen}, policy.scale.top
    other = next((kind for kind in KINDS if kind not in kinds and (policy.kinds is None or kind in policy.kinds)), None)
    for pieces in range(1, MOST_PIECES_AHEAD + 1):
        more = [*values, *[top] * pieces]
        if _value(policy, more, seen) is not None:
            return Missing(pieces, 0)
        if other is not None and _value(policy, more, [*seen, seen[-1]._replace(kind=other)]) is not None:
            return Missing(pieces - 1, 1)
    return None


def _weakest(counting: Sequence[CountedPiece]) -> Weakest | None:
    shares: dict[str, list[Fraction]] = {}
    for piece in counting:
        for result in piece.results:
            if result.criterion is not None:
                shares.setdefault(result.criterion, []).append(Fraction(result.earned, result.possible))
    means = {criterion: sum(own, Fraction()) / len(own) for criterion, own in shares.items()}
    if len(means) < 2:
        return None
    criterion, mean = min(means.items(), key=lambda item: (item[1], item[0]))
    if mean == max(means.values()):
        return None
    return Weakest(criterion, half_even(mean.numerator * SCALE, mean.denominator))


def _moves(state: State, policy: Policy, seen: Sequence[Contribution]) -> Iterator[Move]:
    """What reaches the next level, and what reaches the cut where that lies elsewhere."""
    scale = policy.scale
    by_evidence: State | Alone = state if state.alone is None else state.alone
    now = scale.named(by_evidence.level)
    above = next((level for level in scale.levels if now is None or level.at > now.at), None)
    goals = [above.at] if above is not None else []
    if by_evidence.status is not Status.MASTERED and scale.cut not in goals:
        goals.append(scale.cut)
    values = [value for _, value in state.counted]
    for goal in sorted(goals):
        move = smallest_move(policy, values, goal, seen)
        if move is not None:
            yield move


def smallest_move(policy: Policy, values: Sequence[int], goal: int, seen: Sequence[Contribution] = ()) -> Move | None:
    """The fewest next pieces, and then the smallest value, after which the method reaches `goal`.

    Found by trying the method on results of the newest piece's kind; where a greater last value lowers its outcome,
    what is told reaches the goal and may not be the smallest. `seen` as in `Policy.run`. None if even
    `MOST_PIECES_AHEAD` pieces at the top do not reach it.
    """
    top = policy.scale.top
    for pieces in range(1, MOST_PIECES_AHEAD + 1):
        if _then(policy, values, pieces, top, seen) >= goal:
            least = top if pieces > 1 else _least(policy, values, goal, seen)
            after = _then(policy, values, pieces, least, seen)
            level: Level | None = policy.scale.level_at(after)
            return Move(None if level is None else level.name, pieces, least, masters=after >= policy.scale.cut)
    return None


def _least(policy: Policy, values: Sequence[int], goal: int, seen: Sequence[Contribution]) -> int:
    low, high = 0, policy.scale.top
    while low < high:
        middle = (low + high) // 2
        if _then(policy, values, 1, middle, seen) >= goal:
            high = middle
        else:
            low = middle + 1
    return low


def _then(policy: Policy, values: Sequence[int], pieces: int, value: int, seen: Sequence[Contribution]) -> int:
    """The method's value after `pieces` more of `value`; below every goal where there is none."""
    last = _value(policy, [*values, *[value] * pieces], seen)
    return -1 if last is None else last


def _value(policy: Policy, values: Sequence[int], seen: Sequence[Contribution]) -> int | None:
    *_, last = policy.run(values, seen)
    return last
