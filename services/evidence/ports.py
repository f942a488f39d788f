"""What the flows of `evidence` need of the world, as protocols."""

from collections.abc import Sequence
from typing import Protocol

from services.evidence.domain.commands import Command, Outcome
from shared.ledger.entry import Entry


class Ledger(Protocol):
    """The record. Appends are durable when they return; entries are never changed."""

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        """One outcome a command, in order. Commands of one call are judged in order, so a later one sees the former.

        Raises LedgerUnavailable where the outcome is not known (the connection broke): the caller may retry under
        the same ids.
        """
        ...

    async def entries(self, ids: Sequence[str]) -> dict[str, Entry]:
        """The entries that have these event ids, by id; unknown ids are left out."""
        ...

    async def stream(self, name: str) -> list[Entry]:
        """The entries of a stream in version order; empty where there is none."""
        ...


class LedgerUnavailable(Exception):  # noqa: N818 - named for what is so, as the flows tell it
    """The database did not answer: whether the command was appended is not known until it is sent again."""
