"""Folds in a process of its own, so that the event loop goes on. It lives as long as one verification.

Parent and child exchange pickled messages over the child's standard input and output, each after its length. The child
ends when its input does, so it never outlives who started it. It imports the pure rooms alone, and starts in a moment.
"""

import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.audit.domain.auditing import Audited, audit_words
from services.audit.domain.defining import definitions_of
from services.audit.domain.grades import words_of
from services.audit.domain.refolding import Refolded, refold
from services.audit.domain.verification import VerificationError
from services.audit.ports import GradeTask, Task
from shared.ledger.entry import Entry
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.known import Known
from shared.runtime.child import Child, ChildEndedError, answer


class RefoldingProcess:
    """A `Refolder`. Started by its first call, or by `start` before it; `close` ends it.

    Raises VerificationError where the child has ended, ChildError where it cannot do what is asked.
    """

    def __init__(self) -> None:
        self._child = Child(__name__)

    async def start(self) -> None:
        await self._child.start()

    async def use(self, entries: Sequence[Entry], contents: Mapping[str, bytes]) -> None:
        await self._asked("use", (list(entries), dict(contents)))

    async def refold(self, tasks: Sequence[Task]) -> list[Refolded]:
        refolded: list[Refolded] = await self._asked("refold", list(tasks))
        return refolded

    async def audit(self, tasks: Sequence[GradeTask]) -> list[list[Audited]]:
        audited: list[list[Audited]] = await self._asked("audit", list(tasks))
        return audited

    async def close(self) -> None:
        await self._child.close()

    async def _asked(self, what: str, of: object) -> Any:
        try:
            return await self._child.ask(what, of)
        except ChildEndedError as error:
            raise VerificationError("The process that refolds has ended before its work was done.") from error


class Folding:
    """The child's side: the definitions that it was given, and what it can be asked."""

    def __init__(self) -> None:
        self._definitions = Definitions.of(())
        self._asked: Mapping[str, Callable[[Any], Any]] = {
            "use": self._use,
            "refold": self._refold,
            "audit": self._audit,
        }

    def serve(self) -> None:
        answer(self._asked, sys.stdin.buffer, sys.stdout.buffer)

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
    Folding().serve()
