"""Start a work: its members begin something, alone or together."""

from collections.abc import Container

from services.evidence.domain.commands import Outcome, Refused
from services.evidence.domain.errors import Gone, Invalid, NotFound, Refusal
from services.evidence.domain.judging import check_instant
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.domain.works import StartWork, check_members, decide_start
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.ports import District


async def start_work(start: StartWork, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before. The work has the id of its event.

    Raises NotFound where the caller may not record for a member who is neither she nor, where she is a member herself,
    a classmate of hers, or where a member is unknown; Gone where one is forgotten of whom she may know; Invalid,
    Mismatch, VaultUnavailable and LedgerUnavailable.
    """
    others = [member for member in start.members if member != actor]
    known = {actor, *(await district.rights.recordable(actor, others) if others else ())}
    further = [member for member in others if member not in known]
    if further:
        mates = await district.rights.classmates(actor, further) if actor in start.members else set[str]()
        if strangers := [member for member in further if member not in mates]:
            for gone in await district.forgettings.known_to(actor, strangers):
                raise _gone(start, gone)
        check_members(start.members, known | mates)
    check_instant(start.occurred_at, district.now())
    refs = await keep_texts(start.id, start.id, {"title_ref": start.title}, district)
    command = decide_start(start, title_ref=refs.get("title_ref"), tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    refusal = _refused(start, outcome, known)
    if refusal is not None:
        raise refusal
    return receipt(command, outcome)


def _refused(start: StartWork, outcome: Outcome, known: Container[str]) -> Refusal | None:
    """What to tell where the ledger refused it for somebody's sake: a member's, or one whose id the work was given.

    That a classmate is forgotten, whom the relations do not know of yet, is told only of those who are `known`.
    """
    if not isinstance(outcome, Refused):
        return None
    learner = outcome.stream.removeprefix("learner/")
    if learner not in start.members:
        return Invalid("The id of a work must be new; this one is a learner's.", field="/id")
    if outcome.state == "absent" or learner not in known:
        return NotFound("learner", field=f"/members/{start.members.index(learner)}")
    return _gone(start, learner)


def _gone(start: StartWork, member: str) -> Gone:
    field = f"/members/{start.members.index(member)}"
    return Gone(f"The member {member} is forgotten; start the work without her.", field=field)
