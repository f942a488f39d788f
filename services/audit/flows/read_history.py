"""Reading a learner's history from the audit's own copy: who, when, under which policy, and what voided it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.audit.domain.errors import ForgottenError, NotFoundError
from services.audit.domain.history import Passage, told
from services.audit.ports import Rights
from shared.ledger.entry import Entry
from shared.ledger.identifiers import shard_of
from shared.rulebook.definitions import Definitions
from shared.runtime.shards import Shard


class Archive(Protocol):
    """The copy, as a reader of histories needs it."""

    async def page_of_owner(self, owner: str, after: int, limit: int) -> list[Entry]: ...

    async def context_of_owner(self, owner: str) -> list[Entry]: ...

    async def reached(self) -> dict[Shard, int]: ...

    async def adopted(self) -> Definitions:
        """The definitions as far as they have come."""
        ...


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Passages in order of position, as far as the shard and the definitions had come (`as_of`)."""

    passages: Sequence[Passage]
    as_of: dict[Shard, int]


async def read_history(  # noqa: PLR0913 - a page of one learner, for one person
    learner: str, person: str, after: int, limit: int, *, tenant: str, rights: Rights, archive: Archive
) -> HistoryPage:
    """The learner's entries above position `after`, at most `limit`.

    Raises NotFoundError where nothing is recorded of the learner, or it is not the person's to see; ForgottenError
    where she is forgotten, but for the district's administrators and auditors, who see entries that tell of nobody.
    """
    if not await rights.may_see(person, learner):
        raise NotFoundError("learner")
    shard, definitions = Shard("evidence", shard_of(tenant, learner)), Shard("definitions", 0)
    reached = await archive.reached()
    page = await archive.page_of_owner(learner, after, limit)
    if not page and not after:
        raise NotFoundError("learner")
    context = await archive.context_of_owner(learner)
    if any(entry.event == "LearnerForgotten" for entry in context) and not await rights.may_verify_all(person):
        raise ForgottenError("This learner is forgotten.")
    passages = told(learner, shard.number, page, context, await archive.adopted())
    return HistoryPage(passages, {one: reached.get(one, 0) for one in (definitions, shard)})
