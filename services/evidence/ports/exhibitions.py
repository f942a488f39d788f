"""Exhibitions, their ballots, and the secrets that seal votes."""

from collections.abc import Sequence
from typing import Protocol

from services.evidence.domain.ballots import Found
from services.evidence.domain.exhibitions import Opened
from shared.ledger.entry import Entry


class BallotBox(Protocol):
    """The secret of one exhibition: what its votes are sealed with, and its tokens made of."""

    @property
    def commitment(self) -> str:
        """What fixes the key before anybody votes, as `ExhibitionOpened` has it."""
        ...

    @property
    def key(self) -> str:
        """The key that opens every vote, 64 hex digits: shown to nobody before the tally."""
        ...

    def token(self, request: str, actor: str, n: int) -> str:
        """The n-th token, from 0, of a request for ballots by this person: always the same; 32 hex digits.

        Who sends the request of somebody else gets others: nobody learns tokens that another printed.
        """
        ...

    def vote(self, ballot: str) -> str:
        """The id of a ballot's vote, which nobody can foresee and so occupy."""
        ...

    def tally(self) -> str:
        """The id of the tally, as unforeseeable."""
        ...

    def audience(self, work: str, member: str) -> str:
        """The id of what a member of a work is told of the audience, as unforeseeable."""
        ...

    def seal(self, ballot: str, answers: bytes) -> str:
        """A ballot's answers, sealed: always the same for the same, and as long as they are."""
        ...

    def opened(self, ballot: str, sealed: str) -> bytes:
        """The answers of a ballot. Raises ValueError where they were not sealed by this."""
        ...


class BallotBoxes(Protocol):
    """The secrets of exhibitions, kept with the owners' keys and nowhere else.

    Every method raises VaultUnavailable where they cannot be reached.
    """

    async def made(self, exhibition: str) -> BallotBox:
        """The exhibition's, made where it has none. Raises Conflict where it is destroyed."""
        ...

    async def known(self, exhibition: str) -> BallotBox | None:
        """The exhibition's; None where none was made, or it is destroyed."""
        ...

    async def kept(self) -> Sequence[str]:
        """The exhibitions whose secrets are not destroyed: open ones, and closed ones whose votes are being counted."""
        ...

    async def destroy(self, exhibition: str) -> None:
        """Destroy the exhibition's, for ever. Repeatable."""
        ...


class Exhibitions(Protocol):
    """What the ledger holds of exhibitions. Every method raises LedgerUnavailable."""

    async def ballot(self, ballot: str) -> Found | None:
        """The ballot of this digest, as its stream is at this moment."""
        ...

    async def opened(self, exhibition: str) -> Opened | None:
        """What an exhibition was opened with; None where it was not yet."""
        ...

    async def told(self, exhibition: str, events: Sequence[str]) -> list[Entry]:
        """The entries of an exhibition that are these events, in order: of its panel, without a thousand ballots."""
        ...
