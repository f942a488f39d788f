"""Open an exhibition: from here on ballots are issued, and votes are taken."""

from services.evidence.domain.errors import Conflict
from services.evidence.domain.exhibitions import Change, asked_of, check_may_open, decide_open
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.exhibiting import held_exhibition, questions_of
from services.evidence.ports import District


async def open_exhibition(change: Change, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before. The key that votes are sealed with is made first,
    and what fixes it stands in the record before anybody votes.

    Raises NotFound, Conflict, StaleVersion, Invalid, Mismatch, NotNow where the questions cannot be read,
    VaultUnavailable and LedgerUnavailable.
    """
    exhibition = await held_exhibition(change.exhibition, actor, district)
    check_may_open(exhibition, change)
    if exhibition.opened is not None:
        asked, commitment = exhibition.opened.asked, exhibition.opened.commitment
    else:
        if exhibition.plan.questions is None:
            raise Conflict("The plan names no questions: there is nothing to vote on.", reason="no-questions")
        asked = asked_of(exhibition.plan.works, await questions_of(exhibition.plan.questions, district.documents))
        commitment = (await district.boxes.made(change.exhibition)).commitment
    command = decide_open(change, asked, commitment, tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)
