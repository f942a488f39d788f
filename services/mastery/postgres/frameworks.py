"""The port `Frameworks`, from the documents that the definitions projection keeps."""

import asyncpg

from shared.rulebook.known import Known
from shared.rulebook.prerequisites import Prerequisites
from shared.runtime.definitions.latest_frameworks import LatestFrameworks


class PublishedFrameworks:
    """Made anew only where others are the latest known."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._graphs = LatestFrameworks(pool, Prerequisites.of)

    async def graph(self, known: Known) -> Prerequisites:
        """See `Frameworks.graph`."""
        return await self._graphs.known(known)
