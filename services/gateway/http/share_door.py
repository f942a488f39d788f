"""The door of `evidence` by which shares are opened."""

from collections.abc import Callable
from typing import Any

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from services.gateway.ports import OpenedShare
from shared.contracts.values import Id
from shared.runtime.problems import unavailable

_log = structlog.get_logger()


class _Opened(BaseModel):
    model_config = ConfigDict(frozen=True)

    share: Id
    learners: tuple[Id, ...]
    shown: dict[str, Any]


class ShareDoor:
    """Implements ports.Shares, under a service token. Nothing that is logged has a secret or its digest in it."""

    def __init__(self, client: httpx.AsyncClient, token: Callable[[], str]) -> None:
        self._client, self._token = client, token

    async def open(self, share: str, token: str) -> OpenedShare | None:
        """See `Shares.open`."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        try:
            answer = await self._client.post("/shares/open", json={"share": share, "token": token}, headers=headers)
            if answer.status_code == 404:
                return None
            answer.raise_for_status()
            opened = _Opened.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            _log.warning("shares cannot be had", service="evidence", error=type(error).__name__)
            raise unavailable("What is shared cannot be read at the moment; ask again soon.") from None
        return OpenedShare(opened.share, opened.learners, opened.shown)
