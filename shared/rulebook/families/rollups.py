"""Roll-ups: from the values of the children to the parent competency's (RULES.md 6)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.ledger.canonical import JsonValue
from shared.ledger.decimals import SCALE, scaled
from shared.rulebook.arithmetic import half_even
from shared.rulebook.families.moodle import POINTS_PARAMETERS, points, reachable
from shared.rulebook.method import Child, ChoiceParameter, ListParameter, Method, ParameterError, Takes

MOST_WEIGHT = 1000 * SCALE


def conjunctive(children: Sequence[Child], *, missing: str) -> Iterator[int | None]:
    """The lowest of the children; None while one is missing, unless those are passed over."""
    yield min(values) if (values := _values(children, missing)) else None


def disjunctive(children: Sequence[Child]) -> Iterator[int | None]:
    """The highest of the children that have a value."""
    yield max(values) if (values := _values(children, "skip")) else None


def compensatory(children: Sequence[Child], *, missing: str, weights: Mapping[str, int]) -> Iterator[int | None]:
    """The weighted mean of the children; one that is not named weighs 1."""
    if not _values(children, missing):
        yield None
        return
    there = [(child.value, weights.get(child.id, SCALE)) for child in children if child.value is not None]
    whole = sum(weight for _, weight in there)
    yield half_even(sum(value * weight for value, weight in there), whole) if whole else None


def _values(children: Sequence[Child], missing: str) -> list[int]:
    """Those that there are; none of them while one is missing that is waited for."""
    values = [child.value for child in children if child.value is not None]
    return values if missing == "skip" or len(values) == len(children) else []


def read_weights(given: JsonValue, where: str) -> Mapping[str, int]:
    """`{id: decimal}`, each above zero."""
    if not isinstance(given, Mapping):
        raise ParameterError(where, "be an object of a child's id and its weight")
    weights = {}
    for child, written in given.items():
        try:
            weight = scaled(written) if isinstance(written, str) else 0
        except ValueError:
            weight = 0
        if not 0 < weight <= MOST_WEIGHT:
            raise ParameterError(f"{where}/{child}", 'be a decimal above 0 and at most 1000, such as "1.5"')
        weights[child] = weight
    return weights


def _waits(default: str) -> ChoiceParameter:
    about = "a child without a value: the parent waits for it, or it is passed over"
    return ChoiceParameter("missing", ("wait", "skip"), about, default=default)


ROLLUPS = (
    Method(
        "rollup.conjunctive@1",
        Takes.CHILDREN,
        conjunctive,
        formula="min(children), once all have a value (or of those that have, where missing is skip)",
        source="Mastery Connect (parent standard = lowest sub-standard); RULES.md 6",
        why="For power standards: the parent is no stronger than its weakest part.",
        words="The lowest child sets the value.",
        parameters=(_waits("wait"),),
    ),
    Method(
        "rollup.disjunctive@1",
        Takes.CHILDREN,
        disjunctive,
        formula="max(children that have a value)",
        source="RULES.md 6",
        why="Where any one of several ways of showing it is enough.",
        words="The highest child sets the value.",
    ),
    Method(
        "rollup.compensatory@1",
        Takes.CHILDREN,
        compensatory,
        formula="round₆(Σ weight·value ÷ Σ weight), half even; a child that is not named weighs 1",
        source="RULES.md 6",
        why="Strength in one part makes up for another: for parts that do not rest on each other.",
        words="The weighted mean of the children sets the value.",
        parameters=(
            _waits("wait"),
            ListParameter(
                "weights",
                "be an object of a child's id and its weight",
                "what a child weighs; where it is left out, all weigh the same",
                read_weights,
                default={},
            ),
        ),
    ),
    Method(
        "rollup.required_points@1",
        Takes.CHILDREN,
        points,
        formula="the top where every required child is at the cut and Σ points of those at the cut ≥ base, else 0",
        source="Moodle's points rule, for any children; RULES.md 2, 6",
        why="Essential children cannot be made up for, the rest can.",
        words="The required children must be mastered, and all that are must come to {base} points.",
        parameters=POINTS_PARAMETERS,
        scale=("top",),
        check=reachable,
    ),
)


def unknown_child(children: Sequence[Child], parameters: Mapping[str, Any]) -> str | None:
    """The first id that the parameters name and that is no child."""
    own = {child.id for child in children}
    named = [
        *(each.id for each in parameters.get("competencies", ())),
        *parameters.get("weights", {}),
        *(name for level in parameters.get("levels", ()) for group in level.groups for name in group),
    ]
    return next((each for each in named if each not in own), None)
