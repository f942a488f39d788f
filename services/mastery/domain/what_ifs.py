"""A what-if: where the states of a scope would stand under a policy, and what of that somebody may be told.

Whose rights cover a school is told every count of it. Of everyone else's she is told counts of ten and more; smaller
ones are hidden, and what she is told is a function of the others alone: no total contains a hidden count, so nothing
tells whether it is one or nine. (A total that did would give a single hidden count away, and the bounds of several.)
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, NamedTuple, TypeAlias

from shared.ledger.canonical import parse
from shared.ledger.instants import Instant
from shared.rulebook.definitions import Adoption
from shared.rulebook.definitions import Mode as AdoptionMode
from shared.rulebook.known import Pin
from shared.rulebook.policy import Policy, read_policy
from shared.rulebook.scope import read_scope

LEAST_SHOWN = 10
"""The smallest count that is told outside the school."""

KEPT_AGE: Instant = 90 * 24 * 60 * 60 * 1000
"""Milliseconds that a result is kept after its end, unless it is deleted before."""

KEPT_A_PERSON = 10
"""Results of a person's that are kept; with a new what-if the oldest go."""

MOST_WAITING = 50
"""What-ifs under way, each of another person."""

_FOREVER: Instant = 2**53 - 1

Mode: TypeAlias = Literal["recompute", "keep_attained"]
Progress: TypeAlias = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A what-if as it was asked for. `document` is the policy's canonical bytes."""

    id: str
    asked_by: str
    policy: str
    document: bytes
    scope: str
    mode: Mode
    asked_at: Instant

    def is_request(self, other: "Asked") -> bool:
        """Whether both ask for the same."""
        return (self.asked_by, self.policy, self.scope, self.mode) == (
            *(other.asked_by, other.policy),
            *(other.scope, other.mode),
        )


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How a what-if stands. `pins` are how far the definitions were, and each shard that is folded, when it was read.

    `held` states of learners under review were left out. `stay` says by kind of scope how many states stay as they are
    under an adoption that is more specific than the one tried; `accommodated` learners have one of their own.
    """

    asked: Asked
    state: Progress
    ended_at: Instant | None
    reason: str | None
    parts: int
    parts_done: int
    states: int
    held: int
    accommodated: int
    stay: Mapping[str, int]
    pins: tuple[Pin, ...]


class Stand(NamedTuple):
    """A status, and a level's name."""

    status: str
    level: str | None


class Count(NamedTuple):
    """How many states of a competency move from where to where, of learners at a school (None: at none that is known).

    Where both are the same, they stay.
    """

    competency: str
    before: Stand
    after: Stand
    number: int
    school: str | None = None


class Told(NamedTuple):
    """A move as it is told; `number` is None where it is hidden."""

    before: Stand
    after: Stand
    number: int | None


@dataclass(frozen=True, slots=True)
class OfCompetency:
    """What is told of a competency. `states` and `changed` are sums of the numbers that are told; `moves` are in order
    of their numbers, those that move nowhere last.
    """

    competency: str
    states: int
    changed: int
    moves: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What is told of many states. `hidden` says that some counts are: then `states` and `changed` are without them."""

    states: int
    changed: int
    hidden: bool
    competencies: tuple[OfCompetency, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """Whose record somebody's rights cover: the whole district's, or these schools'."""

    district: bool
    schools: frozenset[str] = frozenset()

    def includes(self, school: str | None) -> bool:
        return self.district or school in self.schools

    def covers(self, scope: str) -> bool:
        """Whether a what-if of this scope is about nobody else."""
        return self.district or scope.removeprefix("school/") in self.schools

    def sees(self, scope: str) -> bool:
        """Whether a what-if of this scope is hers to read: a school's for those of the school, any other for all."""
        kind, _, name = scope.partition("/")
        return self.district or (
            kind != "learner" and (name in self.schools if kind == "school" else bool(self.schools))
        )


@dataclass(frozen=True, slots=True)
class Results:
    """What somebody is told: of the states that her rights cover, and of all others, where there may be any."""

    covered: Result
    elsewhere: Result | None


class Change(NamedTuple):
    """A learner who would stand elsewhere."""

    learner: str
    before: Stand
    after: Stand


class UnderWay(NamedTuple):
    """A what-if that is not done: its scope, its parts, and how many of them are done."""

    scope: str
    parts: int
    parts_done: int


