"""Members of a policy's document, read one by one: each is what it must be, or an error names it and says what is."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import NoReturn

from shared.ledger.canonical import JsonValue
from shared.ledger.decimals import scaled


class PolicyError(ValueError):
    """A policy that cannot be folded under. `parameter` points at the member (RFC 6901), `/scale/cut`; the message
    names it and says the range or the words that would be right.
    """

    def __init__(self, parameter: str, must: str) -> None:
        super().__init__(f"{parameter.removeprefix('/').replace('/', '.')} must {must}")
        self.parameter, self.must = parameter, must


def check_members(
    given: Mapping[str, JsonValue], where: str, names: Sequence[str], optional: Sequence[str] = ()
) -> None:
    """That all of `names` are given, and nothing else but what is `optional`."""
    for name in names:
        if name not in given:
            raise PolicyError(f"{where}/{name}", "be given")
    allowed = (*names, *optional)
    for name in given:
        if name not in allowed:
            close = get_close_matches(str(name), allowed, n=1)
            meant = f" (is {close[0]} meant?)" if close else ""
            here = f"; here stand {', '.join(allowed)}{meant}" if allowed else ""
            raise PolicyError(f"{where}/{name}", f"not be given{here}")


def an_object(given: JsonValue, where: str) -> Mapping[str, JsonValue]:
    return given if isinstance(given, Mapping) else refuse(where, "be an object")


def text(given: JsonValue, where: str) -> str:
    return given if isinstance(given, str) and given.strip() else refuse(where, "be text that is not empty")


def whole(given: JsonValue, where: str, most: int) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= most:
        return given
    raise PolicyError(where, f"be a whole number from 1 to {most}")


def decimal(given: JsonValue, where: str, must: str, *, lowest: int = 0, highest: int | None = None) -> int:
    """A canonical decimal within bounds, scaled; the message says the range, since the bounds' author knows it."""
    try:
        value = scaled(given) if isinstance(given, str) else None
    except ValueError:
        value = None
    if value is None or value < lowest or (highest is not None and value > highest):
        raise PolicyError(where, f"be {must}, written without exponent or trailing zeros")
    return value


def one_of(given: JsonValue, where: str, words: Sequence[str]) -> str:
    if isinstance(given, str) and given in words:
        return given
    *others, last = [repr(str(word)) for word in words]
    raise PolicyError(where, f"be {', '.join(others)} or {last}")


def some_of(given: JsonValue, where: str, words: Sequence[str], *, least: int = 1) -> frozenset[str]:
    """Words of a list, each at most once."""
    listed = given if isinstance(given, list | tuple) else ()
    named = frozenset(word for word in listed if isinstance(word, str))
    if (
        not isinstance(given, list | tuple)
        or len(named) < least
        or not named <= frozenset(words)
        or len(given) != len(named)
    ):
        raise PolicyError(
            where, f"be a list, each at most once, of {', '.join(words)}{'; at least one' if least else ''}"
        )
    return named


def refuse(where: str, must: str) -> NoReturn:
    raise PolicyError(where, must)
