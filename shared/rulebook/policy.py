"""The policy documents `ascertain.policy@1` and `@2`: the scale, the method and what counts (DESIGN §5, §11).

The second is the first with `override`, how long a teacher's override stands, and with members that may be left out:
what a policy without one means is what the first form means. `docs/policies.md` tells them to who writes one.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any

from shared.ledger.canonical import JsonValue, NotCanonicalError, canonical
from shared.ledger.decimals import unscaled
from shared.ledger.identifiers import CODE_PATTERN, digest, is_id
from shared.rulebook.contribution import Contribution, Kind
from shared.rulebook.members import (
    PolicyError,
    an_object,
    check_members,
    decimal,
    one_of,
    refuse,
    some_of,
    text,
    whole,
)
from shared.rulebook.method import Method, ParameterError, Takes
from shared.rulebook.minimum import Minimum
from shared.rulebook.seen import seen_by_method
from shared.rulebook.table import FOR_POLICIES, FOR_ROLL_UPS

FORMATS = ("ascertain.policy@1", "ascertain.policy@2")
PURPOSES = frozenset({"practice", "performance", "diagnostic"})
KINDS = tuple(kind.value for kind in Kind if kind is not Kind.REFLECTION)
"""The kinds of evidence that can count: a learner's own rating never does."""

BY_DEFAULT = tuple(kind for kind in KINDS if kind != Kind.AUDIENCE)
"""The kinds that count where a policy names none: what an audience gave counts only where it is named."""

ACCOMMODATED = (
    *("scale", "method", "roll_up", "counts", "kinds", "courses", "minimum", "redo", "relearn", "slip", "override"),
)
"""What a policy for one learner may change, where the others' policy says so. The parameters go with the method."""

MOST_PIECES = 1000
MOST_KINDS = 10
MOST_DAYS = 366
MOST_COURSES = 1000
MOST_RELEARNING = 10

_CODE = re.compile(CODE_PATTERN, re.ASCII)

MODES = ("recompute", "keep_attained")
"""How an adoption may be meant; `definitions.Mode` says what each does."""

_MEMBERS = ("format", "title", "scale", "method", "parameters", "counts", "minimum", "redo")
_SINCE_SECOND = ("override",)
_OPTIONAL = ("roll_up", "kinds", "courses", "relearn", "slip", "accommodation", "mode")


class Redo(StrEnum):
    """What a redo does to the piece that it names: takes its place, or counts beside it."""

    REPLACES = "replaces"
    ADDS = "adds"


class Overrides(StrEnum):
    """How long an override stands: until it is cleared, or also until new evidence that counts."""

    STAND = "stands"
    UNTIL_EVIDENCE = "until_evidence"


class Slip(StrEnum):
    """From where on reaching the cut counts as mastered before: from the first piece on, or once the minimum is met."""

    FROM_FIRST = "from_first"
    FROM_MINIMUM = "from_minimum"


@dataclass(frozen=True, slots=True)
class Level:
    """A level is reached at `at` (scaled by 10^6). `descriptor` says what work at it looks like."""

    at: int
    name: str
    descriptor: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Scale:
    """From zero to `top`; mastery begins at `cut`; levels ascend strictly, and below the lowest there is none."""

    top: int
    cut: int
    levels: tuple[Level, ...]
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", tuple(level.at for level in self.levels))

    def level_at(self, value: int) -> Level | None:
        """The highest level that a value reaches, None below the lowest."""
        reached = bisect_right(self._starts, value)
        return self.levels[reached - 1] if reached else None

    def named(self, name: str | None) -> Level | None:
        """The level of this name, where the scale has one."""
        return next((level for level in self.levels if level.name == name), None)


