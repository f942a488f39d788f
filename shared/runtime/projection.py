"""What a projection is: a fold over the ledger's entries and a mapping to its own tables.

A service composes several (access, definitions, its own) into one projector, which applies a batch to all of them
in one transaction, fenced by the watermark. See `shared.runtime.projector`.
"""

from collections.abc import Sequence
from typing import Protocol

import asyncpg

from shared.ledger.entry import Entry


class Projection(Protocol):
    """Applies entries to its tables. It never sees an entry twice: the projector filters by owner and position."""

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Fetch what applying these entries needs from elsewhere (documents), before the transaction opens.

        May be called again for the same entries. Raises what its source raises; the batch is then tried again later,
        for an unreachable service is no fault of an entry.
        """
        ...

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Bring the tables up to date with these entries of one ledger, within a transaction.

        They may be of several shards: those of a shard in position order, and all of an owner are of one shard.

        An exception other than the database's own troubles means that an entry cannot be handled: the projector then
        finds the owner at fault, quarantines it, and applies everyone else's.
        """
        ...

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        """Drop what is stored of an owner, so that its entries can be applied again from the first (a release)."""
        ...


class Keeper(Protocol):
    """Keeps entries as they are, whatever becomes of their owners: what a quarantine holds back is kept too."""

    async def keep(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Keep these entries, of each shard consecutive ones, within the transaction that moves the watermarks on.

        Whatever is raised holds the shard; nothing in an entry may be a reason for it.
        """
        ...
