"""What the flows of `evidence` need of the world, as protocols."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Literal, Protocol
from zoneinfo import ZoneInfo

from services.evidence.domain.adopting import Adoption
from services.evidence.domain.ballots import Found
from services.evidence.domain.batches import Asked, Batch, Line, Progress
from services.evidence.domain.commands import Command, Outcome
from services.evidence.domain.documents import ReadDocument
from services.evidence.domain.exhibitions import Opened
from services.evidence.domain.files import KeptFile, NamedFile
from services.evidence.domain.forgetting import Forgetting, ForgettingState
from services.evidence.domain.judging import Criteria
from services.evidence.domain.roster_known import KnownRoster, Session
from services.evidence.domain.standing import LearnerStanding, Unreadable
from services.evidence.domain.texts import KeptText, Name, NewText
from shared.contracts.tasks import Moves, Task
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.rulebook.definitions import Learner
from shared.rulebook.policy import Policy, Scale
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

    async def since(self, owner: str, position: int) -> list[Entry]:
        """The entries of an owner of evidence after a position, in order."""
        ...

    async def closed(self, streams: Mapping[str, str]) -> set[str]:
        """Those that are closed of these streams of evidence, which are given by their names with their owners."""
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

    async def administered(self, person: str, learners: Sequence[str]) -> set[str]:
        """The learners among these whose school, or whose district, a person administers."""
        ...

    async def is_guardian(self, person: str, learner: str) -> bool:
        """Whether a person is a guardian of a learner."""
        ...

    async def may_publish(self, person: str) -> bool:
        """Whether a person teaches a current section or administers anything: then she may share tasks and rubrics."""
        ...

    async def taught(self, person: str) -> Collection[str]:
        """The current sections that a person teaches."""
        ...

    async def classmates(self, person: str, learners: Sequence[str]) -> set[str]:
        """The learners among these with whom a learner is in a current section."""
        ...

    async def exhibited(self, person: str, works: Sequence[str]) -> set[str]:
        """The works among these that an exhibition shows in which a person is a panelist now."""
        ...

    async def panels(self, person: str) -> list[str]:
        """The exhibitions on whose panels a person sits or sat, in ascending order."""
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

    async def seed(self, owner: str, event: str) -> bytes:
        """Twenty bytes that only this owner's key gives for an event, the same for ever; to make a secret of.

        Raises Forgotten where the key is destroyed.
        """
        ...

    async def destroy(self, owner: str) -> None:
        """Destroy an owner's key and whatever was encrypted under it, for ever; none is made again. Repeatable."""
        ...


class VaultUnavailable(Exception):  # noqa: N818 - named for what is so, as the flows tell it
    """The vault or its keys did not answer; the same may be asked again."""


class NoRoom(Exception):  # noqa: N818 - named for what is so, as the flows tell it
    """There is no room for a file; nothing of it was kept."""


class TooSlow(Exception):  # noqa: N818 - as above
    """A file did not come within the time that there is for one; nothing of it was kept."""


class ArtefactsUnavailable(Exception):  # noqa: N818 - as above
    """The store of files did not answer, or what lies in it is not what was kept."""


class ArtefactStore(Protocol):
    """Where files lie, sealed, each under a key that is used once. Raises ArtefactsUnavailable."""

    async def put(self, key: str, sealed: IO[bytes]) -> None:
        """Store a file, durably and whole, or nothing of it. Raises NoRoom."""
        ...

    def parts(self, key: str) -> AsyncIterator[bytes]:
        """A file's bytes, from the beginning; nothing where there is no such."""
        ...

    async def remove(self, key: str) -> None:
        """Remove a file, and what was left of one that never came whole. Repeatable."""
        ...


