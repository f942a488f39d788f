"""What is wrong with a value, in words for people who know neither Python nor pydantic."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.reasons import Reason, WordedError

_OBJECT = "must be an object"
_ARRAY = "must be an array"
_INTEGER = "must be a whole number"
_BOOLEAN = "must be true or false"

_PLAIN: Mapping[str, str] = {
    "missing": "must be given",
    "extra_forbidden": "is not known here; leave it out",
    "string_type": "must be a string",
    "int_type": _INTEGER,
    "int_parsing": _INTEGER,
    "int_from_float": _INTEGER,
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "list_type": _ARRAY,
    "tuple_type": _ARRAY,
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be above {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be below {lt}",
    "string_too_long": "must have at most {max_length} characters",
    "json_invalid": "is not JSON: {error}",
}


_REASONS: Mapping[str, Reason] = {
    "missing": "field-missing",
    "literal_error": "word-unknown",
    "greater_than_equal": "number-too-small",
    "less_than_equal": "number-too-large",
}
_NUMBERED = frozenset({"field-too-long", "field-too-few", "field-too-many", "number-too-small", "number-too-large"})
_BOUNDS = ("max_length", "min_length", "ge", "le")


def told(error: Mapping[str, Any]) -> str:
    """What would be right, as it follows on the name of a place: `must be given`, without a full stop.

    `error` is one of those that pydantic lists: its `type`, its `ctx` and its `msg`.
    """
    kind, context = str(error.get("type", "")), error.get("ctx") or {}
    if kind in {"too_short", "string_too_short"}:
        least = context["min_length"]
        return "must not be empty" if least == 1 else f"must have at least {least} {_counted(kind, context)}"
    if kind == "too_long":
        return f"must have at most {context['max_length']} {_counted(kind, context)}"
    if kind in _PLAIN:
        return _PLAIN[kind].format(**context)
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{message[:1].lower()}{message[1:]}"


def in_code(error: Mapping[str, Any]) -> tuple[Reason | None, dict[str, int]]:
    """The same as a code, with the number that is named, where there is a code for it."""
    kind, context = str(error.get("type", "")), error.get("ctx") or {}
    reason: Reason | None = _REASONS.get(kind)
    if kind in {"too_short", "string_too_short"}:
        reason = "field-empty" if context["min_length"] == 1 else "field-too-few"
    elif kind in {"too_long", "string_too_long"}:
        reason = "field-too-long" if _counted(kind, context) == "characters" else "field-too-many"
    elif isinstance(context.get("error"), WordedError):
        reason = context["error"].reason
    if reason not in _NUMBERED:
        return reason, {}
    bound = next((context[name] for name in _BOUNDS if isinstance(context.get(name), int)), None)
    return (None, {}) if bound is None else (reason, {"number": bound})


def _counted(kind: str, context: Mapping[str, Any]) -> str:
    """What a length counts. A text that was checked before is no more than a `Value` to pydantic."""
    return "characters" if kind.startswith("string") or context.get("field_type") == "Value" else "items"
