"""The door of `evidence` that gives texts and names back."""

from collections.abc import Callable, Sequence

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from services.gateway.domain.disclosures import Revealed, RevealedName, RevealedText
from shared.contracts.values import Digest, Id
from shared.runtime.problems import unavailable

_log = structlog.get_logger()


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Text(_Answer):
    ref: Digest
    text: str
    learners: list[Id]


class _Name(_Answer):
    person: Id
    given: str
    family: str
    learner: bool


class _Revealed(_Answer):
    texts: list[_Text]
    names: list[_Name]


class EvidenceDoor:
    """Implements ports.Reveals: `POST /reveal`, under a service token, for a person who is named."""

    def __init__(self, client: httpx.AsyncClient, token: Callable[[], str]) -> None:
        self._client, self._token = client, token

    async def reveal(self, person: str, texts: Sequence[str], names: Sequence[str]) -> Revealed:
        """See `Reveals.reveal`. What was not asked for is dropped, whatever the door says."""
        asked = {"person": person, "texts": list(texts), "names": list(names)}
        try:
            response = await self._client.post(
                "/reveal", json=asked, headers={"Authorization": f"Bearer {self._token()}"}
            )
            response.raise_for_status()
            answer = _Revealed.model_validate_json(response.content)
        except (httpx.HTTPError, ValidationError) as error:
            _log.warning("the texts cannot be had", service="evidence", error=type(error).__name__)
            raise unavailable("The names and texts cannot be read at the moment; ask again soon.") from error
        return Revealed(
            texts={item.ref: RevealedText(item.text, item.learners) for item in answer.texts if item.ref in texts},
            names={
                item.person: RevealedName(item.given, item.family, item.learner)
                for item in answer.names
                if item.person in names
            },
        )
