"""Asking for a verification or an audit, and for how one stands."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from services.audit.domain.errors import NotFoundError, OtherRequestError
from services.audit.domain.verification import PHASES, Kind, Phase, Subject, Verification
from services.audit.ports import Rights, Verifications
from shared.ledger.instants import Instant

Start = Callable[[Verification], Coroutine[Any, Any, bool]]
"""Begins to run a verification; False where its id is known already. Raises BusyError."""


@dataclass(frozen=True, slots=True)
class AskVerification:
    """`person` asks, at `now`, under an id made for this request (the same for a repeated one)."""

    id: str
    subject: Subject
    person: str
    now: Instant


async def ask_verification(
    asked: AskVerification, rights: Rights, verifications: Verifications, start: Start
) -> Verification:
    """Begin a verification; asked again under the same id, the one that was begun then.

    Raises NotFoundError (also where it is not the person's to ask), BusyError, OtherRequestError.
    """
    await _check(asked.subject, asked.person, rights)
    begun = Verification(
        *(asked.id, asked.subject, asked.person, "running", asked.now, None),
        *(tuple(Phase(name) for name in PHASES[asked.subject.kind]), 0, 0, None),
    )
    if await start(begun):
        return begun
    known = await verifications.find(asked.id)
    if known is None or (known.subject, known.asked_by) != (asked.subject, asked.person):
        raise OtherRequestError
    return known


async def find_verification(
    id_: str, person: str, rights: Rights, verifications: Verifications, kind: Kind = "record"
) -> Verification:
    """How a verification, or an audit of grades, stands. Raises NotFoundError, also where it is not the person's."""
    name = "verification" if kind == "record" else "audit"
    verification = await verifications.find(id_)
    if verification is None or verification.subject.kind != kind:
        raise NotFoundError(name)
    await _check(verification.subject, person, rights, what=name)
    return verification


async def _check(subject: Subject, person: str, rights: Rights, what: str | None = None) -> None:
    if subject.learner is None:
        allowed, name = await rights.may_verify_all(person), "district"
    elif subject.kind == "grades":
        allowed, name = await rights.may_see(person, subject.learner), "grade"
    else:
        allowed, name = await rights.may_verify(person, subject.learner), "learner"
    if not allowed:
        raise NotFoundError(what or name)
