"""Asking for an audit of one grade, or of all of the district's."""

from dataclasses import dataclass
from typing import Protocol

from services.audit.domain.errors import ForgottenError, NotFoundError
from services.audit.domain.verification import Subject, Verification
from services.audit.flows.ask_verification import AskVerification, Start, ask_verification, find_verification
from services.audit.flows.catching_up import catch_up
from services.audit.ports import Rights, Verifications
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.runtime.shards import Shard

PATIENCE = 2.0
"""Seconds that a grade is waited for which the copy does not have yet."""


class Grades(Protocol):
    """What the copy knows of grades, and how far it and the ledger are."""

    async def of_grade(self, event: str) -> Entry | None:
        """The entry with this id, if it says something of a grade."""
        ...

    async def is_forgotten(self, learner: str) -> bool:
        """Whether the learner is forgotten."""
        ...

    async def reached(self) -> dict[Shard, int]: ...

    async def heads(self) -> dict[Shard, int]: ...


@dataclass(frozen=True, slots=True)
class AskAudit:
    """`person` asks, at `now`, under an id of this request's; of the `grade` of this event, or of all where None."""

    id: str
    grade: str | None
    person: str
    now: Instant


async def ask_audit(
    asked: AskAudit, rights: Rights, grades: Grades, verifications: Verifications, start: Start
) -> Verification:
    """Begin an audit; asked again under the same id, the one that was begun then.

    Raises NotFoundError (also where it is not the person's to ask), ForgottenError, BusyError, OtherRequestError.
    """
    learner = None if asked.grade is None else await _learner(asked.grade, grades)
    await _check_remembered(learner, asked.person, rights, grades)
    subject = Subject(learner, "grades", asked.grade)
    again = AskVerification(asked.id, subject, asked.person, asked.now)
    return await ask_verification(again, rights, verifications, start)


async def find_audit(
    id_: str, person: str, rights: Rights, grades: Grades, verifications: Verifications
) -> Verification:
    """How an audit stands. Raises NotFoundError, also where it is not the person's to see; ForgottenError."""
    found = await find_verification(id_, person, rights, verifications, "grades")
    await _check_remembered(found.subject.learner, person, rights, grades)
    return found


async def _check_remembered(learner: str | None, person: str, rights: Rights, grades: Grades) -> None:
    """Of a learner who is forgotten, the district's own people alone are told what the bare entries come to."""
    if learner is None or not await grades.is_forgotten(learner):
        return
    if not await rights.may_see(person, learner):
        raise NotFoundError("grade")
    if not await rights.may_verify_all(person):
        raise ForgottenError("This learner is forgotten.")


async def _learner(event: str, grades: Grades) -> str:
    """Whose grade it is. Waited for where it may just have been released: the copy follows the ledger."""
    entry = await grades.of_grade(event)
    if entry is None:
        await catch_up(grades.reached, await grades.heads(), patience=PATIENCE)
        entry = await grades.of_grade(event)
    if entry is None:
        raise NotFoundError("grade")
    return entry.owner
