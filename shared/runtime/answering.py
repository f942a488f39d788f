"""Answers in JSON, and those that are one reader's alone."""

from collections.abc import Iterable
from typing import Any

import orjson
from fastapi import Response

from shared.rulebook.as_of import pins_text
from shared.rulebook.known import Pin


def json_answer(document: Any, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, headers, media_type="application/json")


def private_answer(document: Any, pins: Iterable[Pin], headers: dict[str, str] | None = None) -> Response:
    """An answer that says how far it sees, and that nobody between keeps for the next one."""
    own = {"Ascertain-Position": pins_text(pins), "Cache-Control": "private, no-store"}
    return json_answer(document, own | (headers or {}))
