"""What a method is: its immutable id, what it takes, its parameters with their ranges, its formula and its source.

A method takes one of three things, oldest first: plain **values** (scaled by 10^6), **pieces** (where it needs more
than the value: what was earned, when, of which kind or group), or the **children** of a parent competency. The rows
are in `families`, the one table is `table.METHODS`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from shared.ledger.canonical import JsonValue
from shared.ledger.decimals import scaled, unscaled
from shared.ledger.instants import Instant
from shared.rulebook.contribution import Result

Reads: TypeAlias = Callable[[JsonValue, str], Any]


class ParameterError(ValueError):
    """A parameter that a method cannot work with. `where` points at it (RFC 6901), `must` says what would be right."""

    def __init__(self, where: str, must: str) -> None:
        super().__init__(f"{where.removeprefix('/').replace('/', '.')} must {must}")
        self.where, self.must = where, must


class Piece(NamedTuple):
    """One contribution as a method sees it that needs more than its value.

    `value` stands on the policy's scale. `group` names what Canvas calls an association (a quiz), Artemis an exercise
    and Totara a pathway; `template` is what BKT keeps parameters of its own for; `mastery_at` is the share at which an
    aligned assignment counts as mastered. The rest is what single methods ask for; their pages say so.
    """

    value: int
    results: tuple[Result, ...]
    at: Instant = 0
    kind: str = "attempt"
    group: str | None = None
    template: str | None = None
    mastery_at: int | None = None
    priority: int = 0
    difficulty: str | None = None
    submissions: int | None = None

    @property
    def earned(self) -> int:
        return sum(result.earned for result in self.results)

    @property
    def possible(self) -> int:
        return sum(result.possible for result in self.results)


class Child(NamedTuple):
    """A competency, or a criterion, that a parent rests on: where it stands, and whether that is proficient.

    `value` is None where it has not been assessed; `proficient` then is False. `children` and `operator` are those of
    a group within a group.
    """

    id: str
    value: int | None
    proficient: bool
    operator: str | None = None
    children: tuple["Child", ...] = ()


class Takes(StrEnum):
    """What a method takes."""

    VALUES = "values"
    PIECES = "pieces"
    CHILDREN = "children"


@dataclass(frozen=True, slots=True)
class DecimalParameter:
    """A decimal from `least` (or above it) to `most`, both scaled, written canonically."""

    name: str
    least: int
    most: int
    about: str
    above: bool = False
    default: int | None = None

    @property
    def must(self) -> str:
        if self.above:
            return f"be a decimal above {unscaled(self.least)} and at most {unscaled(self.most)}"
        return f"be a decimal from {unscaled(self.least)} to {unscaled(self.most)}"

    def read(self, given: JsonValue, where: str) -> int:
        try:
            value = scaled(given) if isinstance(given, str) else None
        except ValueError:
            value = None
        if value is None or not self.least <= value <= self.most or (self.above and value == self.least):
            raise ParameterError(where, f"{self.must}, written without exponent or trailing zeros")
        return value

    def write(self, value: Any) -> str:
        return unscaled(value)


@dataclass(frozen=True, slots=True)
class WholeParameter:
    """A whole number from `least` to `most`."""

    name: str
    least: int
    most: int
    about: str
    default: int | None = None

    @property
    def must(self) -> str:
        return f"be a whole number from {self.least} to {self.most}"

    def read(self, given: JsonValue, where: str) -> int:
        if isinstance(given, str) and given.isascii() and given.isdigit() and str(int(given)) == given:
            given = int(given)
        if not isinstance(given, int) or isinstance(given, bool) or not self.least <= given <= self.most:
            raise ParameterError(where, self.must)
        return given

    def write(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class ChoiceParameter:
    """One of some words."""

    name: str
    words: tuple[str, ...]
    about: str
    default: str | None = None

    @property
    def must(self) -> str:
        return f"be {', '.join(self.words[:-1])} or {self.words[-1]}"

    def read(self, given: JsonValue, where: str) -> str:
        if not isinstance(given, str) or given not in self.words:
            raise ParameterError(where, self.must)
        return given

    def write(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True, slots=True)
class ListParameter:
    """A list or an object with rules of its own, which `reads` knows; only rules over children have these."""

    name: str
    must: str
    about: str
    reads: Reads
    default: Any = None

    def read(self, given: JsonValue, where: str) -> Any:
        return self.reads(given, where)

    def write(self, value: Any) -> str:
        return str(value)


Parameter: TypeAlias = DecimalParameter | WholeParameter | ChoiceParameter | ListParameter


def no_further_rule(_: Mapping[str, Any]) -> None:
    """What most methods ask of their parameters together."""


def nowhere(_: Sequence[int], **_parameters: Any) -> Sequence[int]:
    """A greater last value never comes to less: so it is with most methods."""
    return ()


@dataclass(frozen=True, slots=True)
class Method:
    """A method under its immutable id.

    `values` yields the value after each of what it takes, None while there is not enough for one; a method of children
    yields the one value that they come to. It takes the parameters by name, and those numbers of the scale that
    `scale` names (`top`, `cut`). `weights`, for showing, is what share each had in the last value, where that can be
    said. `prefixes` are parameters that may be given once a template, as `guess.TEMPLATE`. `words` says in a sentence
    what the method does, with its parameters in braces.

    `turns` says where, after these values, a greater last value may come to less: from one of the places that it names
    (ascending, and 0) to the next it never does. None where nobody can tell. It takes what `values` takes by name.
    `carries` says that the next value follows from the one before and the next piece: a run of both says it.
    `again` says that each step looks at all pieces before it, `probable` that the value is a probability.

    `verdicts` are the words that the other system has for the top of the scale and for what is below it.
    `days` says that times enter, not their order alone. `by_task`: pieces of one task are of one group. `staff` marks
    what speaks of a class: never shown to a learner.
    """

    id: str
    takes: Takes
    values: Callable[..., Iterator[int | None]]
    formula: str
    source: str
    why: str
    words: str
    parameters: tuple[Parameter, ...] = ()
    scale: tuple[str, ...] = ()
    weights: Callable[..., Iterator[int]] | None = None
    check: Callable[[Mapping[str, Any]], None] = no_further_rule
    prefixes: tuple[str, ...] = ()
    verdicts: tuple[str, str] | None = None
    days: bool = False
    by_task: bool = False
    staff: bool = False
    turns: Callable[..., Sequence[int] | None] = nowhere
    carries: bool = False
    again: bool = False
    probable: bool = False
    named: Mapping[str, Parameter] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A plain dictionary: methods are sent to the processes that fold, and a mapping proxy cannot be.
        object.__setattr__(self, "named", {each.name: each for each in self.parameters})

    def read(self, given: Mapping[str, JsonValue]) -> dict[str, Any]:
        """The parameters as `values` takes them, each within its range, defaults filled in.

        Raises ParameterError, which names the first that is missing, unknown or out of range.
        """
        for name in given:
            if name not in self.named and not self._templated(name):
                here = f"; here stand {', '.join(self.named)}" if self.named else ""
                raise ParameterError(f"/{name}", f"not be given{here}")
        read: dict[str, Any] = {}
        for name, parameter in self.named.items():
            if name in given:
                read[name] = parameter.read(given[name], f"/{name}")
            elif parameter.default is not None:
                read[name] = parameter.default
            else:
                raise ParameterError(f"/{name}", "be given")
        if self.prefixes:
            read["templates"] = self._templates(given)
        self.check(read)
        return read

    def told(self, parameters: Mapping[str, Any]) -> str:
        """The sentence about the method, with these parameters."""
        written = {name: self.named[name].write(value) for name, value in parameters.items() if name in self.named}
        return self.words.format(**written)

    def _templated(self, name: str) -> bool:
        prefix, dot, template = name.partition(".")
        return prefix in self.prefixes and bool(dot and template)

    def _templates(self, given: Mapping[str, JsonValue]) -> Mapping[str, Mapping[str, Any]]:
        """Of each template, the parameters that it has of its own."""
        own: dict[str, dict[str, Any]] = {}
        for name, value in given.items():
            if self._templated(name):
                prefix, _, template = name.partition(".")
                own.setdefault(template, {})[prefix] = self.named[prefix].read(value, f"/{name}")
        return own
