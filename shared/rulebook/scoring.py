"""One case scored by one method, beside every ledger: to try a method, or to check another system's number.

A case is `{"method", "parameters", "scale": {"top", "cut", "levels"?}, "entries": [{"earned", "possible",
"occurred_at", …}]}`, or with `"children"` for roll-ups and rules over children. An error is a ParameterError that
points at the member and says what would be right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.ledger.canonical import JsonValue
from shared.ledger.decimals import unscaled
from shared.rulebook.families.canvas import rating_percents
from shared.rulebook.families.rollups import unknown_child
from shared.rulebook.members import PolicyError
from shared.rulebook.method import Child, DecimalParameter, Method, ParameterError, Piece, Takes
from shared.rulebook.policy import Scale, arguments_of, read_scale
from shared.rulebook.scoring_entries import read_children, read_pieces
from shared.rulebook.state import Status
from shared.rulebook.statuses import status_at
from shared.rulebook.table import METHODS
from shared.rulebook.written import as_text, written

_TRAIL = 20
"""How many values the trail of `why` shows, the newest."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be scored, with everything judged."""

    method: Method
    parameters: Mapping[str, Any]
    scale: Scale
    pieces: tuple[Piece, ...]
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What a case comes to. `after_each` is the value after each piece, scaled; None while there is not enough.

    `status` and `level` are None where a method speaks of a class.
    """

    value: int | None
    status: str | None
    level: str | None
    counted: int
    after_each: tuple[int | None, ...]
    why: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        return {
            "value": None if self.value is None else unscaled(self.value),
            "status": self.status,
            "level": self.level,
            "counted": self.counted,
            "why": list(self.why),
        }


def method_of(given: JsonValue) -> Method:
    """The method of this id. Raises ParameterError."""
    method = METHODS.get(given) if isinstance(given, str) else None
    if method is None:
        raise ParameterError("/method", f"be one of {', '.join(METHODS)}")
    return method


def read_parameters(method: Method, given: JsonValue) -> dict[str, Any]:
    """The parameters of a document, numbers as decimal strings or JSON numbers. Raises ParameterError."""
    if not isinstance(given, Mapping):
        raise ParameterError("/parameters", "be an object")
    decimals = {name for name, parameter in method.named.items() if isinstance(parameter, DecimalParameter)}
    texts = {
        name: as_text(value) if name.partition(".")[0] in decimals else written(value) for name, value in given.items()
    }
    try:
        return method.read(texts)
    except ParameterError as error:
        raise ParameterError(f"/parameters{error.where}", error.must) from error


def read_case(document: JsonValue) -> Case:
    """The case of a parsed line. Raises ParameterError."""
    if not isinstance(document, Mapping):
        raise ParameterError("", "be an object with method, parameters, scale and entries, or children")
    method = method_of(document.get("method"))
    own = "children" if method.takes is Takes.CHILDREN else "entries"
    allowed = ("id", "method", "parameters", "scale", own)
    for name in document:
        if name not in allowed:
            raise ParameterError(f"/{name}", f"not be given; for {method.id} here stand {', '.join(allowed[1:])}")
    for name in ("scale", own):
        if name not in document:
            raise ParameterError(f"/{name}", "be given")
    given = document.get("parameters", {})
    if method.takes is Takes.CHILDREN:
        given = _with_those_of_children(method, given, document["children"])
    parameters = read_parameters(method, given)
    scale = _scale(document["scale"])
    if method.takes is Takes.CHILDREN:
        children = read_children(document["children"], scale)
        stranger = unknown_child(children, parameters)
        if stranger is not None:
            raise ParameterError("/parameters", f"name direct children alone; {stranger!r} is not among the children")
        return Case(method, parameters, scale, (), children)
    exact = method.id.startswith("openedx.")
    return Case(method, parameters, scale, read_pieces(document["entries"], scale.top, floats_refused=exact), ())


def _with_those_of_children(method: Method, given: JsonValue, children: JsonValue) -> JsonValue:
    """The parameters, with weights, points and what is required taken from the children that say it themselves."""
    rows = [row for row in (children if isinstance(children, list | tuple) else ()) if isinstance(row, Mapping)]
    said: dict[str, Any] = {}
    if "weights" in method.named:
        said["weights"] = {str(row.get("id")): as_text(row["weight"]) for row in rows if "weight" in row}
    if "competencies" in method.named:
        named = [row for row in rows if "points" in row or "required" in row]
        said["competencies"] = [
            {name: row[name] for name in ("id", "points", "required") if name in row} for row in named
        ]
    return {**{name: value for name, value in said.items() if value}, **given} if isinstance(given, Mapping) else given


def score(case: Case) -> Score:
    """What the case comes to."""
    method, scale = case.method, case.scale
    arguments = arguments_of(method, case.parameters, scale)
    taken: Sequence[Any] = case.pieces
    if method.takes is Takes.VALUES:
        taken = [piece.value for piece in case.pieces]
    elif method.takes is Takes.CHILDREN:
        taken = case.children
    after_each = tuple(method.values(taken, **arguments))
    value = after_each[-1] if after_each else None
    counted = sum(child.value is not None or child.proficient for child in case.children) + len(case.pieces)
    if method.staff:
        why = (*_told(case), *_ratings(case), "It speaks of a class: for staff alone.")
        return Score(value, None, None, counted, after_each, why)
    status = _status(after_each, scale.cut, anything=bool(taken) or method.takes is Takes.CHILDREN)
    level = None if value is None else scale.level_at(value)
    trail = () if method.takes is Takes.CHILDREN else _trail(after_each)
    return Score(
        value,
        status,
        None if level is None else level.name,
        counted,
        after_each,
        (*_told(case), *trail, _because(status, value, scale), *_verdict(case, value)),
    )


def _told(case: Case) -> tuple[str, ...]:
    return (case.method.told(case.parameters),)


def _ratings(case: Case) -> tuple[str, ...]:
    """How many of a hundred learners of a class stand at each level of the scale, from the highest down."""
    levels = sorted(case.scale.levels, key=lambda level: level.at, reverse=True)
    percents = rating_percents(case.children, [level.at for level in levels])
    shares = [f"{level.name} {percent}%" for level, percent in zip(levels, percents, strict=True)]
    return (f"Of the learners with a value: {', '.join(shares)}.",) if shares else ()


def _verdict(case: Case, value: int | None) -> tuple[str, ...]:
    """What the other system would call it."""
    if case.method.verdicts is None or value is None:
        return ()
    return (f"{case.method.verdicts[value < case.scale.top]}.",)


def _trail(after_each: Sequence[int | None]) -> tuple[str, ...]:
    if not after_each:
        return ()
    shown = ["none" if value is None else unscaled(value) for value in after_each[-_TRAIL:]]
    return (f"After each {'of the last pieces' if len(after_each) > _TRAIL else 'piece'}: {', '.join(shown)}.",)


def _status(after_each: Sequence[int | None], cut: int, *, anything: bool) -> Status:
    """As the fold has it, without a policy's minimum."""
    if not anything:
        return Status.NO_EVIDENCE
    if not after_each or after_each[-1] is None:
        return Status.NOT_ENOUGH
    return status_at(after_each, cut)


