"""What the flows of `evidence` need of the world, as protocols."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from services.evidence.domain.adopting import Adoption
from services.evidence.domain.commands import Command, Outcome
from services.evidence.domain.documents import ReadDocument
from services.evidence.domain.recording import Criteria
from services.evidence.domain.roster_known import KnownRoster, Session
from services.evidence.domain.texts import KeptText, Name, NewText
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.runtime.shards import Shard


class Ledger(Protocol):
    """The record. Appends are durable when they return; entries are never changed."""

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        """One outcome a command, in order. Commands of one call are judged in order, so a later one sees the former.

        An expectation or guard that does not hold is found before a stream that is closed, and both only after the
        ids: a known id answers Repeated or Mismatch whatever else is asked. The same request has the same type, owner,
        stream, occurred_at and body in each event, and as many events; who acts and what is expected may differ.
        Whoever expects something of evidence/{id} names its owner: under another one it is absent, and refuses events.

        Raises LedgerUnavailable where the outcome is not known (the connection broke): the caller may retry under
        the same ids. Raises LedgerBusy where nothing was appended, and ValueError for a command that is
        malformed (ids, sizes); then nothing of the call was appended either.
        """
        ...

    async def entries(self, ids: Sequence[str]) -> dict[str, Entry]:
        """The entries that have these event ids, by id; unknown ids are left out."""
        ...

    async def stream(self, name: str) -> list[Entry]:
        """The entries of a stream in version order; empty where there is none."""
        ...


class LedgerUnavailable(Exception):  # noqa: N818 - named for what is so, as the flows tell it
    """The database did not answer: whether the command was appended is not known until it is sent again."""


class LedgerBusy(Exception):  # noqa: N818 - as above
    """More is under way than the ledger takes on at a time: nothing was appended."""


class Rights(Protocol):
    """Who may do what, from relations. `shared.runtime.access` answers; default deny."""

    async def may_see(self, person: str, learner: str) -> bool:
        """Whether a person may see what is recorded of a learner."""
        ...

    async def recordable(self, person: str, learners: Sequence[str]) -> set[str]:
        """The learners among these for whom a person may record and correct evidence."""
        ...

    async def is_administrator(self, person: str, scope: str) -> bool:
        """Whether a person administers `district` or `school/{id}`; the district's administrators do both."""
        ...

    async def visible(self, person: str, learners: Sequence[str]) -> set[str]:
        """The learners among these that a person may see."""
        ...

    async def gradable(self, person: str, course: str, learners: Sequence[str]) -> set[str]:
        """The learners among these whom a person may grade in a course: as a teacher of a current section of that
        course in which they are, or as an administrator.
        """
        ...

    async def is_guardian(self, person: str, learner: str) -> bool:
        """Whether a person is a guardian of a learner."""
        ...

    async def members(self, scope: str) -> list[str]:
        """The learners enrolled in `section/{id}` or `school/{id}`, in ascending order."""
        ...


class Vault(Protocol):
    """Texts and names, encrypted under keys of their owners that lie in a database of their own (DESIGN §3).

    Every method raises VaultUnavailable where the keys or the texts cannot be reached.
    """

    async def keep(self, texts: Sequence[NewText]) -> list[str]:
        """Keep texts, durably; their references, in order: 64 hex digits each.

        The same text of the same owner, event and field has the same reference for ever, so an honest retry stores
        nothing new. Raises Gone where an owner's key is destroyed. Texts that no event comes to refer to within a day
        are swept.
        """
        ...

    async def texts(self, refs: Collection[str]) -> Mapping[str, KeptText]:
        """The texts that these references name; those unknown, swept or no longer to be decrypted are left out."""
        ...

    async def keep_names(self, names: Mapping[str, Name]) -> None:
        """Keep people's names, by person; a later one replaces an earlier one. The forgotten are passed over."""
        ...

    async def names(self, people: Collection[str]) -> Mapping[str, Name]:
        """The names of these people, where they are known and not forgotten."""
        ...

    async def destroy(self, owner: str) -> None:
        """Destroy an owner's key and whatever was encrypted under it, for ever; none is made again. Repeatable."""
        ...


class VaultUnavailable(Exception):  # noqa: N818 - named for what is so, as the flows tell it
    """The vault or its keys did not answer; the same may be asked again."""


class Definitions(Protocol):
    """What the published documents say, as far as the service's own projection has come. What is known stays so."""

    async def competencies(self, ids: Collection[str]) -> Collection[str]:
        """The ids among these that a published framework holds."""
        ...

    async def rubrics(self, digests: Collection[str]) -> Mapping[str, Criteria]:
        """The published rubrics among these."""
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

    async def known(
        self, *, orgs: Collection[str], sessions: Collection[str], sections: Collection[str], people: Collection[str]
    ) -> KnownRoster:
        """All that is known of these. Raises NotNow where the projections are too far behind to tell."""
        ...


class Applied(Protocol):
    """The service's own projections, and how far they have come."""

    async def reached(self, pins: Mapping[Shard, int]) -> bool:
        """Wait until the projections have come to these positions; False where they had not after 5 s."""
        ...


@dataclass(frozen=True, slots=True)
class District:
    """The one district that a process serves: its name, its clock, and the ports. Given to every flow."""

    tenant: str
    zone: ZoneInfo
    roster_key: bytes
    now: Callable[[], Instant]
    ledger: Ledger
    rights: Rights
    definitions: Definitions
    documents: Documents
    roster: Roster
    applied: Applied
    vault: Vault
