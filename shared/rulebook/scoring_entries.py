"""The entries and the children of a case to be scored, judged one by one."""

from collections.abc import Mapping
from typing import Any

from shared.ledger.canonical import MAX_DEPTH, JsonValue
from shared.ledger.decimals import SCALE, unscaled
from shared.ledger.instants import instant
from shared.rulebook.arithmetic import value_of
from shared.rulebook.contribution import Result
from shared.rulebook.method import Child, ParameterError, Piece
from shared.rulebook.policy import Scale
from shared.rulebook.written import JsonFloat, decimal

_NUMBERS = ("earned", "possible")
_TIMES = ("occurred_at", "recorded_at")
_WORDS = ("kind", "group", "template", "difficulty")
_PASSED_OVER = ("id", "purpose", "task", "work", "course")
ENTRY = (*_NUMBERS, "correct", *_TIMES, *_WORDS, "mastery_at", "priority", "submissions", "voided", *_PASSED_OVER)
_OF_GROUPS = ("operator", "children", "ordering", "earned", "possible", "op", "threshold")
OF_PARAMETERS = ("weight", "points", "required")
"""What may stand with a child instead of in the parameters, where it is easier to read."""

CHILD = ("id", "value", "proficient", *OF_PARAMETERS, *_OF_GROUPS)
_ABOVE_ZERO = 'be a decimal above 0, such as "4"'


def read_pieces(given: JsonValue, top: int, *, floats_refused: bool) -> tuple[Piece, ...]:
    """The entries that are not voided, in fold order: by `min(occurred_at, recorded_at)`, then as they stand.

    `occurred_at` may be left out by all: then they stand in their order. An entry that is there twice under one `id` is
    a repeat, and counts once. Raises ParameterError.
    """
    rows = _once(_rows(given, "/entries"))
    timed = any("occurred_at" in row for row in rows if isinstance(row, Mapping))
    pieces = [
        _piece(row, f"/entries/{index}", top, timed=timed, floats_refused=floats_refused)
        for index, row in enumerate(rows)
    ]
    return tuple(sorted((piece for piece in pieces if piece is not None), key=lambda piece: piece.at))


def _piece(given: JsonValue, where: str, top: int, *, timed: bool, floats_refused: bool) -> Piece | None:
    row = _answered(_members(given, where, ENTRY), where)
    if timed and "occurred_at" not in row:
        raise ParameterError(f"{where}/occurred_at", "be given, as it is for others")
    for name in _NUMBERS:
        if name not in row:
            raise ParameterError(f"{where}/{name}", "be given")
        if floats_refused and isinstance(row[name], JsonFloat):
            raise ParameterError(f"{where}/{name}", 'be a decimal string, such as "0.8"; a float is refused here')
    possible = decimal(row["possible"], f"{where}/possible", _ABOVE_ZERO, least=1)
    within = f"be a decimal from 0 to what is possible, {unscaled(possible)}"
    results = (Result(decimal(row["earned"], f"{where}/earned", within, most=possible), possible),)
    moments = [_moment(row[name], f"{where}/{name}") for name in _TIMES if name in row]
    words = {name: _word(row[name], f"{where}/{name}") for name in _WORDS if row.get(name) is not None}
    if not isinstance(row.get("voided", False), bool):
        raise ParameterError(f"{where}/voided", "be true or false")
    if row.get("voided"):
        return None
    share = row.get("mastery_at")
    return Piece(
        value_of(results, top),
        results,
        at=min(moments, default=0),
        kind=words.get("kind", "attempt"),
        group=words.get("group"),
        template=words.get("template"),
        mastery_at=None
        if share is None
        else decimal(share, f"{where}/mastery_at", "be a decimal from 0 to 1", most=SCALE),
        priority=_whole(row.get("priority", 0), f"{where}/priority"),
        difficulty=words.get("difficulty"),
        submissions=None if row.get("submissions") is None else _whole(row["submissions"], f"{where}/submissions"),
    )


