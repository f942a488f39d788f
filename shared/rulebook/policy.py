"""The policy documents `ascertain.policy@1` and `@2`: the scale, the method and what counts (DESIGN §5, §11).

The second is the first with `override`: how long a teacher's override stands. Under the first it stands until cleared.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any, NoReturn

from shared.ledger.canonical import JsonValue, NotCanonicalError, canonical
from shared.ledger.decimals import scaled, unscaled
from shared.ledger.identifiers import digest
from shared.rulebook.contribution import Contribution
from shared.rulebook.method import Method, ParameterError, Takes
from shared.rulebook.seen import seen_by_method
from shared.rulebook.table import FOR_POLICIES

FORMATS = ("ascertain.policy@1", "ascertain.policy@2")
PURPOSES = frozenset({"practice", "performance", "diagnostic"})
MOST_PIECES = 1000
MOST_KINDS = 10

_MEMBERS = ("format", "title", "scale", "method", "parameters", "counts", "minimum", "redo")


class PolicyError(ValueError):
    """A policy that cannot be folded under. `parameter` points at the member (RFC 6901), `/scale/cut`; the message
    names it and says the range or the words that would be right.
    """

    def __init__(self, parameter: str, must: str) -> None:
        super().__init__(f"{parameter.removeprefix('/').replace('/', '.')} must {must}")
        self.parameter, self.must = parameter, must


class Redo(StrEnum):
    """What a redo does to the piece that it names: takes its place, or counts beside it."""

    REPLACES = "replaces"
    ADDS = "adds"


class Overrides(StrEnum):
    """How long an override stands: until it is cleared, or also until new evidence that counts."""

    STAND = "stands"
    UNTIL_EVIDENCE = "until_evidence"


@dataclass(frozen=True, slots=True)
class Level:
    """A level is reached at `at` (scaled by 10^6)."""

    at: int
    name: str


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
class Minimum:
    """How much counted evidence a level needs: pieces in all, and different kinds among them."""

    pieces: int
    kinds: int


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as the fold uses it: its numbers scaled by 10^6, judged by `read_policy`, which alone makes it.

    `digest` is that of the document's RFC 8785 bytes, and stands for it everywhere.
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
    takes_pieces: bool = field(init=False, repr=False, compare=False)
    _arguments: Mapping[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        of_scale = {name: getattr(self.scale, name) for name in self.method.scale}
        object.__setattr__(self, "takes_pieces", self.method.takes is Takes.PIECES)
        object.__setattr__(self, "_arguments", {**self.parameters, **of_scale})

    def run(self, values: Sequence[int], seen: Sequence[Contribution] = ()) -> Iterator[int | None]:
        """The method's value after each of the values, oldest first; None while there is not enough for one.

        `seen` are the contributions that the values are of, for a policy that `takes_pieces`; further values are of
        the newest one's kind and moment.
        """
        if self.takes_pieces:
            return self.method.values(seen_by_method(values, seen, self.scale.top, self.method), **self._arguments)
        return self.method.values(values, **self._arguments)


def read_policy(document: Mapping[str, JsonValue]) -> Policy:
    """The policy of a parsed document. Raises PolicyError, which names the first member that is wrong."""
    form = document.get("format")
    if form not in FORMATS:
        raise PolicyError("/format", f"be {' or '.join(map(repr, FORMATS))}")
    _members(document, "", _MEMBERS if form == FORMATS[0] else (*_MEMBERS, "override"))
    method = FOR_POLICIES.get(_text(document["method"], "/method"))
    if method is None:
        raise PolicyError("/method", f"be one of {', '.join(FOR_POLICIES)}")
    redo = document["redo"]
    if redo not in tuple(Redo):
        raise PolicyError("/redo", "be 'replaces' or 'adds'")
    override = document.get("override", Overrides.STAND)
    if override not in tuple(Overrides):
        raise PolicyError("/override", "be 'stands' or 'until_evidence'")
    return Policy(
        digest=_digest(document),
        title=_text(document["title"], "/title"),
        scale=read_scale(_object(document["scale"], "/scale")),
        method=method,
        parameters=_parameters(_object(document["parameters"], "/parameters"), method),
        counts=_counts(document["counts"]),
        minimum=_minimum(_object(document["minimum"], "/minimum")),
        redo=Redo(str(redo)),
        overrides=Overrides(str(override)),
    )


def read_scale(scale: Mapping[str, JsonValue]) -> Scale:
    """The scale of a parsed document. Raises PolicyError."""
    _members(scale, "/scale", ("top", "cut", "levels"))
    top = _decimal(scale["top"], "/scale/top", "a decimal above 0", lowest=1)
    within = f"a decimal from 0 to the top, {unscaled(top)}"
    cut = _decimal(scale["cut"], "/scale/cut", within, highest=top)
    rows = scale["levels"]
    if not isinstance(rows, list | tuple) or not rows:
        raise PolicyError("/scale/levels", "be a list of at least one level")
    levels = tuple(_level(row, f"/scale/levels/{index}", within, top) for index, row in enumerate(rows))
    for index, (lower, higher) in enumerate(pairwise(levels), start=1):
        if higher.at <= lower.at:
            raise PolicyError(f"/scale/levels/{index}/at", f"be above the level before it, {unscaled(lower.at)}")
    names = [level.name for level in levels]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise PolicyError(f"/scale/levels/{index}/name", f"be a name of its own; {name!r} stands twice")
    return Scale(top, cut, levels)


def _level(row: JsonValue, where: str, within: str, top: int) -> Level:
    level = _object(row, where)
    _members(level, where, ("at", "name"))
    name = _text(level["name"], f"{where}/name")
    return Level(_decimal(level["at"], f"{where}/at", within, highest=top), name)


def _parameters(given: Mapping[str, JsonValue], method: Method) -> dict[str, Any]:
    try:
        return method.read(given)
    except ParameterError as error:
        raise PolicyError(f"/parameters{error.where}", error.must) from error


def _counts(given: JsonValue) -> frozenset[str]:
    words = [word for word in given if isinstance(word, str)] if isinstance(given, list | tuple) else []
    purposes = frozenset(words)
    if not purposes or not purposes <= PURPOSES or not isinstance(given, list | tuple) or len(given) != len(purposes):
        raise PolicyError("/counts", f"be a list, each at most once, of {', '.join(sorted(PURPOSES))}; at least one")
    return purposes


def _minimum(given: Mapping[str, JsonValue]) -> Minimum:
    _members(given, "/minimum", ("pieces", "kinds"))
    return Minimum(
        pieces=_whole(given["pieces"], "/minimum/pieces", MOST_PIECES),
        kinds=_whole(given["kinds"], "/minimum/kinds", MOST_KINDS),
    )


def _digest(document: Mapping[str, JsonValue]) -> str:
    try:
        return digest(canonical(dict(document)))
    except NotCanonicalError as error:
        raise PolicyError("", f"have a canonical form: {error}") from error


def _members(given: Mapping[str, JsonValue], where: str, names: tuple[str, ...]) -> None:
    for name in names:
        if name not in given:
            raise PolicyError(f"{where}/{name}", "be given")
    for name in given:
        if name not in names:
            allowed = f"; here stand {', '.join(names)}" if names else ""
            raise PolicyError(f"{where}/{name}", f"not be given{allowed}")


def _object(given: JsonValue, where: str) -> Mapping[str, JsonValue]:
    return given if isinstance(given, Mapping) else _refuse(where, "be an object")


def _text(given: JsonValue, where: str) -> str:
    return given if isinstance(given, str) and given.strip() else _refuse(where, "be text that is not empty")


def _whole(given: JsonValue, where: str, most: int) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= most:
        return given
    raise PolicyError(where, f"be a whole number from 1 to {most}")


def _decimal(given: JsonValue, where: str, must: str, *, lowest: int = 0, highest: int | None = None) -> int:
    """A canonical decimal within bounds, scaled; the message says the range, since the bounds' author knows it."""
    try:
        value = scaled(given) if isinstance(given, str) else None
    except ValueError:
        value = None
    if value is None or value < lowest or (highest is not None and value > highest):
        raise PolicyError(where, f"be {must}, written without exponent or trailing zeros")
    return value


def _refuse(where: str, must: str) -> NoReturn:
    raise PolicyError(where, must)
