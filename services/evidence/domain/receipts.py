"""What a client is given for what it handed in: a receipt, or the reason why not."""

from typing import Literal

import msgspec

from services.evidence.domain.commands import Appended, Command, Mismatch, Outcome, Refused, Repeated, Stale
from services.evidence.domain.errors import AlreadyVoided, Conflict, Gone, NotFound, Refusal, StaleVersion
from services.evidence.domain.errors import Mismatch as SentBefore
from shared.ledger.entry import TYPE_PREFIX, Entry
from shared.ledger.identifiers import Ledger
from shared.ledger.instants import Instant


class Receipt(msgspec.Struct, frozen=True):
    """An event is durably in the ledger at this place: since now (`appended`) or since before (`repeated`)."""

    id: str
    type: str
    stream: str
    version: int
    outcome: Literal["appended", "repeated"]
    ledger: Ledger
    shard: int
    position: int
    recorded_at: Instant


def receipt_or_refusal(command: Command, outcome: Outcome) -> Receipt | Refusal:
    """What the outcome of a command tells its client, of the command's first event."""
    match outcome:
        case Appended() | Repeated():
            return _receipt(command, outcome, 0)
        case Stale(stream, version):
            return StaleVersion(stream, version)
        case Mismatch(event_id):
            return SentBefore(
                f"The id {event_id}, sent or made from the Idempotency-Key, stands for another request already; "
                "send what differs under an id or a key of its own."
            )
        case Refused(stream, state):
            return _refused(stream, state)


def receipt(command: Command, outcome: Outcome) -> Receipt:
    """The receipt of a command. Raises the refusal where the outcome was one."""
    answer = receipt_or_refusal(command, outcome)
    if isinstance(answer, Refusal):
        raise answer
    return answer


def receipts(command: Command, outcome: Outcome) -> tuple[Receipt, ...]:
    """A receipt of each of a command's events, in order. Raises the refusal where the outcome was one."""
    if isinstance(outcome, Appended | Repeated):
        return tuple(_receipt(command, outcome, n) for n in range(len(command.events)))
    return (receipt(command, outcome),)


def recorded_receipt(entry: Entry) -> Receipt:
    """The receipt of an event that was recorded before."""
    return Receipt(
        id=entry.id,
        type=entry.event,
        stream=entry.stream,
        version=entry.version,
        outcome="repeated",
        ledger=entry.ledger,
        shard=entry.shard,
        position=entry.position,
        recorded_at=entry.recorded_at,
    )


def _receipt(command: Command, outcome: Appended | Repeated, n: int) -> Receipt:
    placed = outcome.events[n]
    return Receipt(
        id=placed.id,
        type=command.events[n].type.removeprefix(TYPE_PREFIX),
        stream=placed.stream,
        version=placed.version,
        outcome="appended" if isinstance(outcome, Appended) else "repeated",
        ledger=command.ledger,
        shard=placed.shard,
        position=placed.position,
        recorded_at=placed.recorded_at,
    )


def _refused(stream: str, state: str) -> Refusal:
    kind = stream.partition("/")[0]
    if kind == "learner":
        return NotFound("learner") if state == "absent" else Gone("This learner's record is closed.")
    if kind == "evidence":
        if state == "closed":
            return AlreadyVoided("This piece of evidence was voided, or another took its place, before.")
        return NotFound("piece of evidence")
    return Conflict(f"{stream} is {state}, which does not allow this.")
