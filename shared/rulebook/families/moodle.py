"""Moodle's rules for a parent competency: all children, or points with required children (RULES.md 2).

A parent matches or does not, so the value is the top of the scale or nothing. In Moodle a rule runs when a child
becomes proficient and never takes a match back; here the value says what the children come to now.
Written from the published rules, not from Moodle's code.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shared.ledger.canonical import JsonValue
from shared.rulebook.method import Child, ListParameter, Method, ParameterError, Takes, WholeParameter

MOST_POINTS = 1_000_000


class Points(NamedTuple):
    """What a child is worth, and whether the parent cannot do without it."""

    id: str
    points: int
    required: bool


def all_children(children: Sequence[Child], *, top: int) -> Iterator[int]:
    """The top where there is a child and every one is proficient."""
    yield top if children and all(child.proficient for child in children) else 0


def points(children: Sequence[Child], *, top: int, base: int, competencies: Sequence[Points]) -> Iterator[int]:
    """The top where every required child is proficient and the proficient ones come to `base` points."""
    proficient = {child.id for child in children if child.proficient}
    held = all(each.id in proficient for each in competencies if each.required)
    yield top if held and sum(each.points for each in competencies if each.id in proficient) >= base else 0


def read_points(given: JsonValue, where: str) -> tuple[Points, ...]:
    """`[{id, points, required}]`: at least one, points ≥ 0, nobody twice."""
    if not isinstance(given, list | tuple) or not given:
        raise ParameterError(where, "be a list of at least one {id, points, required}")
    rows = tuple(_points(row, f"{where}/{index}") for index, row in enumerate(given))
    for index, row in enumerate(rows):
        if row.id in {earlier.id for earlier in rows[:index]}:
            raise ParameterError(f"{where}/{index}/id", f"stand once; {row.id!r} stands twice")
    return rows


def _points(given: JsonValue, where: str) -> Points:
    if not isinstance(given, Mapping) or not set(given) <= {"id", "points", "required"} or "id" not in given:
        raise ParameterError(where, "be {id, points, required}")
    child, worth, required = given["id"], given.get("points", 0), given.get("required", False)
    if not isinstance(child, str) or not child:
        raise ParameterError(f"{where}/id", "be the id of a child")
    if not isinstance(worth, int) or isinstance(worth, bool) or not 0 <= worth <= MOST_POINTS:
        raise ParameterError(f"{where}/points", f"be a whole number from 0 to {MOST_POINTS}")
    if required not in (True, False):  # Moodle writes 1 and 0
        raise ParameterError(f"{where}/required", "be true or false")
    return Points(child, worth, bool(required))


def reachable(parameters: Mapping[str, Any]) -> None:
    """The base must be within what all of them are worth."""
    worth = sum(each.points for each in parameters["competencies"])
    if parameters["base"] > worth:
        raise ParameterError("/base", f"be at most {worth}, what all of them are worth together")


_BASE = WholeParameter("base", 1, MOST_POINTS, "how many points the parent needs")


def read_base(given: JsonValue, where: str) -> int:
    """A whole number, or `{points: …}` as Moodle's configuration has it."""
    if isinstance(given, Mapping) and set(given) == {"points"}:
        return _BASE.read(given["points"], f"{where}/points")
    return _BASE.read(given, where)


POINTS_PARAMETERS = (
    ListParameter("base", _BASE.must, _BASE.about, read_base),
    ListParameter(
        "competencies",
        "be a list of at least one {id, points, required}, each a child, nobody twice",
        "what each child is worth, and whether the parent cannot do without it",
        read_points,
    ),
)

MOODLE = (
    Method(
        "moodle.all@1",
        Takes.CHILDREN,
        all_children,
        formula="the top where there is a child and every one is proficient, else 0; no record: not proficient",
        source="Moodle, competency rule “all”; RULES.md 2",
        why="Nothing makes up for anything: for what is essential in every part.",
        words="Every child must be proficient.",
        scale=("top",),
    ),
    Method(
        "moodle.points@1",
        Takes.CHILDREN,
        points,
        formula="the top where every required child is proficient and Σ points of the proficient ≥ base, else 0",
        source="Moodle, competency rule “points”; RULES.md 2",
        why="Children make up for each other, but for those that are required.",
        words="The required children must be proficient, and all that are must come to {base} points.",
        parameters=POINTS_PARAMETERS,
        scale=("top",),
        check=reachable,
    ),
)
