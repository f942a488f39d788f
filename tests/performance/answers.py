"""Entries such as a district's real ones, for measuring; and how figures are printed."""

import sys
from collections.abc import Iterable
from uuid import NAMESPACE_OID, uuid5

from shared.contracts.bodies import AttemptRecorded, Result
from shared.contracts.events import encode
from shared.ledger.entry import Entry
from tests.performance import Figure
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


def printed(figures: Iterable[Figure]) -> None:
    for figure in figures:
        sys.stdout.write(
            f"{figure.name:<30} {figure.value:>9,.0f} {figure.unit}   {figure.ratio:.2f} × {figure.limit_name}"
            f" ({figure.limit_value:,.0f})\n"
        )
