"""Appoint somebody to an exhibition's panel: a person with an account, or somebody who becomes known by her name."""

from services.evidence.domain.errors import Invalid
from services.evidence.domain.paneling import Appoint, decide_appoint
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.paneling import panel_held, panel_known
from services.evidence.ports import District
from shared.runtime.shards import Shard


async def appoint_panelist(appoint: Appoint, actor: str, district: District) -> Receipt:
    """The receipt, once her name and her seat are known to whoever reads next; repeated where this very request was
    done before.

    Raises NotFound for who does not hold the exhibition, Conflict where it has no panel, Invalid, Mismatch,
    VaultUnavailable and LedgerUnavailable.
    """
    panel = await panel_held(appoint.exhibition, actor, district)
    if (appoint.panelist is None) == (appoint.name is None):
        raise Invalid("Give a panelist, by her id, or the name of somebody without an account.", field="/panelist")
    await _check_no_others_guest(appoint, district)
    command = decide_appoint(panel, appoint, now=district.now(), tenant=district.tenant, actor=actor)
    await _keep_name(appoint, district)
    [outcome] = await district.ledger.append([command])
    answer = receipt(command, outcome)
    await district.applied.reached({Shard(answer.ledger, answer.shard): answer.position})
    return answer


async def _check_no_others_guest(appoint: Appoint, district: District) -> None:
    """Raise Invalid where she became known by another exhibition's panel: her pass is for that one alone."""
    if appoint.panelist is None:
        return
    for exhibition in await district.rights.panels(appoint.panelist):
        panel = await panel_known(exhibition, district) if exhibition != appoint.exhibition else None
        known = None if panel is None else panel.panelists.get(appoint.panelist)
        if known is not None and known.is_guest:
            raise Invalid(
                "She is a guest of another exhibition; appoint her by her name.",
                field="/panelist",
                reason="guest-elsewhere",
            )


async def _keep_name(appoint: Appoint, district: District) -> None:
    """Keep the name of whom the appointment makes known, before it is told of anybody. A name that is there is never
    replaced: the request may be another's, of another exhibition, and be refused.
    """
    if appoint.name is not None and not await district.vault.names([appoint.person]):
        await district.vault.keep_names({appoint.person: appoint.name})
