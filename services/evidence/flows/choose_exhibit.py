"""A learner chooses a version of a work of hers to be shown in her portfolio, and says why."""

from services.evidence.domain.errors import Invalid, NotFound
from services.evidence.domain.exhibits import ChooseExhibit, decide_choice
from services.evidence.domain.receipts import Receipt
from services.evidence.flows.curate import curate
from services.evidence.flows.gradable import check_competencies
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.working import work_known
from services.evidence.ports import District
from shared.contracts.values import Contract
from shared.rulebook.curated import Curated


async def choose_exhibit(choose: ChooseExhibit, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before. The exhibit has the id of its event.

    For the learner alone. Raises NotFound for everyone else, Invalid where the version is none of a work of hers or a
    competency is unknown, Conflict where it is shown already, StaleVersion, Gone, Mismatch, VaultUnavailable and
    LedgerUnavailable.
    """
    if actor != choose.learner:
        raise NotFound("learner")
    work = await _work(choose, district)
    await check_competencies(choose.competencies, district, where="/competencies/{}")

    async def decide(known: Curated) -> Contract:
        decide_choice(choose, work, known, reason_ref=None)
        refs = await keep_texts(choose.learner, choose.id, {"reason_ref": choose.reason}, district)
        return decide_choice(choose, work, known, reason_ref=refs.get("reason_ref"))

    return await curate(choose, decide, actor, district)


async def _work(choose: ChooseExhibit, district: District) -> str:
    """The work that the version is of. Raises Invalid where it is none of the learner's."""
    version = (await district.ledger.entries([choose.version])).get(choose.version)
    if version is not None and version.event == "WorkVersionAdded":
        work = await work_known(version.owner, district.ledger)
        if choose.learner in work.members:
            return work.id
    raise Invalid("version must name a version of a work of which the learner is a member.", field="/version")
