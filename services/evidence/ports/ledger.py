"""The record: appended to and read, and how far what follows from it has come."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from services.evidence.domain.commands import Command, Outcome
from shared.ledger.entry import Entry
from shared.runtime.shards import Shard


class Ledger(Protocol):
    """The record. Appends are durable when they return; entries are never changed."""

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        """One outcome a command, in order. Commands of one call are judged in order, so a later one sees the former.

        An expectation or guard that does not hold is found before a stream that is closed, and both only after the
        ids: a known id answers Repeated or Mismatch whatever else is asked. The same request has the same type, owner,
        stream, occurred_at and body in each event, and as many events; who acts and what is expected may differ.
        Whoever expects something of evidence/{id} names its owner: under another one it is absent, and refuses events.

        Raises LedgerUnavailable where the outcome is not known (the connection broke): the caller may retry under
        the same ids. Raises LedgerBusy where nothing was appended, and ValueError for a command that is
        malformed (ids, sizes); then nothing of the call was appended either.
        """
        ...

    async def entries(self, ids: Sequence[str]) -> dict[str, Entry]:
        """The entries that have these event ids, by id; unknown ids are left out."""
        ...

    async def stream(self, name: str) -> list[Entry]:
        """The entries of a stream in version order; empty where there is none."""
        ...

    async def since(self, owner: str, position: int) -> list[Entry]:
        """The entries of an owner of evidence after a position, in order."""
        ...

    async def closed(self, streams: Mapping[str, str]) -> set[str]:
        """Those that are closed of these streams of evidence, which are given by their names with their owners."""
        ...


class LedgerUnavailable(Exception):  # noqa: N818 - named for what is so, as the flows tell it
    """The database did not answer: whether the command was appended is not known until it is sent again."""


class LedgerBusy(Exception):  # noqa: N818 - as above
    """More is under way than the ledger takes on at a time: nothing was appended."""


class Applied(Protocol):
    """The service's own projections, and how far they have come."""

    async def reached(self, pins: Mapping[Shard, int]) -> bool:
        """Wait until the projections have come to these positions; False where they had not after 5 s."""
        ...
