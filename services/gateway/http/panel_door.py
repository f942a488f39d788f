"""The door of `evidence` that tells whoever holds an exhibition which of its panelists have no account."""

from collections.abc import Callable

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.contracts.values import Id
from shared.ledger.instants import Instant
from shared.runtime.problems import unavailable

_log = structlog.get_logger()


class _Guests(BaseModel):
    model_config = ConfigDict(frozen=True)

    guests: dict[Id, int | None]


class PanelDoor:
    """Implements ports.Panels: `POST /panels/guests`, under a service token, for a person who is named."""

    def __init__(self, client: httpx.AsyncClient, token: Callable[[], str]) -> None:
        self._client, self._token = client, token

    async def guests(self, by: str, exhibition: str) -> dict[str, Instant | None] | None:
        """See `Panels.guests`."""
        asked = {"person": by, "exhibition": exhibition}
        try:
            response = await self._client.post(
                "/panels/guests", json=asked, headers={"Authorization": f"Bearer {self._token()}"}
            )
            if response.status_code == 404:
                return None
            response.raise_for_status()
            return _Guests.model_validate_json(response.content).guests
        except (httpx.HTTPError, ValidationError) as error:
            _log.warning("a panel cannot be asked for", service="evidence", error=type(error).__name__)
            raise unavailable("Who is on the panel is not known at the moment; ask again soon.") from error
