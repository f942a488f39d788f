"""Folds in a process of its own, so that the event loop goes on. It lives as long as one verification."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import wait
from typing import TypeVar

from services.audit.domain.refolding import Refolded, definitions_of, refold
from services.audit.domain.verification import VerificationError
from services.audit.ports import Task
from shared.ledger.entry import Entry
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.known import Known

_Result = TypeVar("_Result")


class RefoldingProcess:
    """A `Refolder`. Started by its first call; `close` ends it. It ends by itself where this process does."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _end_with_parent)

    async def use(self, entries: Sequence[Entry], contents: Mapping[str, bytes]) -> None:
        """Raises VerificationError where the definitions cannot be read."""
        await self._run(partial(_use, list(entries), dict(contents)))

    async def refold(self, tasks: Sequence[Task]) -> list[Refolded]:
        return await self._run(partial(_refold, list(tasks)))

    async def close(self) -> None:
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except BrokenProcessPool as error:
            raise VerificationError("The process that refolds has ended before its work was done.") from error


_definitions: Definitions = Definitions.of(())
"""Of the process that folds: what it folds under."""


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _use(entries: Sequence[Entry], contents: Mapping[str, bytes]) -> None:
    global _definitions  # noqa: PLW0603 - a process keeps what it was given
    _definitions = definitions_of(entries, contents)


def _refold(tasks: Sequence[Task]) -> list[Refolded]:
    return [
        refold(
            Learner(task.learner, task.shard),
            task.entries,
            task.shown,
            _definitions,
            Known(evidence=task.evidence, definitions=task.definitions),
        )
        for task in tasks
    ]
