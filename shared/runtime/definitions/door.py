"""Documents over `evidence`'s service door."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import httpx

Fetch: TypeAlias = Callable[[str], Awaitable[bytes]]
"""Gives the canonical bytes of the document with a digest. Raises what `shared.runtime.trouble` calls a trouble where
its source does not answer, or does not have it (yet): whatever is published exists.
"""


def documents_from(client: httpx.AsyncClient, url: str, token: Callable[[], str]) -> Fetch:
    """A Fetch from `GET {url}/documents/{digest}`; `token` gives a service token for `evidence`."""
    base = url.rstrip("/")

    async def fetch(digest: str) -> bytes:
        response = await client.get(f"{base}/documents/{digest}", headers={"Authorization": f"Bearer {token()}"})
        response.raise_for_status()
        return response.content

    return fetch