@dataclass(frozen=True, slots=True)
class RollUp:
    """How the children of a competency come to a level of their parent: a method of children and its parameters."""

    method: Method
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as the fold uses it: its numbers scaled by 10^6, judged by `read_policy`, which alone makes it.

    `digest` is that of the document's RFC 8785 bytes, and stands for it everywhere. `counts` are purposes, `purposes`
    the same with that of an audience where it counts; `kinds` and `courses` are None where evidence of every kind (but
    an audience's) and course counts, `accommodation` where a policy for one learner
    may be any. `relearn` are the kinds of relearning that a redo asks for, in the order in which they are waited for.
    `mode` is how it is meant to be adopted; an adoption says its own.
    """

    digest: str
    title: str
    scale: Scale
    method: Method
    parameters: Mapping[str, Any]
    counts: frozenset[str]
    minimum: Minimum
    redo: Redo
    overrides: Overrides = Overrides.STAND
    kinds: frozenset[str] | None = None
    courses: frozenset[str] | None = None
    slip: Slip = Slip.FROM_FIRST
    roll_up: RollUp | None = None
    relearn: tuple[str, ...] = ()
    accommodation: frozenset[str] | None = None
    mode: str = MODES[0]
    takes_pieces: bool = field(init=False, repr=False, compare=False)
    picks: bool = field(init=False, repr=False, compare=False)
    purposes: frozenset[str] = field(init=False, repr=False, compare=False)
    arguments: Mapping[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "takes_pieces", self.method.takes is Takes.PIECES)
        object.__setattr__(self, "picks", self.kinds is not None or self.courses is not None)
        object.__setattr__(
            self, "purposes", self.counts | (self.kinds or frozenset()).intersection({Kind.AUDIENCE.value})
        )
        object.__setattr__(self, "arguments", arguments_of(self.method, self.parameters, self.scale))

    def takes(self, piece: Contribution) -> bool:
        """Whether evidence of this purpose, kind and course counts."""
        return (
            piece.purpose in self.purposes
            and (self.kinds is None or piece.kind in self.kinds)
            and (self.courses is None or piece.course in self.courses)
        )

    def run(self, values: Sequence[int], seen: Sequence[Contribution] = ()) -> Iterator[int | None]:
        """The method's value after each of the values, oldest first; None while there is not enough for one.

        `seen` are the contributions that the values are of, for a policy that `takes_pieces`; further values are of
        the newest one's kind and moment.
        """
        if self.takes_pieces:
            return self.method.values(seen_by_method(values, seen, self.scale.top, self.method), **self.arguments)
        return self.method.values(values, **self.arguments)


def arguments_of(method: Method, parameters: Mapping[str, Any], scale: Scale) -> dict[str, Any]:
    """What a method is called with: its parameters, and what it asks of the scale."""
    return {**parameters, **{name: getattr(scale, name) for name in method.scale}}


def read_policy(document: Mapping[str, JsonValue]) -> Policy:
    """The policy of a parsed document. Raises PolicyError, which names the first member that is wrong."""
    form = document.get("format")
    if form not in FORMATS:
        raise PolicyError("/format", f"be {' or '.join(map(repr, FORMATS))}")
    _check_form(document, first=form == FORMATS[0])
    method = FOR_POLICIES.get(text(document["method"], "/method"))
    if method is None:
        raise PolicyError("/method", f"be one of {', '.join(FOR_POLICIES)}")
    accommodation = document.get("accommodation")
    kinds = some_of(document["kinds"], "/kinds", KINDS) if "kinds" in document else None
    return Policy(
        redo=Redo(one_of(document["redo"], "/redo", tuple(Redo))),
        overrides=Overrides(one_of(document.get("override", Overrides.STAND), "/override", tuple(Overrides))),
        digest=_digest(document),
        title=text(document["title"], "/title"),
        scale=read_scale(an_object(document["scale"], "/scale"), described=form != FORMATS[0]),
        method=method,
        parameters=_parameters(document["parameters"], method, "/parameters"),
        counts=some_of(document["counts"], "/counts", sorted(PURPOSES)),
        kinds=kinds,
        courses=_courses(document["courses"]) if "courses" in document else None,
        minimum=_minimum(an_object(document["minimum"], "/minimum"), kinds, spread=form != FORMATS[0]),
        slip=Slip(one_of(document.get("slip", Slip.FROM_FIRST), "/slip", tuple(Slip))),
        roll_up=_roll_up(an_object(document["roll_up"], "/roll_up")) if "roll_up" in document else None,
        relearn=_relearning(document["relearn"]) if "relearn" in document else (),
        accommodation=None
        if "accommodation" not in document
        else some_of(accommodation, "/accommodation", ACCOMMODATED, least=0),
        mode=one_of(document.get("mode", MODES[0]), "/mode", MODES),
    )


def read_scale(scale: Mapping[str, JsonValue], *, described: bool = False) -> Scale:
    """The scale of a parsed document; `described` says that its levels may have descriptors. Raises PolicyError."""
    check_members(scale, "/scale", ("top", "cut", "levels"))
    top = decimal(scale["top"], "/scale/top", "a decimal above 0", lowest=1)
    within = f"a decimal from 0 to the top, {unscaled(top)}"
    cut = decimal(scale["cut"], "/scale/cut", within, highest=top)
    rows = scale["levels"]
    if not isinstance(rows, list | tuple) or not rows:
        raise PolicyError("/scale/levels", "be a list of at least one level")
    more = ("descriptor",) if described else ()
    levels = tuple(_level(row, f"/scale/levels/{index}", within, top, more) for index, row in enumerate(rows))
    for index, (lower, higher) in enumerate(pairwise(levels), start=1):
        if higher.at <= lower.at:
            raise PolicyError(f"/scale/levels/{index}/at", f"be above the level before it, {unscaled(lower.at)}")
    names = [level.name for level in levels]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise PolicyError(f"/scale/levels/{index}/name", f"be a name of its own; {name!r} stands twice")
    return Scale(top, cut, levels)


def _check_form(document: Mapping[str, JsonValue], *, first: bool) -> None:
    if not first:
        check_members(document, "", (*_MEMBERS, *_SINCE_SECOND), _OPTIONAL)
        return
    for name in document:
        if name in {*_SINCE_SECOND, *_OPTIONAL}:
            raise PolicyError(f"/{name}", f"not be given in {FORMATS[0]!r}; it belongs to {FORMATS[1]!r}")
    check_members(document, "", _MEMBERS)


def _level(row: JsonValue, where: str, within: str, top: int, more: tuple[str, ...]) -> Level:
    level = an_object(row, where)
    check_members(level, where, ("at", "name"), more)
    name = text(level["name"], f"{where}/name")
    descriptor = text(level["descriptor"], f"{where}/descriptor") if "descriptor" in level else None
    return Level(decimal(level["at"], f"{where}/at", within, highest=top), name, descriptor)


def _parameters(given: JsonValue, method: Method, where: str) -> dict[str, Any]:
    try:
        return method.read(an_object(given, where))
    except ParameterError as error:
        raise PolicyError(f"{where}{error.where}", error.must) from error


def _roll_up(given: Mapping[str, JsonValue]) -> RollUp:
    check_members(given, "/roll_up", ("method", "parameters"))
    method = FOR_ROLL_UPS.get(text(given["method"], "/roll_up/method"))
    if method is None:
        raise PolicyError("/roll_up/method", f"be one of {', '.join(FOR_ROLL_UPS)}")
    return RollUp(method, _parameters(given["parameters"], method, "/roll_up/parameters"))


def _courses(given: JsonValue) -> frozenset[str]:
    listed = given if isinstance(given, list | tuple) else ()
    courses = frozenset(course for course in listed if isinstance(course, str) and is_id(course))
    if not 1 <= len(courses) == len(listed) <= MOST_COURSES:
        refuse("/courses", f"be a list of 1 to {MOST_COURSES} ids of courses, each at most once")
    return courses


def _relearning(given: JsonValue) -> tuple[str, ...]:
    listed = given if isinstance(given, list | tuple) else ()
    kinds = tuple(kind for kind in listed if isinstance(kind, str) and _CODE.fullmatch(kind))
    if not 1 <= len(set(kinds)) == len(listed) <= MOST_RELEARNING:
        refuse(
            "/relearn",
            f"be a list of 1 to {MOST_RELEARNING} kinds of relearning, each at most once, in the order in which they"
            " are waited for: practice, reflection, conference, or a short code of your own",
        )
    return kinds


def _minimum(given: Mapping[str, JsonValue], counted: frozenset[str] | None, *, spread: bool) -> Minimum:
    check_members(given, "/minimum", ("pieces", "kinds"), ("days_apart",) if spread else ())
    kinds = whole(given["kinds"], "/minimum/kinds", MOST_KINDS)
    if counted is not None and kinds > len(counted):
        refuse("/minimum/kinds", f"be at most {len(counted)}, as many kinds as are listed in kinds")
    if spread and counted is None and kinds > len(BY_DEFAULT):
        refuse(
            "/minimum/kinds", f"be at most {len(BY_DEFAULT)}: so many kinds of evidence can count where none are named"
        )
    return Minimum(
        pieces=whole(given["pieces"], "/minimum/pieces", MOST_PIECES),
        kinds=kinds,
        days_apart=whole(given["days_apart"], "/minimum/days_apart", MOST_DAYS) if "days_apart" in given else 0,
    )


def _digest(document: Mapping[str, JsonValue]) -> str:
    try:
        return digest(canonical(dict(document)))
    except NotCanonicalError as error:
        raise PolicyError("", f"have a canonical form: {error}") from error
