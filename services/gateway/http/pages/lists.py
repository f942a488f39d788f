"""Lists of the API as pages show them: several as one, a page at a time; or one whole, to choose from."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Query

from services.gateway.http.pages.asking import Asking
from services.gateway.http.visitors import Visitor
from shared.ledger.instants import instant

After = Annotated[str | None, Query(max_length=80)]
"""Where a page goes on: behind the last of the one before."""

MOST_PAGES = 20
"""Of a list that is read whole. What is to be chosen from more than that is no list to choose from."""


def going_on(after: str | None) -> dict[str, str]:
    """The query by which the API goes on there."""
    return {} if after is None else {"after": after}


def as_one(
    told: Sequence[Mapping[str, Any]], when: str, id_: str, most: int
) -> tuple[list[Mapping[str, Any]], str | None]:
    """The first `most` of several lists, each once, and where the next page goes on; None at the end.

    Each list is in the order of the moments `when` and then of ids, the latest first, begins at the same place, and has
    `most` entries unless it ends before.
    """
    found = {one[id_]: one for page in told for one in page["items"]}
    ordered = sorted(found.values(), key=lambda one: (instant(one[when]), one[id_]), reverse=True)
    shown = ordered[:most]
    if len(ordered) == len(shown) and not any(page["next"] for page in told):
        return shown, None
    return shown, f"{instant(shown[-1][when])}:{shown[-1][id_]}"


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
