"""Where somebody is led once what she did is recorded: a page that says so, and that has seen it."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import RedirectResponse

Done = Annotated[str | None, Query(max_length=40)]
"""What was done, by a word for which a template has a sentence; for any other it has none."""

Seen = Annotated[str | None, Query(max_length=200, pattern=r"[a-z]+:\d+:\d+")]
"""The position that must be seen by now."""


def led_on(path: str, done: str, receipt: Mapping[str, Any] | None = None, place: str = "") -> RedirectResponse:
    """On to a page, at a place of it. What the receipt tells of is seen there, or waited for."""
    seen = "" if receipt is None else "&seen={ledger}:{shard}:{position}".format_map(receipt["position"])
    return RedirectResponse(f"{path}?done={done}{seen}{place and '#'}{place}", 303)


def at_least(seen: str | None) -> dict[str, str]:
    """The query by which the API waits for it."""
    return {} if seen is None else {"at_least": seen}