class Files(Protocol):
    """Files of works, encrypted under the works' keys. Raises VaultUnavailable and ArtefactsUnavailable."""

    async def receive(
        self, work: str, file: str, declared: str | None, parts: AsyncIterator[bytes], *, sender: str
    ) -> tuple[KeptFile, bool]:
        """Take a file as it comes, never whole into memory; as it is kept, and whether it is new.

        Raises Invalid where it is not taken or is not of the type `declared`, Mismatch where `file` names another
        one, Conflict where too many of the work, or too much of the sender's, wait to be named, Gone where the work's
        key is destroyed, NoRoom, TooSlow.
        One that no text comes to name within a day is swept.
        """
        ...

    async def known(self, work: str, files: Collection[str]) -> Mapping[str, KeptFile]:
        """Those of these files that came whole for this work. They wait another day for a version that names them."""
        ...

    async def name(self, named: Mapping[str, str]) -> None:
        """Note which texts, by their references, name which files, by their keys: before the texts' event."""
        ...

    async def settle(self, keys: Collection[str]) -> None:
        """Note that an event in the record names these files: they wait no more, and who sent them is not kept."""
        ...

    def content(self, work: str, file: NamedFile) -> AsyncIterator[bytes]:
        """A file's plain bytes, each part once it was found to be right. Raises NotFound where the key is destroyed."""
        ...

    async def remove(self, work: str) -> None:
        """Remove every file of a work. Repeatable."""
        ...


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


class Standings(Protocol):
    """Where learners stand, folded from the record itself under the definitions that the service has applied."""

    async def of(
        self, learners: Sequence[str], competencies: Collection[str]
    ) -> Mapping[str, LearnerStanding | Unreadable]:
        """The standing of each learner with these competencies, all read at one moment.

        Raises NotNow where the definitions are not completely applied, LedgerUnavailable.
        """
        ...

    async def scales(self, policies: Collection[str]) -> Mapping[str, Scale]:
        """The scales of the published policies among these digests."""
        ...


class Batches(Protocol):
    """Releases of many grades at once. Workers of the service preview and release; here they are asked for and read.

    Every method raises LedgerUnavailable where the database does not answer.
    """

    async def ask(self, batch: str, asked: Asked, learners: Sequence[str], actor: str) -> bool:
        """Ask for a batch of these learners; False where there is one of this id already."""
        ...

    async def find(self, batch: str) -> Batch | None:
        """The batch as it stands."""
        ...

    async def progress(self, batch: Batch) -> Progress:
        """How far the batch has come."""
        ...

    async def learners(self, batch: str) -> list[str]:
        """The batch's learners, in ascending order."""
        ...

    async def lines(self, batch: str, *, after: str | None, limit: int) -> list[Line]:
        """At most so many lines of the batch, by learner, those after one."""
        ...

    async def release(self, batch: str, *, actor: str, leave_out: Collection[str], not_theirs: Collection[str]) -> bool:
        """Let a held batch be released, without these and without those who are not the releaser's to grade.

        False where the batch is not held.
        """
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

    async def known(
        self, *, orgs: Collection[str], sessions: Collection[str], sections: Collection[str], people: Collection[str]
    ) -> KnownRoster:
        """All that is known of these. Raises NotNow where the projections are too far behind to tell."""
        ...


class BallotBox(Protocol):
    """The secret of one exhibition: what its votes are sealed with, and its tokens made of."""

    @property
    def commitment(self) -> str:
        """What fixes the key before anybody votes, as `ExhibitionOpened` has it."""
        ...

    @property
    def key(self) -> str:
        """The key that opens every vote, 64 hex digits: shown to nobody before the tally."""
        ...

    def token(self, request: str, actor: str, n: int) -> str:
        """The n-th token, from 0, of a request for ballots by this person: always the same; 32 hex digits.

        Who sends the request of somebody else gets others: nobody learns tokens that another printed.
        """
        ...

    def vote(self, ballot: str) -> str:
        """The id of a ballot's vote, which nobody can foresee and so occupy."""
        ...

    def tally(self) -> str:
        """The id of the tally, as unforeseeable."""
        ...

    def audience(self, work: str, member: str) -> str:
        """The id of what a member of a work is told of the audience, as unforeseeable."""
        ...

    def seal(self, ballot: str, answers: bytes) -> str:
        """A ballot's answers, sealed: always the same for the same, and as long as they are."""
        ...

    def opened(self, ballot: str, sealed: str) -> bytes:
        """The answers of a ballot. Raises ValueError where they were not sealed by this."""
        ...


