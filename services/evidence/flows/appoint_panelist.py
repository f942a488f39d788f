"""Appoint somebody to an exhibition's panel: a person with an account, or somebody who becomes known by her name."""

from services.evidence.domain.errors import Invalid
from services.evidence.domain.paneling import Appoint, decide_appoint
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.paneling import panel_held
from services.evidence.ports import District


async def appoint_panelist(appoint: Appoint, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before.

    Raises NotFound for who does not hold the exhibition, Conflict where it has no panel, Invalid, Mismatch,
    VaultUnavailable and LedgerUnavailable.
    """
    panel = await panel_held(appoint.exhibition, actor, district)
    if (appoint.panelist is None) == (appoint.name is None):
        raise Invalid("Give a panelist, by her id, or the name of somebody without an account.", field="/panelist")
    command = decide_appoint(panel, appoint, now=district.now(), tenant=district.tenant, actor=actor)
    if appoint.name is not None:
        await district.vault.keep_names({appoint.person: appoint.name})
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)
