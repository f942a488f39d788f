"""Totara: criteria a level, and one overall value of several pathways (RULES.md 6)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from shared.ledger.canonical import JsonValue
from shared.ledger.decimals import scaled
from shared.rulebook.method import Child, ChoiceParameter, ListParameter, Method, ParameterError, Piece, Takes


class Criteria(NamedTuple):
    """A level, and the groups of criteria of which one must be met whole."""

    at: int
    groups: tuple[tuple[str, ...], ...]


def criteria(children: Sequence[Child], *, top: int, levels: Sequence[Criteria]) -> Iterator[int]:
    """The highest level with a group of criteria all of which are met; nothing where no level has one."""
    met = {child.id for child in children if child.proficient}
    reached = (level.at for level in levels if any(met.issuperset(group) for group in level.groups))
    yield min(top, max(reached, default=0))


def overall(pieces: Sequence[Piece], *, by: str) -> Iterator[int | None]:
    """After each piece, what the pathways come to: the highest, that of first priority, or that heard of last.

    A pathway (the piece's `group`) stands where its newest piece is. Of one priority the newest counts.
    """
    stands: dict[str | None, tuple[int, int, int]] = {}
    for index, piece in enumerate(pieces):
        stands[piece.group] = (piece.value, piece.priority, index)
        if by == "highest":
            yield max(value for value, _, _ in stands.values())
        elif by == "latest":
            yield piece.value
        else:
            value, _, _ = min(stands.values(), key=lambda each: (each[1], -each[2]))
            yield value


def read_levels(given: JsonValue, where: str) -> tuple[Criteria, ...]:
    """`[{at, groups: [[id …] …]}]`: at least one level, each with a group, each group with a criterion."""
    if not isinstance(given, list | tuple) or not given:
        raise ParameterError(where, "be a list of at least one {at, groups}")
    return tuple(_criteria(row, f"{where}/{index}") for index, row in enumerate(given))


def _criteria(given: JsonValue, where: str) -> Criteria:
    if not isinstance(given, Mapping) or set(given) != {"at", "groups"}:
        raise ParameterError(where, "be {at, groups}")
    at, groups = given["at"], given["groups"]
    try:
        value = scaled(at) if isinstance(at, str) else -1
    except ValueError:
        value = -1
    if value < 0:
        raise ParameterError(f"{where}/at", "be a decimal from 0 on, written without exponent or trailing zeros")
    if not isinstance(groups, list | tuple) or not groups:
        raise ParameterError(f"{where}/groups", "be a list of at least one group")
    read = []
    for index, group in enumerate(groups):
        names = [name for name in group if isinstance(name, str)] if isinstance(group, list | tuple) else []
        if not isinstance(group, list | tuple) or not names or len(names) != len(group):
            raise ParameterError(f"{where}/groups/{index}", "be a list of at least one child's id")
        read.append(tuple(names))
    return Criteria(value, tuple(read))


TOTARA = (
    Method(
        "totara.criteria@1",
        Takes.CHILDREN,
        criteria,
        formula="the highest level of which one group of criteria is met whole (AND inside, OR between), else 0",
        source="Totara; RULES.md 6",
        why="Says for each level what shows it, in more than one way.",
        words="The highest level sets the value of which one group of criteria is met.",
        parameters=(
            ListParameter(
                "levels", "be a list of at least one {at, groups}", "the criteria of each level, in groups", read_levels
            ),
        ),
        scale=("top",),
    ),
    Method(
        "totara.overall@1",
        Takes.PIECES,
        overall,
        formula="of where each pathway (group) stands now: the highest, that of the lowest priority number, the newest",
        source="Totara, overall rating; RULES.md 6",
        why="Several pathways lead to one competency, and the district says which of them speaks.",
        words="Of the pathways the {by} sets the value.",
        parameters=(ChoiceParameter("by", ("highest", "prioritised", "latest"), "which pathway speaks"),),
        by_task=True,
    ),
)
