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
from shared.rulebook.certainty import Certainty, certainty
from shared.rulebook.contribution import Contribution, Result, fold_order
from shared.rulebook.minimum import days_between
from shared.rulebook.moving import MOST_PIECES_AHEAD, NO_MOVES, Move, moves_of
from shared.rulebook.policy import BY_DEFAULT, KINDS, Policy
from shared.rulebook.state import Reason, State
from shared.rulebook.supposing import Supposing


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
class Explanation:
    """The reasons of `state`. `weakest` needs two criteria to compare; `missing` is set where there is not enough, and
    then there are no `moves`. `can_lower` says whether a single next result could lower the level or take mastery.
    """

    state: State
    counted: tuple[CountedPiece, ...]
    set_aside: tuple[AsidePiece, ...]
    weakest: Weakest | None
    missing: Missing | None
    moves: tuple[Move, ...]
    can_lower: bool
    certainty: Certainty


def explain(state: State, contributions: Iterable[Contribution]) -> Explanation:
    """The explanation of a state, from it and the contributions that it was folded from, in any order.

    Raises KeyError for contributions that are not the state's.
    """
    pieces = {piece.event: piece for piece in contributions}
    counted, aside = pieces_of(state, pieces)
    supposed = Supposing.of(state, pieces.values())
    missing = None if supposed is None else _missing(supposed)
    moves = NO_MOVES if supposed is None or missing is not None else moves_of(supposed)
    return Explanation(
        state=state,
        counted=counted,
        set_aside=aside,
        weakest=_weakest(counted),
        missing=missing,
        moves=moves.up,
        can_lower=moves.can_lower,
        certainty=certainty(state, supposed),
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


def _missing(supposed: Supposing) -> Missing | None:
    minimum, kinds = supposed.policy.minimum, [piece.kind for piece in supposed.counting]
    moments = [fold_order(piece)[0] for piece in supposed.counting] if minimum.days_apart else []
    if minimum.met(len(kinds), kinds, moments):
        return _until_a_value(supposed) if supposed.trajectory and supposed.trajectory[-1] is None else None
    return Missing(
        max(0, minimum.pieces - len(kinds)),
        max(0, minimum.kinds - len(set(kinds))),
        max(0, minimum.days_apart - days_between(moments)) if minimum.days_apart else 0,
    )


def _until_a_value(supposed: Supposing) -> Missing | None:
    """How many more pieces the method needs for a value, and whether one of another kind must be among them.

    Found by trying pieces at the top; None if even `MOST_PIECES_AHEAD` of them give none.
    """
    policy = supposed.policy
    kinds, top = {piece.kind for piece in supposed.counting}, policy.scale.top
    counting = BY_DEFAULT if policy.kinds is None else [kind for kind in KINDS if kind in policy.kinds]
    other = next((kind for kind in counting if kind not in kinds), None)
    for pieces in range(1, MOST_PIECES_AHEAD + 1):
        more = [top] * pieces
        if supposed.after(more)[-1] is not None:
            return Missing(pieces, 0)
        if other is not None and supposed.after(more, kind=other)[-1] is not None:
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
