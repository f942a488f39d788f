"""The doors of `evidence` that tell which panelists of an exhibition have no account, and whether one sits on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.contracts.values import Id
from shared.ledger.instants import Instant
from shared.runtime.calling import Answer, ServiceClient, bearing
from shared.runtime.problems import unavailable
from shared.runtime.trouble import UnavailableError

_log = structlog.get_logger()


class _Guests(BaseModel):
    model_config = ConfigDict(frozen=True)

    guests: dict[Id, int | None]


class _Seat(BaseModel):
    model_config = ConfigDict(frozen=True)

    sits: bool


class PanelDoor:
    """Implements ports.Panels: `POST /panels/guests` and `/panels/seat`, under a service token."""

    def __init__(self, evidence: ServiceClient, token: Callable[[], str]) -> None:
        self._evidence, self._token = evidence, token

    async def guests(self, by: str, exhibition: str) -> dict[str, Instant | None] | None:
        """See `Panels.guests`."""
        with _answering():
            answer = await self._asked("guests", {"person": by, "exhibition": exhibition})
            if answer.status == 404:
                return None
            return _Guests.model_validate_json(answer.accepted.content).guests

    async def sits(self, panelist: str, exhibition: str) -> bool:
        """See `Panels.sits`."""
        with _answering():
            answer = await self._asked("seat", {"panelist": panelist, "exhibition": exhibition})
            return _Seat.model_validate_json(answer.accepted.content).sits

    async def _asked(self, door: str, body: dict[str, str]) -> Answer:
        return await self._evidence.ask("POST", f"/panels/{door}", json=body, headers=bearing(self._token()))


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (UnavailableError, ValidationError) as error:
        _log.warning("a panel cannot be asked for", service="evidence", error=type(error).__name__)
        raise unavailable("Who is on the panel is not known at the moment; ask again soon.") from error
