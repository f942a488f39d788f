"""What the gateway's flows need of the world."""

from collections.abc import Sequence
from typing import Protocol

from services.gateway.domain.disclosures import Disclosure, NotedDisclosure, Revealed
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


class Disclosures(Protocol):
    """The log of who was shown what of whom. It is only ever added to."""

    async def note(self, disclosures: Sequence[Disclosure]) -> None:
        """Write these down, all or none, durably when it returns: only then may be shown what they tell of.

        Raises `problems.unavailable` where that is not possible.
        """
        ...

    async def of_learner(self, learner: str, *, after: int | None, limit: int) -> list[NotedDisclosure]:
        """What was shown of a learner, the newest first; `after` is the number of the last one known."""
        ...


class Reveals(Protocol):
    async def reveal(self, person: str, texts: Sequence[str], names: Sequence[str]) -> Revealed:
        """Those of the texts and of the people's names that the person may read.

        Raises `problems.unavailable` where the service that keeps them does not answer.
        """
        ...


class DisclosureRights(Protocol):
    async def may_read_disclosures(self, person: str, learner: str) -> bool:
        """Whether the person may read who was shown what of the learner's."""
        ...
