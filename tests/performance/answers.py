"""Entries such as a district's real ones, for measuring."""

from uuid import NAMESPACE_OID, uuid5

from shared.contracts.bodies import AttemptRecorded, Result
from shared.contracts.events import encode
from shared.ledger.entry import Entry
from tests.support.corner import Corner


async def grown(corner: Corner, owners: int, each: int) -> list[Entry]:
    """Append `each` attempts of so many learners to the corner's ledger."""
    skill = str(uuid5(NAMESPACE_OID, "skill"))
    entries = []
    learners = [str(uuid5(NAMESPACE_OID, f"learner {n}")) for n in range(owners)]
    for _ in range(each):
        for learner in learners:
            result = Result(competency=skill, earned="3.5", possible="4")
            body = AttemptRecorded(learner=learner, task=skill, purpose="performance", results=(result,))
            entries.append(corner.ledger.make(learner, encode(body)))
    for first in range(0, len(entries), 20_000):
        await corner.ledger.append(entries[first : first + 20_000])
    return entries
