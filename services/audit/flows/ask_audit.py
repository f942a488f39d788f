"""Asking for an audit of one grade, or of all of the district's."""

from dataclasses import dataclass
from typing import Protocol

from services.audit.domain.errors import NotFoundError
from services.audit.domain.verification import Subject, Verification
from services.audit.flows.ask_verification import AskVerification, Start, ask_verification
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

    Raises NotFoundError (also where it is not the person's to ask), BusyError, OtherRequestError.
    """
    learner = None if asked.grade is None else await _learner(asked.grade, grades)
    subject = Subject(learner, "grades", asked.grade)
    again = AskVerification(asked.id, subject, asked.person, asked.now)
    return await ask_verification(again, rights, verifications, start)


async def _learner(event: str, grades: Grades) -> str:
    """Whose grade it is. Waited for where it may just have been released: the copy follows the ledger."""
    entry = await grades.of_grade(event)
    if entry is None:
        await catch_up(grades.reached, await grades.heads(), patience=PATIENCE)
        entry = await grades.of_grade(event)
    if entry is None:
        raise NotFoundError("grade")
    return entry.owner
