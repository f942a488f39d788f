"""Sweeps files that no text names: handed in for a version that never came, or cut off while they came."""

import asyncio

import structlog

from services.evidence.artefacts.tables import ArtefactTables
from services.evidence.ports import ArtefactStore, ArtefactsUnavailable
from services.evidence.vault.sweep import AGE, EVERY, RETRY
from shared.runtime.trouble import is_trouble

PAGE = 200

_log = structlog.get_logger()


class ArtefactSweep:
    """The worker, after that of the texts: a text that was swept names no file any more. Several may run."""

    def __init__(self, tables: ArtefactTables, store: ArtefactStore, *, age: float = AGE) -> None:
        self._tables, self._store, self._age = tables, store, age

    async def run(self) -> None:
        """Sweep again and again, until cancelled."""
        while True:
            try:
                swept = await self.sweep()
            except Exception as error:
                if not (is_trouble(error) or isinstance(error, ArtefactsUnavailable)):
                    raise
                _log.warning("files are not swept at the moment", error=error)
                await asyncio.sleep(RETRY)
                continue
            if swept:
                _log.info("files that nothing names were swept", count=swept)
            await asyncio.sleep(EVERY)

    async def sweep(self) -> int:
        """Remove every file that is old enough and that nothing names; how many these were."""
        swept = 0
        while lost := await self._tables.lost(older=self._age, limit=PAGE):
            gone = [await self._tables.sweep(key, self._store.remove, older=self._age) for key in lost]
            swept += sum(gone)
            if not any(gone):
                break
        return swept
