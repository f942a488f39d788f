"""Issue ballots: so many tokens for a role, which are told to whoever prints them and are kept nowhere."""

from dataclasses import dataclass

from services.evidence.domain.ballots import IssueBallots, ballot_of, check_may_issue, decide_issue
from services.evidence.domain.errors import Conflict
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.exhibiting import held_exhibition
from services.evidence.ports import District


@dataclass(frozen=True, slots=True)
class Issued:
    """The tokens of a request's ballots, and the receipt of the first event."""

    tokens: tuple[str, ...]
    receipt: Receipt


async def issue_ballots(issue: IssueBallots, actor: str, district: District) -> Issued:
    """The tokens, the same again for the same request of the same person: they are made of both and of the
    exhibition's secret. Somebody else's request is a mismatch, whoever else may hold the exhibition.

    Raises NotFound, Conflict unless the exhibition is open (also for ballots that were issued before it was closed: by
    then nobody needs them), Invalid, Mismatch, VaultUnavailable and LedgerUnavailable.
    """
    exhibition = await held_exhibition(issue.exhibition, actor, district)
    check_may_issue(exhibition, issue)
    box = await district.boxes.known(issue.exhibition)
    if box is None:
        raise Conflict("The exhibition is closed.", reason="exhibition-closed")
    tokens = tuple(box.token(issue.id, actor, n) for n in range(issue.count))
    command = decide_issue(issue, [ballot_of(token) for token in tokens], tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    return Issued(tokens, receipt(command, outcome))
