"""What each outcome of the ledger tells the client."""

import pytest

from services.evidence.domain.commands import (
    Appended,
    Command,
    Mismatch,
    NewEvent,
    Outcome,
    Placed,
    Refused,
    Repeated,
    Stale,
)
from services.evidence.domain.errors import AlreadyVoided, Conflict, Gone, NotFound, Refusal, StaleVersion
from services.evidence.domain.errors import Mismatch as SentBefore
from services.evidence.domain.receipts import Receipt, receipt, receipt_or_refusal

ID = "10000000-0000-4000-8000-000000000000"
EVENT = NewEvent(ID, "ascertain.AttemptRecorded", "urn:ascertain:AttemptRecorded:1", ID, f"evidence/{ID}", 1, b"{}")
COMMAND = Command(ID, ID, "evidence", (EVENT,))
PLACED = Placed(ID, f"evidence/{ID}", 17, 42, 1, 1_790_000_000_000)


@pytest.mark.parametrize(("outcome", "word"), [(Appended((PLACED,)), "appended"), (Repeated((PLACED,)), "repeated")])
def test_what_is_in_the_ledger_is_receipted(outcome: Outcome, word: str) -> None:
    told = receipt(COMMAND, outcome)
    assert (told.outcome, told.type, told.ledger) == (word, "AttemptRecorded", "evidence")
    assert (told.shard, told.position, told.version, told.recorded_at) == (17, 42, 1, 1_790_000_000_000)


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Stale(f"evidence/{ID}", 2), StaleVersion),
        (Mismatch(ID), SentBefore),
        (Refused(f"learner/{ID}", "absent"), NotFound),
        (Refused(f"learner/{ID}", "closed"), Gone),
        (Refused(f"evidence/{ID}", "closed"), AlreadyVoided),
        (Refused(f"evidence/{ID}", "absent"), NotFound),
        (Refused("policy/district", "closed"), Conflict),
    ],
)
def test_what_is_not_is_told_why(outcome: Outcome, kind: type[Refusal]) -> None:
    told = receipt_or_refusal(COMMAND, outcome)
    assert not isinstance(told, Receipt)
    assert type(told) is kind
    with pytest.raises(kind):
        receipt(COMMAND, outcome)
