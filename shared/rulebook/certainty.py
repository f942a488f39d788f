"""How sure a level is: what it rests on, and whether a single piece more or less would change it.

Looked at are the **single changes**: any one counted piece left out (as if it had been voided), and one more piece at
the level itself, the one above it or the one below it (at the value where that level begins, of the newest piece's kind
and moment). A change moves a state where its status or its level becomes another: up or down, by the level first.

- **firm**: no single change moves it;
- **leaning**: some do, and all of them the same way, up or down;
- **open**: some move it up and some down.

While there is not enough evidence for a level there is nothing to be sure of: then the word is None, and `missing` of
the explanation says what is needed. *Not enough* is never *not yet*. What an adoption keeps is kept in every change;
where a teacher's override applies, all this is said of what the evidence alone says.

Up to 100 pieces every one is left out. Of more, the newest 200 where a method goes on from the value before
(`Method.carries`); else as many of the newest as `MOST_STEPS` allow. `left_out_of` says how many it were.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.ledger.decimals import SCALE
from shared.ledger.instants import Instant
from shared.rulebook.arithmetic import half_even
from shared.rulebook.contribution import Contribution, fold_order
from shared.rulebook.policy import KINDS
from shared.rulebook.state import State, Status
from shared.rulebook.supposing import Reached, Supposing

MOST_LEFT_OUT = 200
"""How many pieces are left out one by one where a method goes on from the value before; of more, the newest."""

MOST_STEPS = 10_000
"""How many pieces the runs that leave one out may look at together: a learner's list has many states."""

MOST_REMEMBERED = 16_384
"""Words that are remembered: a list is read again and again, and short histories are few."""

_NOTHING_TO_BE_SURE_OF = frozenset({Status.NO_POLICY, Status.NO_EVIDENCE, Status.NOT_ENOUGH})


class Rests(StrEnum):
    """How a state rests on its evidence (see above)."""

    FIRM = "firm"
    LEANING = "leaning"
    OPEN = "open"


_remembered: dict[Hashable, Rests] = {}


