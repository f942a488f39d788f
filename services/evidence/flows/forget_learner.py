"""Forget a learner: one administrator of the district asks, another approves, and the record of her is closed."""

from collections.abc import Sequence

from services.evidence.domain.errors import NotFound
from services.evidence.domain.forgetting import (
    ApproveForgetting,
    Forgetting,
    ForgettingState,
    RequestForgetting,
    decide_approval,
    request_command,
)
from services.evidence.domain.receipts import Receipt
from services.evidence.flows.define import define
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.ports import District
from shared.ledger.streams import learner_stream


async def request_forgetting(request: RequestForgetting, actor: str, district: District) -> Receipt:
    """The receipt of the request; repeated where this very request was made before.

    Raises NotFound for everyone but the district's administrators and where there is no such learner, Gone where she
    is forgotten already, Mismatch, VaultUnavailable and LedgerUnavailable.
    """
    await _check_administrator(actor, district)
    if not await district.ledger.stream(learner_stream(request.learner)):  # before a text is kept for nobody
        raise NotFound("learner")
    refs = await keep_texts(request.learner, request.id, {"reason_ref": request.reason}, district)
    command = request_command(request, refs.get("reason_ref"), tenant=district.tenant, actor=actor)
    return await define(command, district)


async def approve_forgetting(approval: ApproveForgetting, actor: str, district: District) -> Receipt:
    """The receipt of the approval, by which nothing more is recorded of the learner. Her key is destroyed after it.

    Raises NotFound for everyone but the district's administrators, Conflict for who made the request, Invalid where
    there is none, Gone where she is forgotten already, Mismatch and LedgerUnavailable.
    """
    await _check_administrator(actor, district)
    history = await district.ledger.stream(learner_stream(approval.learner))
    if not history:
        raise NotFound("learner")
    return await define(decide_approval(approval, history, tenant=district.tenant, actor=actor), district)


async def forgettings(
    state: ForgettingState | None, after: str | None, limit: int, reader: str, district: District
) -> Sequence[Forgetting]:
    """The requests to forget somebody, the oldest first, those after `after`. Raises NotFound as above."""
    await _check_administrator(reader, district)
    return await district.forgettings.listed(state, after, limit)


async def _check_administrator(person: str, district: District) -> None:
    if not await district.rights.is_administrator(person, "district"):
        raise NotFound("learner")
