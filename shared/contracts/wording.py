"""What is wrong with a value, in words for people who know neither Python nor pydantic."""

from collections.abc import Mapping
from typing import Any

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


def _counted(kind: str, context: Mapping[str, Any]) -> str:
    """What a length counts. A text that was checked before is no more than a `Value` to pydantic."""
    return "characters" if kind.startswith("string") or context.get("field_type") == "Value" else "items"
