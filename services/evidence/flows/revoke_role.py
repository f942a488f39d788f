"""Take a role within a scope from a person."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.receipts import Receipt
from services.evidence.domain.roles import RevokeRole, decide_revoke
from services.evidence.flows.define import define
from services.evidence.ports import District


async def revoke_role(revoke: RevokeRole, actor: str, district: District) -> Receipt:
    """The receipt; taking what nobody had is no error. Raises NotFound as granting does, Mismatch."""
    if not await district.rights.is_administrator(actor, "district"):
        raise NotFound("scope", field="/scope")
    return await define(decide_revoke(revoke, tenant=district.tenant, actor=actor), district)