@dataclass(frozen=True, slots=True)
class RestsOn:
    """How many pieces count, how many of each kind, and when the oldest and the newest took effect."""

    pieces: int
    kinds: tuple[tuple[str, int], ...]
    oldest: Instant | None
    newest: Instant | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Where it would be without a piece; told of those without which it would be elsewhere."""

    event: str
    then: Reached


@dataclass(frozen=True, slots=True)
class OneMore:
    """Where it would be with one more piece worth `value`, where the level of this name begins (None: below all)."""

    value: int
    level: str | None
    then: Reached


@dataclass(frozen=True, slots=True)
class Certainty:
    """All that is said of how sure a state is. `left_out` are of the newest `left_out_of` pieces, oldest first.

    `direction` is the way in which a leaning state leans, 1 up and -1 down. `probability` is set under a method whose
    value is one, scaled by 10^6.
    """

    rests: Rests | None
    rests_on: RestsOn
    direction: int
    left_out_of: int
    left_out: tuple[LeftOut, ...]
    one_more: tuple[OneMore, ...]
    probability: int | None


@dataclass(frozen=True, slots=True)
class Sureness:
    """The short form, for lists: the same word and the same counts."""

    rests: Rests | None
    rests_on: RestsOn


def certainty(state: State, supposed: Supposing | None) -> Certainty:
    """How sure a state is, from it and its own supposed."""
    rests_on = _rests_on(supposed)
    if supposed is None or not state.counted:
        return Certainty(None, rests_on, 0, 0, (), (), None)
    one_more = tuple(_one_more(supposed))
    if supposed.now.status in _NOTHING_TO_BE_SURE_OF:
        return Certainty(None, rests_on, 0, 0, (), one_more, None)
    left_out = tuple(left for left in _left_out(supposed) if left.then != supposed.now)
    near = _near(supposed)
    ways = {_way(supposed, more.then) for more in one_more if more.value in near}
    ways |= {_way(supposed, left.then) for left in left_out}
    word = _word(ways)
    probable = supposed.policy.method.probable and state.value is not None
    return Certainty(
        rests=word,
        rests_on=rests_on,
        direction=sum(ways) if word is Rests.LEANING else 0,
        left_out_of=how_many_left_out(supposed),
        left_out=left_out,
        one_more=one_more,
        probability=half_even((state.value or 0) * SCALE, supposed.policy.scale.top) if probable else None,
    )


def sureness(state: State, contributions: Iterable[Contribution]) -> Sureness:
    """The short form of `certainty`, which looks no further once both ways are open. Raises as `Supposing.of`."""
    supposed = Supposing.of(state, contributions)
    return Sureness(None if supposed is None else rests(supposed), _rests_on(supposed))


def rests(supposed: Supposing) -> Rests | None:
    """The word alone; None where there is nothing to be sure of."""
    if not supposed.values or supposed.now.status in _NOTHING_TO_BE_SURE_OF:
        return None
    alike = supposed.alike
    if alike is None:
        return _rests(supposed)
    word = _remembered.get(alike)
    if word is None:
        if len(_remembered) >= MOST_REMEMBERED:
            _remembered.clear()
        word = _remembered[alike] = _rests(supposed)
    return word


def _rests(supposed: Supposing) -> Rests:
    ways: set[int] = set()
    for then in _changes(supposed):
        ways.add(_way(supposed, then))
        if {1, -1} <= ways:
            break
    return _word(ways)


def how_many_left_out(supposed: Supposing) -> int:
    """Of how many of the newest pieces each is left out."""
    count = len(supposed.values)
    if supposed.policy.method.carries:
        return min(count, MOST_LEFT_OUT)
    return min(count, max(1, MOST_STEPS // max(1, supposed.steps)))


def _word(ways: set[int]) -> Rests:
    if {1, -1} <= ways:
        return Rests.OPEN
    return Rests.LEANING if ways - {0} else Rests.FIRM


def _way(supposed: Supposing, then: Reached) -> int:
    """Up, down, or nowhere."""
    return (then.height > supposed.now.height) - (then.height < supposed.now.height)


def _changes(supposed: Supposing) -> Iterator[Reached]:
    """Every single change, the likeliest to move it first."""
    for at in _near(supposed):
        yield supposed.with_one_more(at)
    for left in _left_out(supposed):
        yield left.then


def _ladder(supposed: Supposing) -> list[int]:
    """Where the levels begin, and 0 where the lowest begins above it."""
    return sorted({0, *(level.at for level in supposed.policy.scale.levels)})


def _near(supposed: Supposing) -> list[int]:
    """Where the state's own level begins, and the next above and below."""
    ladder, own = _ladder(supposed), 0 if supposed.now.level is None else supposed.now.level.at
    place = ladder.index(own)
    return ladder[max(0, place - 1) : place + 2]


def _one_more(supposed: Supposing) -> Iterator[OneMore]:
    for at in _ladder(supposed):
        level = supposed.policy.scale.level_at(at)
        yield OneMore(at, None if level is None else level.name, supposed.with_one_more(at))


def _left_out(supposed: Supposing) -> Iterator[LeftOut]:
    """Of the newest pieces each left out, oldest first. Neighbours that are plainly the same are tried once."""
    count = len(supposed.values)
    then: Reached | None = None
    for index in range(count - how_many_left_out(supposed), count):
        if then is None or not supposed.same_without(index - 1, index):
            then = supposed.without(index)
        yield LeftOut(supposed.counting[index].event, then)


def _rests_on(supposed: Supposing | None) -> RestsOn:
    counting = () if supposed is None else supposed.counting
    kinds = [piece.kind for piece in counting]
    return RestsOn(
        pieces=len(counting),
        kinds=tuple((kind, kinds.count(kind)) for kind in KINDS if kind in kinds),
        oldest=fold_order(counting[0])[0] if counting else None,
        newest=fold_order(counting[-1])[0] if counting else None,
    )
