"""Say who speaks for a learner, or no longer does."""

from services.evidence.domain.errors import Gone, NotFound
from services.evidence.domain.guardians import LinkGuardian, UnlinkGuardian, decide_link, decide_unlink
from services.evidence.domain.receipts import Receipt
from services.evidence.flows.define import define
from services.evidence.flows.recordable import FORGOTTEN
from services.evidence.ports import District


async def link_guardian(link: LinkGuardian, actor: str, district: District) -> Receipt:
    """The receipt; linking whom is linked already is no error.

    Raises NotFound for everyone but the administrators of the learner's school and of the district and where there is
    no such learner, Gone where she is forgotten, Invalid, Mismatch and LedgerUnavailable.
    """
    await _check_administrator(link.learner, actor, district)
    return await define(decide_link(link, tenant=district.tenant, actor=actor), district)


async def unlink_guardian(unlink: UnlinkGuardian, actor: str, district: District) -> Receipt:
    """The receipt; unlinking whom nobody linked is no error. Raises as linking does."""
    await _check_administrator(unlink.learner, actor, district)
    return await define(decide_unlink(unlink, tenant=district.tenant, actor=actor), district)


async def _check_administrator(learner: str, actor: str, district: District) -> None:
    if learner in await district.rights.administered(actor, [learner]):
        return
    if await district.forgettings.known_to(actor, [learner]):
        raise Gone(FORGOTTEN)
    raise NotFound("learner", field="/learner")
