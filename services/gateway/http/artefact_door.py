"""The door of `evidence` that gives files back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import structlog

from shared.runtime.problems import not_found, unavailable

_log = structlog.get_logger()


class ArtefactDoor:
    """Implements ports.Artefacts: `GET /artefacts/{ref}`, under a service token, for a person who is named."""

    def __init__(self, client: httpx.AsyncClient, token: Callable[[], str]) -> None:
        self._client, self._token = client, token

    @asynccontextmanager
    async def opened(self, person: str, ref: str) -> AsyncIterator[httpx.Response]:
        """See `Artefacts.opened`."""
        headers = {"Authorization": f"Bearer {self._token()}", "Accept-Encoding": "identity"}
        request = self._client.build_request("GET", f"/artefacts/{ref}", params={"person": person}, headers=headers)
        try:
            response = await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            _log.warning("a file cannot be had", service="evidence", error=type(error).__name__)
            raise _later() from error
        try:
            if response.status_code == 404:
                raise not_found("file, or it is not yours to see")
            if response.status_code != 200:
                _log.warning("a file cannot be had", service="evidence", status=response.status_code)
                raise _later()
            yield response
        finally:
            await response.aclose()


def _later() -> Exception:
    return unavailable("Files cannot be read at the moment; ask again soon.", retry_after=5)
