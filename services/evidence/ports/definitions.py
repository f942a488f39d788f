"""What documents and rosters say."""

from collections.abc import Collection, Mapping
from typing import Literal, Protocol

from services.evidence.domain.adopting import Adoption
from services.evidence.domain.documents import ReadDocument
from services.evidence.domain.judging import Criteria
from services.evidence.domain.roster_known import KnownRoster, Session
from services.evidence.domain.roster_outline import Outline, OutlinedSection
from shared.contracts.tasks import Moves, Task
from shared.rulebook.definitions import Learner
from shared.rulebook.policy import Policy


class Definitions(Protocol):
    """What the published documents say, as far as the service's own projection has come. What is known stays so."""

    async def competencies(self, ids: Collection[str]) -> Collection[str]:
        """The ids among these that a published framework holds."""
        ...

    async def named(self, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
        """Code and statement of these competencies, as the newest publication has them."""
        ...

    async def rubrics(self, digests: Collection[str]) -> Mapping[str, Criteria]:
        """The published rubrics among these."""
        ...

    async def moves(self, digests: Collection[str]) -> Mapping[str, Moves]:
        """The published lists of a seminar's moves among these."""
        ...

    async def task(self, task: str) -> Task | None:
        """The latest version of a task that was published; by its own id."""
        ...

    async def published(self, digest: str) -> str | None:
        """The format of a published document; None where there is none of this digest."""
        ...

    async def is_framework(self, framework: str) -> bool:
        """Whether a framework of this id was published."""
        ...

    async def adoptions(self, scope: str | None) -> list[Adoption]:
        """The adoptions in force, of one scope or of all, ordered by scope."""
        ...

    async def in_force(self, learner: Learner, competency: str) -> Policy | None:
        """The policy in force for a learner and a competency."""
        ...

    async def policy(self, digest: str) -> Policy | None:
        """A published policy, in force or not."""
        ...


class Documents(Protocol):
    """The bytes of documents. They are put here before the ledger says that they were published."""

    async def keep(self, document: ReadDocument) -> None:
        """Keep a document's bytes, and its framework's claim on its competencies. Repeatable.

        Raises Invalid where one of its competencies is another framework's.
        """
        ...

    async def read(self, digest: str) -> bytes | None:
        """The canonical bytes, or None."""
        ...


class Roster(Protocol):
    """What rosters have said so far: terms and organisations as sent, the rest as projected from the ledger."""

    async def remember(self, orgs: Mapping[str, str], sessions: Mapping[str, Session]) -> None:
        """Remember organisations' types and sessions' dates by their ids; a later word replaces an earlier one."""
        ...

    async def remember_guardians(self, said: Mapping[str, frozenset[str]]) -> None:
        """Remember whom rosters name as these learners' guardians now, in the place of what they said before.

        Of the forgotten nothing is remembered.
        """
        ...

    async def unknown(self, *, course: str, period: str) -> Literal["course", "period"] | None:
        """Which of the two no roster has named: a course with a section, an academic session. None where both are."""
        ...

    async def outline(self, schools: Collection[str] | None) -> Outline:
        """What is known of these schools, of all where None, as far as the projections have come."""
        ...

    async def outlined(self, section: str) -> OutlinedSection | None:
        """The same of one section; None where there is none."""
        ...

    async def known(
        self, *, orgs: Collection[str], sessions: Collection[str], sections: Collection[str], people: Collection[str]
    ) -> KnownRoster:
        """All that is known of these. Raises NotNow where the projections are too far behind to tell."""
        ...
