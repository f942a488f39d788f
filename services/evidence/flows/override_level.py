"""Set a learner's level by a teacher's judgement, with a reason, whatever the evidence alone says."""

from services.evidence.domain.errors import NotFound
from services.evidence.domain.overriding import OverrideLevel, decide_level, learner_of, override_command
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.flows.gradable import check_competencies
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.recordable import check_recordable
from services.evidence.ports import District
from shared.contracts.events import decode
from shared.contracts.judgement import LevelOverridden
from shared.ledger.identifiers import shard_of
from shared.ledger.streams import learner_stream, override_stream
from shared.rulebook.policy import Policy


async def override_level(override: OverrideLevel, actor: str, district: District) -> Receipt:
    """The receipt of the judgement; repeated where this very request was done before.

    Raises NotFound (also where the caller may not record for this learner), Invalid, Gone, StaleVersion, Mismatch,
    VaultUnavailable and LedgerUnavailable.
    """
    await check_recordable(override.learner, actor, district, NotFound("learner", field="/learner"))
    await check_competencies([override.competency], district, where="/competency")
    level = decide_level(override, await _policy(override, district), now=district.now())
    refs = await keep_texts(override.learner, override.id, {"reason_ref": override.reason}, district)
    command = override_command(override, level, refs["reason_ref"], tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)


async def _policy(override: OverrideLevel, district: District) -> Policy | None:
    """The policy in force; of a judgement that was recorded before, the one that was in force then."""
    before = (await district.ledger.entries([override.id])).get(override.id)
    stream = override_stream(override.learner, override.competency)
    if before is not None and (before.stream, before.event) == (stream, "LevelOverridden"):
        return await district.definitions.policy(decode(before, LevelOverridden).policy)
    history = await district.ledger.stream(learner_stream(override.learner))
    learner = learner_of(override.learner, shard_of(district.tenant, override.learner), history)
    return await district.definitions.in_force(learner, override.competency)
