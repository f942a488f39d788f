"""Folds in a process of its own, so that the event loop goes on. It lives as long as one verification.

Parent and child exchange pickled messages over the child's standard input and output, each after its length. The child
ends when its input does, so it never outlives who started it. It imports the pure rooms alone, and starts in a moment.
"""

import asyncio
import gc
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from services.audit.domain.auditing import Audited, audit_words
from services.audit.domain.defining import definitions_of
from services.audit.domain.grades import words_of
from services.audit.domain.refolding import Refolded, refold
from services.audit.domain.verification import VerificationError
from services.audit.ports import GradeTask, Task
from shared.ledger.entry import Entry
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.known import Known

_ROOT = Path(__file__).parents[2]
_LENGTH = 8


class RefoldingError(Exception):
    """What the child could not do; the message is the kind of its error."""


class RefoldingProcess:
    """A `Refolder`. Started by its first call; `close` ends it."""

    def __init__(self) -> None:
        self._child: Process | None = None
        self._turn = asyncio.Lock()

    async def use(self, entries: Sequence[Entry], contents: Mapping[str, bytes]) -> None:
        await self._asked("use", (list(entries), dict(contents)))

    async def refold(self, tasks: Sequence[Task]) -> list[Refolded]:
        refolded: list[Refolded] = await self._asked("refold", list(tasks))
        return refolded

    async def audit(self, tasks: Sequence[GradeTask]) -> list[list[Audited]]:
        audited: list[list[Audited]] = await self._asked("audit", list(tasks))
        return audited

    async def close(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def _asked(self, what: str, of: object) -> Any:
        """Raises VerificationError where the child has ended, RefoldingError where it cannot do what is asked."""
        async with self._turn:
            try:
                child = self._child = self._child or await _started()
                assert child.stdin is not None
                assert child.stdout is not None
                message = await asyncio.to_thread(pickle.dumps, (what, of), pickle.HIGHEST_PROTOCOL)
                child.stdin.write(len(message).to_bytes(_LENGTH) + message)
                await child.stdin.drain()
                length = int.from_bytes(await child.stdout.readexactly(_LENGTH))
                done, result = pickle.loads(await child.stdout.readexactly(length))  # noqa: S301 - of our own child
            except (OSError, EOFError) as error:
                raise VerificationError("The process that refolds has ended before its work was done.") from error
        if not done:
            raise RefoldingError(result)
        return result


async def _started() -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", __name__),
        stdin=PIPE,
        stdout=PIPE,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )


class Folding:
    """The child's side: the definitions that it was given, and what it can be asked."""

    def __init__(self) -> None:
        self._definitions = Definitions.of(())
        self._asked: Mapping[str, Callable[[Any], Any]] = {
            "use": self._use,
            "refold": self._refold,
            "audit": self._audit,
        }

    def serve(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        """Answer one message after the other until the input ends."""
        while header := incoming.read(_LENGTH):
            what, of = pickle.loads(incoming.read(int.from_bytes(header)))  # noqa: S301 - of our own parent
            try:
                answer: tuple[bool, Any] = (True, self._asked[what](of))
            except Exception as error:  # noqa: BLE001 - the parent is to know, whatever it is
                answer = (False, type(error).__qualname__)
            message = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
            outgoing.write(len(message).to_bytes(_LENGTH) + message)
            outgoing.flush()

    def _use(self, of: tuple[Sequence[Entry], Mapping[str, bytes]]) -> None:
        self._definitions = definitions_of(*of)

    def _refold(self, tasks: Sequence[Task]) -> list[Refolded]:
        return [self._of(task) for task in tasks]

    def _audit(self, tasks: Sequence[GradeTask]) -> list[list[Audited]]:
        return [self._grades_of(task) for task in tasks]

    def _grades_of(self, task: GradeTask) -> list[Audited]:
        words = words_of(task.entries, task.asked)
        learner, told = Learner(task.learner, task.shard), task.asked is not None
        return audit_words(learner, task.entries, words, self._definitions, told=told)

    def _of(self, task: Task) -> Refolded:
        known = Known(evidence=task.evidence, definitions=task.definitions)
        return refold(Learner(task.learner, task.shard), task.entries, task.shown, self._definitions, known)


if __name__ == "__main__":
    gc.disable()  # nothing here refers back to what refers to it, and looking for that costs as much as folding
    Folding().serve(sys.stdin.buffer, sys.stdout.buffer)
