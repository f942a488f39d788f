"""The door of `evidence` that gives texts and names back."""

from collections.abc import Callable, Sequence

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from services.gateway.domain.disclosures import Revealed, RevealedName, RevealedText
from shared.contracts.values import Digest, Id
from shared.runtime.calling import ServiceClient, bearing
from shared.runtime.problems import unavailable
from shared.runtime.trouble import UnavailableError

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

    def __init__(self, evidence: ServiceClient, token: Callable[[], str]) -> None:
        self._evidence, self._token = evidence, token

    async def reveal(self, person: str, texts: Sequence[str], names: Sequence[str]) -> Revealed:
        """See `Reveals.reveal`. What was not asked for is dropped, whatever the door says."""
        asked = {"person": person, "texts": list(texts), "names": list(names)}
        try:
            told = await self._evidence.ask("POST", "/reveal", json=asked, headers=bearing(self._token()))
            answer = _Revealed.model_validate_json(told.accepted.content)
        except (UnavailableError, ValidationError) as error:
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
