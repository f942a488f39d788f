"""The door of `evidence` by which shares are opened."""

from collections.abc import Callable
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from services.gateway.ports import OpenedShare
from shared.contracts.values import Id
from shared.runtime.calling import ServiceClient, bearing
from shared.runtime.problems import unavailable
from shared.runtime.trouble import UnavailableError

_log = structlog.get_logger()


class _Opened(BaseModel):
    model_config = ConfigDict(frozen=True)

    share: Id
    learners: tuple[Id, ...]
    shown: dict[str, Any]


class ShareDoor:
    """Implements ports.Shares, under a service token. Nothing that is logged has a secret or its digest in it."""

    def __init__(self, evidence: ServiceClient, token: Callable[[], str]) -> None:
        self._evidence, self._token = evidence, token

    async def open(self, share: str, token: str) -> OpenedShare | None:
        """See `Shares.open`."""
        asked = {"share": share, "token": token}
        try:
            answer = await self._evidence.ask("POST", "/shares/open", json=asked, headers=bearing(self._token()))
            if answer.status == 404:
                return None
            opened = _Opened.model_validate_json(answer.accepted.content)
        except (UnavailableError, ValidationError) as error:
            _log.warning("shares cannot be had", service="evidence", error=type(error).__name__)
            raise unavailable("What is shared cannot be read at the moment; ask again soon.") from None
        return OpenedShare(opened.share, opened.learners, opened.shown)