Asking: TypeAlias = Literal["begun", "repeated", "mismatch", "busy", "full"]
"""How asking went: begun now, or before under the same id; that id is another request's; she has one under way; there
are too many.
"""


def tried_adoption(document: bytes, scope: str, mode: str, definitions: int) -> Adoption:
    """The adoption that a what-if tries: behind the last definition, which stands at this position, and after all that
    is recorded, so that it keeps whatever was attained.
    """
    policy: Any = parse(document)
    return Adoption(read_scope(scope), AdoptionMode(mode), read_policy(policy), definitions + 1, _FOREVER)


def mode_meant(document: bytes) -> Mode:
    """How a policy says that it is meant to be adopted."""
    policy: Any = parse(document)
    return "keep_attained" if policy.get("mode") == "keep_attained" else "recompute"


def results_for(counts: Iterable[Count], covered: Covered) -> Results:
    """What somebody is told of these counts, whose rights cover that much."""
    inside: list[Count] = []
    outside: list[Count] = []
    for count in counts:
        (inside if covered.includes(count.school) else outside).append(count)
    return Results(result_of(inside), None if covered.district else result_of(outside, least=LEAST_SHOWN))


def result_of(counts: Iterable[Count], least: int = 1) -> Result:
    """The counts by competency, those below `least` hidden: a function of the others, and of where there are any."""
    competencies = [
        _of_competency(competency, list(own), least)
        for competency, own in groupby(sorted(_summed(counts), key=_order), key=lambda count: count.competency)
    ]
    return Result(
        states=sum(each.states for each in competencies),
        changed=sum(each.changed for each in competencies),
        hidden=any(move.number is None for each in competencies for move in each.moves),
        competencies=tuple(competencies),
    )


def summary(result: Result, policy: Policy, *, accommodated: int | None, stay: int | None, keeps: bool) -> list[str]:
    """A result in plain sentences. `stay` states stay under a more specific adoption, `accommodated` learners' own
    among them; None where that is not told.
    """
    under = f"under “{policy.title}”"
    states = "state" if result.states == 1 else "states"
    said = [f"{result.changed:,} of {result.states:,} {states} would change {under}."]
    gains = _moved(result, to_mastered=True)
    losses = _moved(result, to_mastered=False)
    if result.changed:
        said.append(f"{gains:,} would become mastered, {losses:,} would no longer be mastered.")
    if accommodated:
        learners = "1 learner has" if accommodated == 1 else f"{accommodated:,} learners have"
        said.append(f"{learners} a policy of their own: it goes before this one, so there nothing changes.")
    if stay:
        said.append(f"{stay:,} states stay as they are, because a more specific policy is in force for them.")
    if keeps:
        said.append("What was attained stays attained: no level falls.")
    if result.hidden:
        said.append(f"Counts under {LEAST_SHOWN} are hidden, and no total here contains them.")
    return said


def _moved(result: Result, *, to_mastered: bool) -> int:
    return sum(
        move.number or 0
        for each in result.competencies
        for move in each.moves
        if (move.before.status == "mastered") is not to_mastered and (move.after.status == "mastered") is to_mastered
    )


def _of_competency(competency: str, counts: Sequence[Count], least: int) -> OfCompetency:
    told = [
        Told(count.before, count.after, count.number if count.number >= least else None)
        for count in counts
        if count.number
    ]
    # the order must not tell a hidden number either
    told.sort(
        key=lambda move: (move.before == move.after, -(move.number or 0), _words(move.before), _words(move.after))
    )
    return OfCompetency(
        competency=competency,
        states=sum(move.number or 0 for move in told),
        changed=sum(move.number or 0 for move in told if move.before != move.after),
        moves=tuple(told),
    )


def _summed(counts: Iterable[Count]) -> list[Count]:
    """The counts over all schools."""
    sums: dict[tuple[str, Stand, Stand], int] = {}
    for competency, before, after, number, _ in counts:
        sums[competency, before, after] = sums.get((competency, before, after), 0) + number
    return [Count(*key, number) for key, number in sums.items()]


def _order(count: Count) -> tuple[object, ...]:
    return count.competency, _words(count.before), _words(count.after)


def _words(stand: Stand) -> tuple[str, str]:
    return stand.status, stand.level or ""


def covering(roles: Collection[str]) -> Covered:
    """What somebody with roles in these scopes is covered by."""
    schools = (scope.partition("/")[2] for scope in roles if scope.startswith("school/"))
    return Covered("district" in roles, frozenset(schools))
