"""The doors of `evidence` that tell which panelists of an exhibition have no account, and whether one sits on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

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


class _Seat(BaseModel):
    model_config = ConfigDict(frozen=True)

    sits: bool


class PanelDoor:
    """Implements ports.Panels: `POST /panels/guests` and `/panels/seat`, under a service token."""

    def __init__(self, client: httpx.AsyncClient, token: Callable[[], str]) -> None:
        self._client, self._token = client, token

    async def guests(self, by: str, exhibition: str) -> dict[str, Instant | None] | None:
        """See `Panels.guests`."""
        with _answering():
            response = await self._asked("guests", {"person": by, "exhibition": exhibition})
            if response.status_code == 404:
                return None
            response.raise_for_status()
            return _Guests.model_validate_json(response.content).guests

    async def sits(self, panelist: str, exhibition: str) -> bool:
        """See `Panels.sits`."""
        with _answering():
            response = await self._asked("seat", {"panelist": panelist, "exhibition": exhibition})
            response.raise_for_status()
            return _Seat.model_validate_json(response.content).sits

    async def _asked(self, door: str, body: dict[str, str]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token()}"}
        return await self._client.post(f"/panels/{door}", json=body, headers=headers)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, ValidationError) as error:
        _log.warning("a panel cannot be asked for", service="evidence", error=type(error).__name__)
        raise unavailable("Who is on the panel is not known at the moment; ask again soon.") from error
