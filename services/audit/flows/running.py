"""Runs verifications and audits in the background, one after another, each to a written end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from services.audit.domain.errors import BusyError
from services.audit.domain.verification import INTERRUPTED, PHASES, State, Verification, VerificationError
from services.audit.flows.audit_grades import audit_grades
from services.audit.flows.findings import Findings
from services.audit.flows.verify import MakeRefolder, Witnesses, verify
from services.audit.ports import Verifications

MOST_WAITING = 20
"""Verifications that may wait for their turn."""

FAULT = "a fault of ours; audit's log has it"


class Running:
    """The verifications of one process. `fault` is told of what should not have been."""

    def __init__(
        self,
        verifications: Verifications,
        witnesses: Witnesses,
        make_refolder: MakeRefolder,
        fault: Callable[[BaseException], None],
    ) -> None:
        self._verifications, self._witnesses = verifications, witnesses
        self._make_refolder, self._fault = make_refolder, fault
        self._turns = {"grade": asyncio.Lock(), "more": asyncio.Lock()}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, verification: Verification) -> bool:
        """Keep it and run it when its turn comes. False where its id is known already. Raises BusyError."""
        if len(self._tasks) > MOST_WAITING:
            raise BusyError
        if not await self._verifications.begin(verification):
            return False
        task = asyncio.create_task(self._run(verification))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def stop(self) -> None:
        """Interrupt what runs; each is written down as failed."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=3)

    async def _run(self, verification: Verification) -> None:
        subject = verification.subject
        async with self._turns["more" if subject.grade is None else "grade"]:  # one grade waits for no whole district
            findings = Findings(self._verifications, verification.id, PHASES[subject.kind])
            try:
                await self._verified(verification, findings)
                state: State = "different" if findings.found else "equal"
                await self._verifications.end(verification.id, state, None)
            except asyncio.CancelledError:
                with suppress(Exception):
                    await asyncio.wait_for(self._verifications.end(verification.id, "failed", INTERRUPTED), 2)
                raise
            except BaseExceptionGroup as group:
                await self._failed(verification.id, _first(group))
            except Exception as error:  # noqa: BLE001 - whatever it is, the verification ends
                await self._failed(verification.id, error)

    async def _verified(self, verification: Verification, findings: Findings) -> None:
        refolder = self._make_refolder()
        try:
            work = audit_grades if verification.subject.kind == "grades" else verify
            await work(verification.subject, self._witnesses, refolder, findings)
            await findings.write()
        finally:
            await refolder.close()

    async def _failed(self, id_: str, error: BaseException) -> None:
        reason = str(error) if isinstance(error, VerificationError) else FAULT
        if not isinstance(error, VerificationError):
            self._fault(error)
        with suppress(Exception):  # the database may be what failed; then the verification is found interrupted
            await self._verifications.end(id_, "failed", reason)


def _first(error: BaseException) -> BaseException:
    """The first real error within groups of them."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
