"""Canonical JSON (RFC 8785) for the values that the platform stores: no floats, and no integer beyond 2^53 − 1.

Scores and weights are decimal strings, so the one hard part of RFC 8785, the printing of doubles, never arises;
what remains is the order of keys (by UTF-16 code units) and the escaping of strings, which `json` does as the RFC
asks.
"""

import json
import re
from collections.abc import Iterable
from typing import Never, TypeAlias

JsonValue: TypeAlias = "bool | int | str | list[JsonValue] | tuple[JsonValue, ...] | dict[str, JsonValue] | None"

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class NotCanonicalError(ValueError):
    """The value or text has no canonical form here; the message says what is wrong in one plain sentence."""


def canonical(value: JsonValue) -> bytes:
    """The RFC 8785 bytes of `value`, UTF-8.

    Raises NotCanonicalError for floats, integers beyond ±(2^53 − 1), keys that are no strings, lone surrogates,
    and nesting deeper than `MAX_DEPTH`.
    """
    text = json.dumps(_ordered(value, 0), ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError("Text must be well-formed Unicode, without lone surrogates.") from error


def parse(text: bytes) -> JsonValue:
    """The value of a JSON text that has a canonical form (the text itself need not be canonical).

    Raises NotCanonicalError for whatever `canonical` refuses, for malformed JSON, NaN, Infinity, and for a key that
    stands twice in one object, where parsers differ on which one counts.
    """
    try:
        value: JsonValue = json.loads(
            text.decode(),
            object_pairs_hook=_unique,
            parse_float=_no_float,
            parse_int=_integer,
            parse_constant=_no_float,
        )
    except UnicodeDecodeError as error:
        raise NotCanonicalError("The text must be UTF-8.") from error
    except json.JSONDecodeError as error:
        raise NotCanonicalError(
            f"This is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise NotCanonicalError(f"JSON may be nested at most {MAX_DEPTH} deep.") from error
    _ordered(value, 0)
    if _SURROGATE.search(text):
        canonical(value)  # only an escape can bring in a lone surrogate
    return value


def key_twice(pairs: Iterable[tuple[str, object]]) -> str:
    """The first key that stands there a second time. Raises LookupError where none does."""
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return key
        seen.add(key)
    raise LookupError("No key stands there twice.")


def _ordered(value: JsonValue, depth: int) -> JsonValue:
    if depth > MAX_DEPTH:
        raise NotCanonicalError(f"JSON may be nested at most {MAX_DEPTH} deep.")
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotCanonicalError("Integers must lie between -(2^53 - 1) and 2^53 - 1.")
        return value
    if isinstance(value, list | tuple):
        return [_ordered(item, depth + 1) for item in value]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise NotCanonicalError("Keys must be strings.")
        return {key: _ordered(value[key], depth + 1) for key in sorted(value, key=_utf16)}
    raise NotCanonicalError(f"A value of type {type(value).__name__} has no canonical form here; use a string.")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotCanonicalError(f"The key {key_twice(pairs)[:64]!r} stands twice in one object.")
    return members


def _no_float(text: str) -> Never:
    raise NotCanonicalError(f'The number {text[:40]} must be written as a decimal string, such as "3.5".')


def _integer(text: str) -> int:
    if len(text) > 17:
        raise NotCanonicalError("Integers must lie between -(2^53 - 1) and 2^53 - 1.")
    return int(text)
