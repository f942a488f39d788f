"""Numbers as people write them in a case to be scored: decimal strings or JSON numbers, exactly as they stand."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Never

from shared.ledger.canonical import MAX_DEPTH, JsonValue, key_twice
from shared.ledger.decimals import canonical_decimal, scaled
from shared.rulebook.method import ParameterError


class JsonFloat(str):
    """A JSON number with a fraction or an exponent, as it was written: some methods refuse those."""

    __slots__ = ()


def parsed(line: str) -> Any:
    """The value of a JSON text; no number of it passes through a double. Raises ParameterError."""
    try:
        return json.loads(line, parse_float=JsonFloat, parse_constant=_no_constant, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise ParameterError("", f"be JSON: {error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise ParameterError("", f"be JSON nested at most {MAX_DEPTH} deep") from error
    except ParameterError:
        raise
    except ValueError as error:  # an integer of thousands of digits
        raise ParameterError("", f"be JSON with numbers of at most 12 digits before the point: {error}") from error


def _no_constant(name: str) -> Never:
    raise ParameterError("", f"be JSON, which has no {name}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ParameterError("", f"have each member once; {key_twice(pairs)!r} stands twice")
    return made


def decimal(given: JsonValue, where: str, must: str, *, least: int = 0, most: int | None = None) -> int:
    """A decimal, scaled, from a decimal string or a JSON number. Raises ParameterError, which says the range."""
    try:
        value = scaled(_canonical(given))
    except ValueError as error:
        raise ParameterError(where, f"{must}: a number {error}") from error
    if value < least or (most is not None and value > most):
        raise ParameterError(where, must)
    return value


def written(given: JsonValue) -> JsonValue:
    """A value with its JSON numbers as canonical decimal strings, whole ones left as they are; all else untouched."""
    if isinstance(given, JsonFloat):
        try:
            return _canonical(given)
        except ValueError:
            return str(given)
    if isinstance(given, Mapping):
        return {name: written(value) for name, value in given.items()}
    if isinstance(given, list | tuple):
        return [written(value) for value in given]
    return given


def as_text(given: JsonValue) -> JsonValue:
    """`written`, and whole numbers too: for what is always a decimal."""
    given = written(given)
    if isinstance(given, str):
        try:
            return canonical_decimal(given)
        except ValueError:
            return given
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


def _canonical(given: JsonValue) -> str:
    if isinstance(given, JsonFloat):
        try:
            number = Decimal(given)
        except ArithmeticError as error:  # an exponent that not even a decimal has
            raise ValueError("must have at most 12 integer and 6 fraction digits") from error
        if number.adjusted() > 12 or number.as_tuple().exponent < -40:  # type: ignore[operator] # finite
            raise ValueError("must have at most 12 integer and 6 fraction digits")
        return canonical_decimal(f"{number:f}") if number else "0"
    if isinstance(given, str):
        return canonical_decimal(given)
    if isinstance(given, int) and not isinstance(given, bool):
        return canonical_decimal(str(given))
    raise ValueError('must be a decimal string or a number, such as "3.5"')
