"""Versions that do not serve go when somebody is forgotten: nobody applies anything to them, so they would keep her."""

from collections.abc import Sequence

import asyncpg

from shared.ledger.entry import Entry
from shared.runtime.forgetting import forgetting_among


class OtherVersionsGo:
    """A `Keeper` of the version that serves; whoever fills another one has none.

    In the transaction that forgets, so that no moment is without either. A version that is being filled at the moment
    stays: it comes to the forgetting by itself. Raises asyncpg's LockNotAvailableError while others read one (a backup
    does): then the shard waits, and it is tried again.
    """

    async def keep(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """See `Keeper.keep`."""
        if forgetting_among(entries) is not None:
            await connection.execute("SELECT projection.drop_other_versions()")
