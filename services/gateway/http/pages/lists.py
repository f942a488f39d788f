"""Lists of the API as pages show them: a page at a time, or whole, to choose from."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query

from services.gateway.http.pages.asking import Asking
from services.gateway.http.visitors import Visitor

After = Annotated[str | None, Query(max_length=80)]
"""Where a page goes on: behind the last of the one before."""

MOST_PAGES = 20
"""Of a list that is read whole. What is to be chosen from more than that is no list to choose from."""


def going_on(after: str | None) -> dict[str, str]:
    """The query by which the API goes on there."""
    return {} if after is None else {"after": after}


async def whole(asking: Asking, visitor: Visitor, path: str, name: str) -> list[Mapping[str, Any]]:
    """All of a list, page by page. Raises as `Asking.read` does."""
    found: list[Mapping[str, Any]] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        told = await asking.read(visitor, path, limit="100", **going_on(after))
        found += told[name]
        if told["next"] is None:
            break
        after = str(told["next"])
    return found
