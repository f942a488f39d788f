"""Who speaks for whom, as a roster's `agentSourcedIds` say it.

Only what changes from one roster to the next changes something. So a link that no roster ever named stays until an
administrator ends it, and one that an administrator ended is not made again by the next night's roster, which says
what the last one said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.evidence.domain.roster_known import KnownRoster
from services.evidence.domain.roster_reading import Reading
from services.evidence.domain.roster_rows import Rows, UserRow
from shared.contracts.learners import GuardianLinked, GuardianUnlinked

ROLES = frozenset({"guardian", "parent", "relative"})
"""The roles of OneRoster whose bearers are guardians here."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a request says of one learner's guardians: these are; of those `unheard` there is no row in it."""

    guardians: frozenset[str]
    unheard: frozenset[str]


class Agents:
    """The people in a request's rows of users, as far as they may be somebody's guardians."""

    def __init__(self, rows: Rows, reading: Reading) -> None:
        self._reading = reading
        users = {reading.id("user", row.sourced_id): row for _, row in rows.users}
        self._present = frozenset(users)
        self._guardians = frozenset(id_ for id_, row in users.items() if row.is_active and row.role in ROLES)
        self.left = frozenset(id_ for id_, row in users.items() if not row.is_active)

    def of(self, row: UserRow) -> Said | None:
        """What a learner's row says; None where it says nothing of agents."""
        named = row.agents()
        if named is None or not row.is_active or row.role in ROLES:
            return None
        agents = frozenset(self._reading.id("user", name) for name in named)
        return Said(agents & self._guardians, agents - self._present)


def guardians_now(said: Said, before: frozenset[str]) -> frozenset[str]:
    """What rosters have said of a learner's guardians, this one included: of whom it has no row, that stays."""
    return said.guardians | (said.unheard & before)


def guardian_changes(
    learner: str, before: frozenset[str], after: frozenset[str], linked: frozenset[str]
) -> Iterator[GuardianLinked | GuardianUnlinked]:
    """What a change of what rosters say changes in the record, given who is linked there."""
    for guardian in sorted(after - before - linked - {learner}):
        yield GuardianLinked(learner=learner, guardian=guardian)
    for guardian in sorted((before - after) & linked):
        yield GuardianUnlinked(learner=learner, guardian=guardian)


def bereft(agents: Agents, known: KnownRoster) -> Mapping[str, frozenset[str]]:
    """The learners of whom rosters named a guardian who has left, by what is then said of them."""
    return {
        learner: guardians - agents.left
        for learner, guardians in known.said_guardians.items()
        if not guardians.isdisjoint(agents.left)
    }
