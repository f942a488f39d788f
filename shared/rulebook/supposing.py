"""What a policy would come to if a piece that counts were not there, or if more came: tried out by the method itself.

So nothing is told of what might be that the fold would not say of it, if it were.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import accumulate, islice
from typing import NamedTuple, TypeVar

from shared.rulebook.contribution import Contribution, Result, fold_order
from shared.rulebook.fold import RANK, above_floor, standing
from shared.rulebook.method import Piece
from shared.rulebook.policy import Level, Policy, Slip
from shared.rulebook.seen import seen_by_method
from shared.rulebook.state import Floor, Reason, State, Status

Each = TypeVar("Each")

_WITHDRAWN = frozenset({Reason.VOIDED, Reason.SUPERSEDED})


class Reached(NamedTuple):
    """A status and a level, by the evidence and the floor below it."""

    status: Status
    level: Level | None

    @property
    def height(self) -> tuple[int, int]:
        """By the level first, and within one by what the status says: what is higher than what."""
        return (-1 if self.level is None else self.level.at, RANK[self.status])


class Supposing:
    """The pieces that count under a policy, to be tried with others.

    What an adoption keeps is kept in every case. A piece that is left out is as if it had been voided: what it did
    over counts again. One that comes is of the newest one's kind and moment (see `Policy.run`).
    """

    def __init__(
        self,
        policy: Policy,
        counting: Sequence[Contribution],
        state: tuple[Sequence[int], Sequence[int | None], Floor | None],
        redone_among: Sequence[Contribution] = (),
    ) -> None:
        self.policy = policy
        self.values, self.trajectory, self._floor = state
        self.counting, self._redone_among = counting, redone_among
        self._kinds = [piece.kind for piece in counting]
        spread = policy.minimum.days_apart
        self._moments = [fold_order(piece)[0] for piece in counting] if spread else []
        self._pieces: list[Piece] = []
        if policy.takes_pieces:
            self._pieces = seen_by_method(self.values, counting, policy.scale.top, policy.method)
        self._known: dict[int, int | None] = {}
        told = [value for value in self.trajectory if value is not None]  # those that carry have no gaps
        self._best = list(accumulate(told, max)) if policy.method.carries else []
        self.now = self._reached(self._kinds, self.trajectory, self._moments)

    @classmethod
    def of(cls, state: State, contributions: Iterable[Contribution]) -> "Supposing | None":
        """That of a state and the contributions that it was folded from, in any order; None without a policy.

        Raises KeyError for contributions that are not the state's.
        """
        if state.adoption is None:
            return None
        by_event = {piece.event: piece for piece in contributions}
        counting = [by_event[event] for event, _ in state.counted]
        redone = any(gone.reason is Reason.REPLACED for gone in state.set_aside)
        return cls(
            state.adoption.policy,
            counting,
            ([value for _, value in state.counted], state.trajectory, state.floor),
            _as_known(state, counting, by_event) if redone else (),
        )

    @property
    def alike(self) -> Hashable:
        """All that anything tried here hangs on: what is alike comes to the same. None where more would enter."""
        if self._redone_among or self._moments:
            return None
        common = self.policy.digest, self._floor, tuple(self._kinds)
        if not self._pieces:
            return *common, tuple(self.values)
        return *common, tuple(self._pieces if self.policy.method.days else map(_timeless, self._pieces))

    @property
    def steps(self) -> int:
        """What one run of the method costs: the pieces that it looks at."""
        count = len(self.values)
        return count * max(1, count) if self.policy.method.again else count

    def turns(self) -> Sequence[int] | None:
        """Where a greater next result may come to less, ascending; None where nobody can tell (`Method.turns`)."""
        turns = self.policy.method.turns(self.values, **self.policy.arguments)
        return None if turns is None else [at for at in turns if 0 < at <= self.policy.scale.top]

    def after(self, more: Sequence[int], kind: str | None = None) -> list[int | None]:
        """The method's value after each of these further results; the first is of `kind` where that is said."""
        if not more:
            return []
        method, last = self.policy.method, self.trajectory[-1] if self.trajectory else None
        if method.carries and last is not None:
            return list(islice(method.values([last, *more], **self.policy.arguments), 1, None))
        if not self.policy.takes_pieces:
            return list(deque(method.values([*self.values, *more], **self.policy.arguments), maxlen=len(more)))
        further = [self._further(value) for value in more]
        if kind is not None:
            further[0] = further[0]._replace(kind=kind)
        return list(deque(method.values([*self._pieces, *further], **self.policy.arguments), maxlen=len(more)))

    def then(self, value: int) -> int | None:
        """The method's value after one further result; each is tried once."""
        if value not in self._known:
            [self._known[value]] = self.after([value])
        return self._known[value]

    def with_one_more(self, value: int) -> Reached:
        """Where one more result of this value would come."""
        kinds = [*self._kinds, self._kinds[-1]] if self._kinds else ["attempt"]
        moments = [*self._moments, *self._moments[-1:]]
        return self._reached(kinds, [*self.trajectory, self.then(value)], moments)

    def without(self, index: int) -> Reached:
        """Where it would be without the piece at this place among those that count."""
        if self._redone_among:
            event = self.counting[index].event
            left = standing([p for p in self._redone_among if p.event != event], self.policy, self._floor)
            return Reached(left.status, left.level)
        passed = self._passed(index)
        kinds = [*self._kinds[passed:index], *self._kinds[index + 1 :]]
        before = [*self._best[passed - 1 : passed], *self.trajectory[passed:index]] if passed else None
        trajectory = self._trajectory_without(index, before)
        return self._reached(kinds, trajectory, _but(self._moments, index) if self._moments else [])

    def same_without(self, index: int, other: int) -> bool:
        """Whether leaving out either of two neighbours plainly leaves the same: they are of one value and kind."""
        if self._redone_among or self._moments or self.policy.method.days or self.values[index] != self.values[other]:
            return False
        if not self._pieces:
            return self._kinds[index] == self._kinds[other]
        return _timeless(self._pieces[index]) == _timeless(self._pieces[other])

    def _passed(self, index: int) -> int:
        """How many of the oldest pieces of a long list may be passed over when one is left out: of them all, the best
        value alone says as much, and a trajectory of thousands is not copied for each.
        """
        minimum, method = self.policy.minimum, self.policy.method
        plain = minimum.kinds == 1 and not minimum.days_apart and self.policy.slip is Slip.FROM_FIRST
        return max(0, index - minimum.pieces) if method.carries and plain else 0

    def _trajectory_without(self, index: int, before: list[int | None] | None = None) -> list[int | None]:
        method = self.policy.method
        before = list(self.trajectory[:index]) if before is None else before
        if index == len(self.values) - 1:
            return before
        last = before[-1] if before else None
        if method.carries and last is not None:
            return [
                *before,
                *islice(method.values([last, *self.values[index + 1 :]], **self.policy.arguments), 1, None),
            ]
        given: list[int] | list[Piece] = _but(self._pieces, index) if self._pieces else _but(self.values, index)
        return list(method.values(given, **self.policy.arguments))

    def _further(self, value: int) -> Piece:
        newest = self._pieces[-1] if self._pieces else None
        results = (Result(value, self.policy.scale.top),)
        return Piece(value, results) if newest is None else Piece(value, results, newest.at, newest.kind)

    def _reached(self, kinds: Sequence[str], trajectory: Sequence[int | None], moments: Sequence[int]) -> Reached:
        status, level, _ = above_floor(kinds, trajectory, self.policy, self._floor, moments)
        return Reached(status, level)


def _as_known(
    state: State, counting: Sequence[Contribution], by_event: Mapping[str, Contribution]
) -> list[Contribution]:
    """The pieces that the state knows, in fold order; what was withdrawn only since is not withdrawn to it."""
    withdrawn = {gone.event for gone in state.set_aside if gone.reason in _WITHDRAWN}
    known = [*counting, *(by_event[gone.event] for gone in state.set_aside)]
    return sorted(
        (piece if piece.event in withdrawn else piece._replace(withdrawn=None) for piece in known), key=fold_order
    )


def _timeless(piece: Piece) -> Piece:
    return piece._replace(at=0)


def _but(given: Sequence[Each], index: int) -> list[Each]:
    return [*given[:index], *given[index + 1 :]]
