"""Roll-ups: where a learner is with a competency that has parts, by where she is with these.

A competency is a parent where others of its framework name it. Under a policy with `roll_up` its children come to a
value on that policy's scale, by a method of children; nobody stores it, and no grade holds it (decision 29).

- A child stands where its own state stands: at its value; at its level where a teacher's override set it, or where an
  adoption keeps it; at the cut at least, where that is mastery. On another scale it stands where it would here: the cut
  on the cut, the top on the top, between them in proportion. Without a level (too little evidence, none, no policy) it
  has no value.
- What was shown of a child itself goes before what its own parts say; only where nothing of it counts do they speak.
- The parent is mastered at the cut or above it. Below it is not yet; *slipped* needs a history, which nothing derived
  has. It has not enough while its method has no value; and also while points are missing which children without a value
  could still bring. Without any child's value there is no evidence.
- Folded again as known at its pins, it is the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

from shared.rulebook.arithmetic import half_even
from shared.rulebook.definitions import Adoption, Definitions, Learner
from shared.rulebook.known import EVERYTHING, Known, Pin
from shared.rulebook.method import Child
from shared.rulebook.policy import RollUp, Scale, arguments_of
from shared.rulebook.prerequisites import Member, by_code
from shared.rulebook.state import State, Status

_WITH_LEVEL = frozenset({Status.NOT_YET, Status.MASTERED, Status.SLIPPED})


class Part(NamedTuple):
    """A child, and what it brings: `value` on the parent's scale (by 10^6), None where it has none.

    `by_parts` says that it stands there by parts of its own.
    """

    competency: str
    status: Status
    level: str | None
    value: int | None
    by_parts: bool


class RolledUp(NamedTuple):
    """Where a learner is with a parent by its parts, in the order in which these were given.

    `adoption` is that of the parent's policy; `pins` are the newest entries that any part rests on, with the adoption
    and the publication that brought the parts together.
    """

    learner: str
    competency: str
    status: Status
    level: str | None
    value: int | None
    adoption: Adoption
    parts: tuple[Part, ...]
    pins: tuple[Pin, ...]


class Tree(NamedTuple):
    """The children of each parent, by their codes, and where the publication stands that names a competency, as known.

    A competency belongs to the framework that named it last, and is a part of what this one says.
    """

    children: Mapping[str, Sequence[str]]
    placed: Mapping[str, int]

    @classmethod
    def of(cls, members: Iterable[Member], placed: Mapping[str, int]) -> Self:
        children: dict[str, list[str]] = {}
        for member in sorted(members, key=by_code):
            if member.parent is not None:
                children.setdefault(member.parent, []).append(member.id)
        return cls(children, placed)

    def parents_of(self, competencies: Iterable[str]) -> list[str]:
        """What these are parts of, at any distance, in order of their ids."""
        parents = {child: parent for parent, children in self.children.items() for child in children}
        found: set[str] = set()
        for competency in competencies:
            above = parents.get(competency)
            while above is not None and above not in found:
                found.add(above)
                above = parents.get(above)
        return sorted(found)


def rolled_up(  # noqa: PLR0913, PLR0917 - as `fold`
    learner: Learner,
    competency: str,
    tree: Tree,
    state_of: Callable[[str], State],
    definitions: Definitions,
    known: Known = EVERYTHING,
) -> RolledUp | None:
    """Where the learner is with a parent by its parts, as known; None for what is no parent, and where no policy with
    a roll-up is in force for it. `state_of` gives the state of any competency as known, folded from its own evidence.
    """
    children = tree.children.get(competency, ())
    adoption = definitions.in_force(learner, competency, known) if children else None
    if adoption is None or adoption.policy.roll_up is None:
        return None
    scale, pins = adoption.policy.scale, [Pin("definitions", 0, adoption.position)]
    parts: list[Part] = []
    pins += [Pin("definitions", 0, tree.placed[each]) for each in (competency, *children) if each in tree.placed]
    for child in children:
        state = state_of(child)
        pins += state.pins
        below = None
        if not state.counted and state.override is None and state.floor is None:
            below = rolled_up(learner, child, tree, state_of, definitions, known)
        if below is None:
            under = None if state.adoption is None else state.adoption.policy.scale
            value = None if under is None else onto(_worth(state, under), under, scale)
            parts.append(Part(child, state.status, state.level, value, by_parts=False))
        else:
            pins += below.pins
            value = onto(below.value, below.adoption.policy.scale, scale)
            parts.append(Part(child, below.status, below.level, value, by_parts=True))
    status, value = _come_to(parts, adoption.policy.roll_up, scale)
    level = None if value is None else scale.level_at(value)
    name = None if level is None else level.name
    return RolledUp(learner.id, competency, status, name, value, adoption, tuple(parts), join(pins))


def onto(value: int | None, own: Scale, other: Scale) -> int | None:
    """Where a value of one scale stands on another: the cut on the cut, the top on the top, in proportion between."""
    if value is None or (own.top, own.cut) == (other.top, other.cut):
        return value
    if value >= own.top:
        return other.top
    if value < own.cut:
        return value * other.cut // own.cut  # downwards, so that nothing comes to the cut that is not there
    return other.cut + half_even((value - own.cut) * (other.top - other.cut), own.top - own.cut)


def join(pins: Iterable[Pin]) -> tuple[Pin, ...]:
    """The greatest position of each ledger and shard, in order."""
    greatest: dict[tuple[Any, int], Pin] = {}
    for pin in pins:
        known = greatest.get(pin[:2])
        if known is None or known.position < pin.position:
            greatest[pin[:2]] = pin
    return tuple(sorted(greatest.values()))


def _worth(state: State, scale: Scale) -> int | None:
    """Where a state stands on its own scale, with what a teacher set and what is kept."""
    if state.status not in _WITH_LEVEL:
        return None
    level = scale.named(state.level)
    at = -1 if level is None else level.at
    if state.override is None:
        at = max(at if state.floor is not None else -1, -1 if state.value is None else state.value)
    if state.status is Status.MASTERED:
        at = max(at, scale.cut)
    return None if at < 0 else at


def _come_to(parts: Sequence[Part], roll_up: RollUp, scale: Scale) -> tuple[Status, int | None]:
    if all(part.value is None for part in parts):
        return Status.NO_EVIDENCE, None
    value = _value(parts, roll_up, scale)
    if value is None:
        return Status.NOT_ENOUGH, None
    if value >= scale.cut:
        return Status.MASTERED, value
    if "competencies" in roll_up.parameters and any(part.value is None for part in parts):
        best = [part if part.value is not None else part._replace(value=scale.top) for part in parts]
        reachable = _value(best, roll_up, scale)
        if reachable is not None and reachable >= scale.cut:
            return Status.NOT_ENOUGH, None
    return Status.NOT_YET, value


def _value(parts: Sequence[Part], roll_up: RollUp, scale: Scale) -> int | None:
    """What the method makes of the parts. Of points those of these parts count: a policy may be for many parents."""
    children = [
        Child(part.competency, part.value, part.value is not None and part.value >= scale.cut) for part in parts
    ]
    arguments = arguments_of(roll_up.method, roll_up.parameters, scale)
    if "competencies" in arguments:
        own = {part.competency for part in parts}
        arguments["competencies"] = [each for each in arguments["competencies"] if each.id in own]
        if not arguments["competencies"]:
            return None
    *_, last = roll_up.method.values(children, **arguments)
    return last
