"""A district without a database, for what flows decide: it remembers what was asked of it, in which order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from zoneinfo import ZoneInfo

from services.evidence.domain.commands import Appended, Command, Outcome, Placed
from services.evidence.domain.errors import Forgotten
from services.evidence.domain.files import KeptFile
from services.evidence.domain.judging import Criteria
from services.evidence.domain.texts import KeptText, Name, NewText
from services.evidence.ports import District, VaultUnavailable
from shared.contracts.events import EVENTS
from shared.contracts.tasks import Criterion, Moves, RubricLevel, SeminarMove
from shared.ledger.entry import Entry
from shared.ledger.identifiers import digest
from shared.rulebook.definitions import Learner
from shared.rulebook.policy import Policy, read_policy
from tests.support.ledger_writer import policy_document

TENANT = "5f0c6c0e-2d0b-4b55-9a53-0a2f6b1e7a01"
TEACHER, AMARA, BAO, CHIARA, THEME, SYMBOLS, FIRST, SECOND, WORK = (
    f"{n}0000000-0000-4000-8000-000000000000" for n in range(1, 10)
)
NOW = 1_790_000_000_000
RUBRIC, MOVES_BY = "a" * 64, "c" * 64
POLICY = read_policy(policy_document(levels=(("0", "Beginning"), ("2.5", "Secure"))))
THESIS = Criterion(
    code="thesis",
    title="Thesis",
    competencies=(THEME,),
    possible="4",
    levels=tuple(RubricLevel(earned=str(n), title=f"Level {n}", descriptor="So.") for n in (1, 2.5, 4)),
)

MOVES = Moves(
    format="ascertain.moves@1",
    id=FIRST,
    title="What we look for",
    language="en",
    moves=(
        SeminarMove(code="asks", title="Asks a question of the text"),
        SeminarMove(code="builds", title="Builds on a peer", criterion="thesis"),
    ),
    rubric=RUBRIC,
)


def ref_of(text: NewText) -> str:
    """The reference that the small vault gives: the same for the same text in the same place."""
    return digest(repr((text.owner, text.event, text.field, text.text)).encode())


@dataclass
class SmallVault:
    """Keeps in memory. `forgotten` owners have no key; `down` says that nothing is to be reached."""

    journal: list[str]
    forgotten: set[str] = field(default_factory=set)
    down: bool = False
    kept: dict[str, NewText] = field(default_factory=dict)
    named: dict[str, Name] = field(default_factory=dict)

    async def keep(self, texts: Sequence[NewText]) -> list[str]:
        self.journal.append("keep")
        if self.down:
            raise VaultUnavailable
        gone = {text.owner for text in texts} & self.forgotten
        if gone:
            raise Forgotten(gone)
        self.kept |= {ref_of(text): text for text in texts}
        return [ref_of(text) for text in texts]

    async def texts(self, refs: Collection[str]) -> Mapping[str, KeptText]:
        found = {ref: self.kept[ref] for ref in refs if ref in self.kept and self.kept[ref].owner not in self.forgotten}
        return {ref: KeptText(text.owner, text.event, text.field, text.text) for ref, text in found.items()}

    async def keep_names(self, names: Mapping[str, Name]) -> None:
        raise NotImplementedError

    async def names(self, people: Collection[str]) -> Mapping[str, Name]:
        return {person: self.named[person] for person in people if person in self.named.keys() - self.forgotten}

    async def seed(self, owner: str, event: str) -> bytes:
        if owner in self.forgotten:
            raise Forgotten({owner})
        return bytes.fromhex(digest(f"{owner} {event}".encode()))[:20]

    async def destroy(self, owner: str) -> None:
        self.forgotten.add(owner)


@dataclass
class SmallLedger:
    """Holds the entries that it was given; takes every command and remembers it. `answers` come before that.

    `reads` says what it was asked for, one after the other.
    """

    journal: list[str]
    held: list[Entry] = field(default_factory=list)
    appended: list[Command] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        self.journal.append("append")
        self.appended += commands
        return [
            self.answers.pop(0)
            if self.answers
            else Appended(tuple(Placed(event.id, event.stream, 0, 1, 1, NOW) for event in command.events))
            for command in commands
        ]

    async def entries(self, ids: Sequence[str]) -> dict[str, Entry]:
        self.reads.append("entries")
        return {entry.id: entry for entry in self.held if entry.id in ids}

    async def stream(self, name: str) -> list[Entry]:
        self.reads.append("stream")
        return [entry for entry in self.held if entry.stream == name]

    async def since(self, owner: str, position: int) -> list[Entry]:
        self.reads.append("since")
        return [entry for entry in self.held if entry.owner == owner and entry.position > position]

    async def closed(self, streams: Mapping[str, str]) -> set[str]:
        self.reads.append("closed")
        return {entry.stream for entry in self.held if entry.stream in streams and EVENTS[entry.event].closes}


@dataclass
class SmallRights:
    """Who may record for whom: `teacher` for `learners`, who are in one section."""

    teacher: str
    learners: set[str]
    administrator: str | None = None
    guardians: frozenset[tuple[str, str]] = frozenset()
    school: str | None = None
    asked: list[str] = field(default_factory=list)

    async def is_administrator(self, person: str, _scope: str) -> bool:
        return person == self.administrator

    async def members(self, scope: str) -> list[str]:
        return sorted(self.learners) if scope == f"school/{self.school}" else []

    async def visible(self, person: str, learners: Sequence[str]) -> set[str]:
        return self.learners.intersection(learners) if person == self.teacher else {person}.intersection(learners)

    async def exhibited(self, _person: str, _works: Sequence[str]) -> set[str]:
        return set()

    async def administered(self, person: str, learners: Sequence[str]) -> set[str]:
        return self.learners.intersection(learners) if person == self.administrator else set()

    async def is_guardian(self, person: str, learner: str) -> bool:
        return (person, learner) in self.guardians

    async def recordable(self, person: str, learners: Sequence[str]) -> set[str]:
        self.asked.append("recordable")
        return self.learners.intersection(learners) if person == self.teacher else set()

    async def classmates(self, person: str, learners: Sequence[str]) -> set[str]:
        return self.learners.intersection(learners) - {person} if person in self.learners else set()


@dataclass
class SmallFiles:
    """The files that came; which texts came to name which of them."""

    came: dict[str, KeptFile] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)

    async def known(self, work: str, files: Collection[str]) -> Mapping[str, KeptFile]:
        return {id_: kept for id_, kept in self.came.items() if id_ in files and kept.work == work}

    async def name(self, named: Mapping[str, str]) -> None:
        self.named |= named

    async def settle(self, keys: Collection[str]) -> None:
        self.settled |= set(keys)


@dataclass
class SmallForgettings:
    gone: set[str] = field(default_factory=set)

    async def forgotten(self, learners: Collection[str]) -> set[str]:
        return self.gone.intersection(learners)

    async def known_to(self, person: str, learners: Collection[str]) -> set[str]:
        return self.gone.intersection(learners) if person == TEACHER else set()


class SmallDefinitions:
    """One competency, one rubric with one criterion for it, and one policy for everything."""

    async def competencies(self, ids: Collection[str]) -> Collection[str]:
        return {THEME}.intersection(ids)

    async def named(self, ids: Collection[str]) -> Mapping[str, tuple[str, str]]:
        return {id_: ("RL.1", "Finds the theme.") for id_ in ids if id_ == THEME}

    async def rubrics(self, digests: Collection[str]) -> Mapping[str, Criteria]:
        return {digest: {"thesis": THESIS} for digest in digests if digest == RUBRIC}

    async def moves(self, digests: Collection[str]) -> Mapping[str, Moves]:
        return {digest: MOVES for digest in digests if digest == MOVES_BY}

    async def in_force(self, _learner: Learner, _competency: str) -> Policy:
        return POLICY


class PureDistrict:
    """The small district, with its parts at hand. `journal` says what happened in which order."""

    def __init__(self, *held: Entry, learners: Collection[str] = (AMARA, BAO)) -> None:
        self.journal: list[str] = []
        self.vault = SmallVault(self.journal)
        self.ledger = SmallLedger(self.journal, list(held))
        self.rights = SmallRights(TEACHER, set(learners))
        self.forgettings = SmallForgettings()
        self.definitions = SmallDefinitions()
        self.peer_feedback = False
        self.files = SmallFiles()

    def district(self) -> District:
        nothing = cast("Any", None)
        return District(
            tenant=TENANT,
            zone=ZoneInfo("UTC"),
            peer_feedback=self.peer_feedback,
            roster_key=b"",
            now=lambda: NOW,
            ledger=self.ledger,
            rights=cast("Any", self.rights),
            definitions=cast("Any", self.definitions),
            documents=nothing,
            roster=nothing,
            applied=nothing,
            vault=self.vault,
            files=cast("Any", self.files),
            forgettings=cast("Any", self.forgettings),
            standings=nothing,
            batches=nothing,
            exhibitions=nothing,
            boxes=nothing,
        )


def entry(
    event: str, id_: str, body: bytes, *, owner: str = AMARA, stream: str | None = None, version: int = 1
) -> Entry:
    """An entry as the ledger would hold it, of these people."""
    return Entry(
        "evidence", 17, 42, 1, TENANT, owner, stream or f"evidence/{id_}", version, id_, f"ascertain.{event}",
        f"urn:ascertain:{event}:1", NOW - 1_000, NOW, TEACHER, body,
    )  # fmt: skip
