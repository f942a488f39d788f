"""Sweeps files that no text names: handed in for a version that never came, or cut off while they came."""

import structlog

from services.evidence.artefacts.store import ArtefactStore
from services.evidence.artefacts.tables import ArtefactTables
from services.evidence.vault.sweep import AGE, EVERY, RETRY
from shared.runtime.stepping import each, keep_stepping

_log = structlog.get_logger()


class ArtefactSweep:
    """The worker, after that of the texts: a text that was swept names no file any more. Several may run."""

    def __init__(self, tables: ArtefactTables, store: ArtefactStore, *, age: float = AGE) -> None:
        self._tables, self._store, self._age = tables, store, age

    async def run(self) -> None:
        """Sweep again and again, until cancelled. What fails is tried again later, and told."""
        await keep_stepping(self._step, poll=EVERY, waits="files wait to be swept", longest=RETRY)

    async def sweep(self) -> int:
        """Remove every file that is old enough and that nothing names; how many these were.

        One that cannot be removed keeps no other back: what it raised is raised once all were tried.
        """
        await self._tables.settle_named()
        gone = await each(await self._tables.lost(older=self._age), self._remove)
        return sum(gone)

    async def _step(self) -> bool:
        swept = await self.sweep()
        if swept:
            _log.info("files that nothing names were swept", count=swept)
        return False

    async def _remove(self, key: str) -> bool:
        return await self._tables.sweep(key, self._store.remove, older=self._age)
