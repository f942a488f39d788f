"""The door of `evidence` that gives files back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import structlog

from shared.runtime.calling import ServiceClient, bearing
from shared.runtime.problems import not_found, unavailable
from shared.runtime.trouble import UnavailableError

_log = structlog.get_logger()


class ArtefactDoor:
    """Implements ports.Artefacts: `GET /artefacts/{ref}`, under a service token, for a person who is named."""

    def __init__(self, evidence: ServiceClient, token: Callable[[], str]) -> None:
        self._evidence, self._token = evidence, token

    @asynccontextmanager
    async def opened(self, person: str, ref: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """See `Artefacts.opened`."""
        asking = self._evidence.opened(f"/artefacts/{ref}", query={"person": person}, headers=bearing(self._token()))
        try:
            async with asking as answer:
                if answer.status == 404:
                    raise not_found("file, or it is not yours to see")
                if answer.status != 200:
                    _log.warning("a file cannot be had", service="evidence", status=answer.status)
                    raise _later()
                yield answer
        except UnavailableError as error:
            _log.warning("a file cannot be had", service="evidence", error=type(error).__name__)
            raise _later() from error


def _later() -> Exception:
    return unavailable("Files cannot be read at the moment; ask again soon.", retry_after=5)
