"""What the gateway's flows need of the world."""

from typing import Protocol

from services.gateway.domain.personal_tokens import PersonalToken
from shared.ledger.instants import Instant


class PersonalTokens(Protocol):
    """The personal tokens that there are. A token itself is never here, only its digest."""

    async def add(self, token: PersonalToken, digest: str) -> bool:
        """Keep a new one. False, with nothing done, where its id is taken."""
        ...

    async def use(self, digest: str, at: Instant) -> str | None:
        """The person whose unrevoked token has this digest, None where there is none; notes when it was used."""
        ...

    async def of_person(self, person: str) -> list[PersonalToken]:
        """A person's tokens, revoked ones too, the newest first."""
        ...

    async def revoke(self, person: str, id_: str, at: Instant) -> bool:
        """Revoke a person's token for good; repeatable. False where the person has none of this id."""
        ...


class MintsAccessTokens(Protocol):
    def mint(self, person: str) -> str:
        """An access token of the person's."""
        ...
