"""Documents over `evidence`'s service door."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from shared.runtime.calling import ServiceClient, bearing

Fetch: TypeAlias = Callable[[str], Awaitable[bytes]]
"""Gives the canonical bytes of the document with a digest. Raises what `shared.runtime.trouble` calls a trouble where
its source does not answer, or does not have it (yet): whatever is published exists.
"""


def documents_from(evidence: ServiceClient, token: Callable[[], str]) -> Fetch:
    """A Fetch from `GET /documents/{digest}`; `token` gives a service token for `evidence`."""

    async def fetch(digest: str) -> bytes:
        headers = bearing(token())
        return (await evidence.ask("GET", f"/documents/{digest}", headers=headers)).accepted.content

    return fetch