def _because(status: Status, value: int | None, scale: Scale) -> str:
    match status:
        case Status.NO_EVIDENCE:
            return "There is nothing to score."
        case Status.NOT_ENOUGH:
            return "There is not enough for a value yet."
        case _:
            assert value is not None
            here = f"{unscaled(value)} of {unscaled(scale.top)}; mastery begins at {unscaled(scale.cut)}."
            return f"{here} It was reached before." if status is Status.SLIPPED else here


def _scale(given: JsonValue) -> Scale:
    """As in a policy; levels may be left out, and numbers may be JSON numbers."""
    if not isinstance(given, Mapping):
        raise ParameterError("/scale", "be an object with top, cut and levels")
    rows = given.get("levels", [])
    levels = [
        {name: as_text(value) if name == "at" else value for name, value in row.items()}
        if isinstance(row, Mapping)
        else row
        for row in (rows if isinstance(rows, list | tuple) else [rows])
    ]
    texts = {name: as_text(value) for name, value in given.items() if name != "levels"}
    try:
        if levels:
            return read_scale({**texts, "levels": levels})
        bare = read_scale({**texts, "levels": [{"at": "0", "name": "any"}]})
    except PolicyError as error:
        raise ParameterError(error.parameter, error.must) from error
    return Scale(bare.top, bare.cut, ())
