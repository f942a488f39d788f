"""What a client is given for what it handed in: a receipt, or the reason why not."""

from dataclasses import dataclass
from typing import Literal

from services.evidence.domain.commands import Appended, Command, Mismatch, Outcome, Refused, Repeated, Stale
from services.evidence.domain.errors import AlreadyVoided, Conflict, Gone, NotFound, Refusal, StaleVersion
from services.evidence.domain.errors import Mismatch as SentBefore
from shared.ledger.entry import TYPE_PREFIX
from shared.ledger.identifiers import Ledger
from shared.ledger.instants import Instant


@dataclass(frozen=True, slots=True)
class Receipt:
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
        case Appended(events) | Repeated(events):
            first = events[0]
            return Receipt(
                id=first.id,
                type=command.events[0].type.removeprefix(TYPE_PREFIX),
                stream=first.stream,
                version=first.version,
                outcome="appended" if isinstance(outcome, Appended) else "repeated",
                ledger=command.ledger,
                shard=first.shard,
                position=first.position,
                recorded_at=first.recorded_at,
            )
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


def _refused(stream: str, state: str) -> Refusal:
    kind = stream.partition("/")[0]
    if kind == "learner":
        return NotFound("learner") if state == "absent" else Gone("This learner's record is closed.")
    if kind == "evidence":
        if state == "closed":
            return AlreadyVoided("This piece of evidence was voided before.")
        return NotFound("piece of evidence")
    return Conflict(f"{stream} is {state}, which does not allow this.")
