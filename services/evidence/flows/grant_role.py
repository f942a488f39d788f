"""Grant a person a role within a scope."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.receipts import Receipt
from services.evidence.domain.roles import GrantRole, decide_grant
from services.evidence.flows.define import define
from services.evidence.ports import District


async def grant_role(grant: GrantRole, actor: str, district: District) -> Receipt:
    """The receipt. Raises NotFound where the caller is no administrator of the district, Mismatch."""
    if not await district.rights.is_administrator(actor, "district"):
        raise NotFound("scope", field="/scope")
    return await define(decide_grant(grant, tenant=district.tenant, actor=actor), district)