def _answered(row: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """`correct` stands for all or nothing of 1."""
    if "correct" not in row:
        return row
    if row["correct"] not in (True, False):
        raise ParameterError(f"{where}/correct", "be true or false")
    for name in _NUMBERS:
        if name in row:
            raise ParameterError(f"{where}/{name}", "not be given beside correct")
    return {**row, "earned": int(row["correct"]), "possible": 1}


def read_children(given: JsonValue, scale: Scale, where: str = "/children") -> tuple[Child, ...]:
    """The children, in the order that `ordering` gives them where it does. Raises ParameterError."""
    rows = _rows(given, where)
    if where.count("/children") > MAX_DEPTH:
        raise ParameterError(where, f"be nested at most {MAX_DEPTH} deep")
    read = [_child(row, f"{where}/{index}", scale, index) for index, row in enumerate(rows)]
    names = [child.id for _, child in read]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise ParameterError(f"{where}/{index}/id", f"stand once; {name!r} stands twice")
    return tuple(child for _, child in sorted(read, key=lambda pair: pair[0]))


def _child(given: JsonValue, where: str, scale: Scale, index: int) -> tuple[int, Child]:
    row = _members(given, where, CHILD)
    name = _word(row.get("id", str(index)), f"{where}/id")
    ordering = _whole(row.get("ordering", index), f"{where}/ordering")
    operator = row.get("operator")
    if operator not in (None, "AND", "OR"):
        raise ParameterError(f"{where}/operator", "be AND, OR or null, which is OR")
    if "children" in row:
        return ordering, Child(name, None, False, operator, read_children(row["children"], scale, f"{where}/children"))
    if "threshold" in row:
        return ordering, Child(name, None, _criterion(row, where))
    within = f"be a decimal from 0 to the top, {unscaled(scale.top)}, or null where it is not assessed"
    written = row.get("value")
    value = None if written is None else decimal(written, f"{where}/value", within, most=scale.top)
    proficient = row.get("proficient")
    if proficient is None and "proficient" not in row:
        return ordering, Child(name, value, value is not None and value >= scale.cut)
    if proficient is not None and not isinstance(proficient, bool) and proficient not in (0, 1):
        raise ParameterError(f"{where}/proficient", "be true, false or null, which is not proficient")
    return ordering, Child(name, value, bool(proficient))


def _criterion(row: Mapping[str, Any], where: str) -> bool:
    """A criterion of Open edX: what was earned of what was possible, against a threshold; not tried is not met."""
    threshold = decimal(row["threshold"], f"{where}/threshold", "be a decimal from 0 to 1", most=SCALE)
    op = row.get("op", "gte")
    if op not in ("gte", "lte", "eq"):
        raise ParameterError(f"{where}/op", "be gte, lte or eq")
    if row.get("earned") is None:
        return False
    for name in _NUMBERS:
        if isinstance(row.get(name), JsonFloat):
            raise ParameterError(f"{where}/{name}", 'be a decimal string, such as "0.8"; a float is refused here')
    possible = decimal(row.get("possible", "1"), f"{where}/possible", _ABOVE_ZERO, least=1)
    earned = decimal(row["earned"], f"{where}/earned", f"be a decimal from 0 to {unscaled(possible)}", most=possible)
    left, right = earned * SCALE, possible * threshold
    return left >= right if op == "gte" else left <= right if op == "lte" else left == right


def _once(rows: list[JsonValue]) -> list[JsonValue]:
    """Without the repeats of an id. What says another thing under the same id is no repeat."""
    kept: list[JsonValue] = []
    by_id: dict[str, JsonValue] = {}
    for index, row in enumerate(rows):
        name = row.get("id") if isinstance(row, Mapping) else None
        if not isinstance(name, str):
            kept.append(row)
        elif name not in by_id:
            by_id[name] = row
            kept.append(row)
        elif by_id[name] != row:
            raise ParameterError(f"/entries/{index}/id", f"be another; {name!r} stands twice, and says two things")
    return kept


def _rows(given: JsonValue, where: str) -> list[JsonValue]:
    if not isinstance(given, list | tuple):
        raise ParameterError(where, "be a list")
    return list(given)


def _members(given: JsonValue, where: str, allowed: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ParameterError(where, "be an object")
    for name in given:
        if name not in allowed:
            raise ParameterError(f"{where}/{name}", f"not be given; here stand {', '.join(allowed)}")
    return given


def _word(given: JsonValue, where: str) -> str:
    if not isinstance(given, str) or not given:
        raise ParameterError(where, "be text that is not empty")
    return given


def _whole(given: JsonValue, where: str) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= SCALE:
        raise ParameterError(where, f"be a whole number from 0 to {SCALE}")
    return given


def _moment(given: JsonValue, where: str) -> int:
    if not isinstance(given, str):
        raise ParameterError(where, 'be an instant such as "2026-11-24T09:30:00.000Z"')
    try:
        return instant(given)
    except ValueError as error:
        raise ParameterError(where, str(error).removeprefix("must ")) from error