class BallotBoxes(Protocol):
    """The secrets of exhibitions, kept with the owners' keys and nowhere else.

    Every method raises VaultUnavailable where they cannot be reached.
    """

    async def made(self, exhibition: str) -> BallotBox:
        """The exhibition's, made where it has none. Raises Conflict where it is destroyed."""
        ...

    async def known(self, exhibition: str) -> BallotBox | None:
        """The exhibition's; None where none was made, or it is destroyed."""
        ...

    async def kept(self) -> Sequence[str]:
        """The exhibitions whose secrets are not destroyed: open ones, and closed ones whose votes are being counted."""
        ...

    async def destroy(self, exhibition: str) -> None:
        """Destroy the exhibition's, for ever. Repeatable."""
        ...


class Exhibitions(Protocol):
    """What the ledger holds of exhibitions. Every method raises LedgerUnavailable."""

    async def ballot(self, ballot: str) -> Found | None:
        """The ballot of this digest, as its stream is at this moment."""
        ...

    async def opened(self, exhibition: str) -> Opened | None:
        """What an exhibition was opened with; None where it was not yet."""
        ...

    async def told(self, exhibition: str, events: Sequence[str]) -> list[Entry]:
        """The entries of an exhibition that are these events, in order: of its panel, without a thousand ballots."""
        ...


class Applied(Protocol):
    """The service's own projections, and how far they have come."""

    async def reached(self, pins: Mapping[Shard, int]) -> bool:
        """Wait until the projections have come to these positions; False where they had not after 5 s."""
        ...


class Forgettings(Protocol):
    """Who is to be forgotten and who is, as far as the service's own projection has come."""

    async def forgotten(self, learners: Collection[str]) -> set[str]:
        """The learners among these who are forgotten."""
        ...

    async def known_to(self, person: str, learners: Collection[str]) -> set[str]:
        """The forgotten among these of whom a person has recorded something: she knew them anyway."""
        ...

    async def listed(self, state: ForgettingState | None, after: str | None, limit: int) -> Sequence[Forgetting]:
        """Requests in one state or all, the oldest first, from the one after `after` on, at most `limit`."""
        ...


class Destructions(Protocol):
    """The keys that are to be destroyed, as they follow from the ledger."""

    async def pending(self, limit: int) -> Sequence[str]:
        """Owners whose keys are not destroyed yet, those longest asked for first, at most `limit`."""
        ...

    async def done(self, owner: str) -> None:
        """Note that an owner's key is destroyed."""
        ...


@dataclass(frozen=True, slots=True)
class District:
    """The one district that a process serves: its name, its clock, and the ports. Given to every flow.

    `peer_feedback`: learners may give feedback on works of those in a section with them.
    """

    tenant: str
    zone: ZoneInfo
    peer_feedback: bool
    roster_key: bytes
    now: Callable[[], Instant]
    ledger: Ledger
    rights: Rights
    definitions: Definitions
    documents: Documents
    roster: Roster
    applied: Applied
    forgettings: Forgettings
    vault: Vault
    files: Files
    standings: Standings
    batches: Batches
    exhibitions: Exhibitions
    boxes: BallotBoxes


@dataclass(frozen=True, slots=True)
class Waiting:
    """Batches of grades that are not released, by state, and forgotten owners whose keys are not destroyed yet."""

    batches: Mapping[str, int]
    keys: int


class Waits(Protocol):
    """Counts what workers still have to do."""

    async def waiting(self) -> Waiting:
        """Raises what the database raises."""
        ...
