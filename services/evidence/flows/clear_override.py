"""Clear a level that was set by judgement: from then on the evidence alone decides again."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.overriding import ClearOverride, check_clear, clear_command
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.recordable import check_recordable
from services.evidence.ports import District


async def clear_override(clear: ClearOverride, actor: str, district: District) -> Receipt:
    """The receipt of the clearing; repeated where this very request was done before.

    Raises NotFound (also where the caller may not record for this learner), Conflict where the level was cleared or
    replaced before, Gone, StaleVersion, Mismatch, VaultUnavailable and LedgerUnavailable.
    """
    missing = NotFound("override")
    entry = (await district.ledger.entries([clear.override])).get(clear.override)
    if entry is None or entry.event != "LevelOverridden":
        raise missing
    await check_recordable(entry.owner, actor, district, missing)
    override = check_clear(clear, await district.ledger.stream(entry.stream))
    refs = await keep_texts(entry.owner, clear.id, {"reason_ref": clear.reason}, district)
    command = clear_command(clear, override, refs.get("reason_ref"), tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)
