"""Make a link by which somebody without an account sees some exhibits, for a while; and end it."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.receipts import Receipt
from services.evidence.domain.sharing import (
    RevokeShare,
    SharePortfolio,
    check_expiry,
    decide_revocation,
    decide_share,
    shown_by,
)
from services.evidence.flows.curate import curate
from services.evidence.ports import District
from shared.contracts.values import Contract
from shared.ledger.identifiers import shard_of
from shared.ledger.links import secret_of, token_of
from shared.rulebook.curated import Curated


async def share_portfolio(share: SharePortfolio, actor: str, district: District) -> tuple[Receipt, str]:
    """The receipt, and the link's secret: given to this request alone, and again where it is sent again.

    For the learner, or a guardian of hers. Raises NotFound for everyone else, Invalid, Conflict where there is nothing
    to share, StaleVersion, Gone, Mismatch, VaultUnavailable and LedgerUnavailable.
    """
    await _check_speaks_for(share.learner, actor, district)
    secret = secret_of(share.id, await district.vault.seed(share.learner, share.id))

    async def decide(known: Curated) -> Contract:
        if not await district.ledger.entries([share.id]):  # sent again, time may have passed since
            check_expiry(share, district.now())
        exhibits = shown_by(share, known)
        versions = await district.ledger.entries([exhibit.version for exhibit in exhibits])
        shard = shard_of(district.tenant, share.learner)
        return decide_share(share, known, versions, shard=shard, token=token_of(secret))

    return await curate(share, decide, actor, district), secret


async def revoke_share(revoke: RevokeShare, actor: str, district: District) -> Receipt:
    """The receipt; from then on nobody sees anything by the link.

    For the learner, a guardian of hers, and whoever administers her school. Raises NotFound for everyone else and where
    there is no such share, Conflict where it was revoked before, Gone, Mismatch and LedgerUnavailable.
    """
    if revoke.learner not in await district.rights.administered(actor, [revoke.learner]):
        await _check_speaks_for(revoke.learner, actor, district)

    async def decide(known: Curated) -> Contract:
        return decide_revocation(revoke, known)

    return await curate(revoke, decide, actor, district)


async def _check_speaks_for(learner: str, actor: str, district: District) -> None:
    if actor != learner and not await district.rights.is_guardian(actor, learner):
        raise NotFound("learner")
