"""Folds a learner's grades again from the audit's own copy, each word of them at its pins, and says what differs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.audit.domain.accounts import MOST_PIECES, Account, account_of
from services.audit.domain.bodies import body_of
from services.audit.domain.differences import Difference, Kind, Member, listed
from services.audit.domain.grades import Graded, Word
from shared.ledger.decimals import unscaled
from shared.ledger.entry import Entry
from shared.ledger.identifiers import Ledger
from shared.ledger.streams import grade_stream
from shared.rulebook.contributing import LearnerRecord, gather
from shared.rulebook.contribution import in_order
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.fold import fold
from shared.rulebook.known import Known, known_of
from shared.rulebook.state import State

MOST_TRIED, MOST_FOLDED = 200, 400_000
"""Earlier moments that are tried to find since when a level and the record disagree, and pieces folded for it."""

_Place = tuple[Ledger, int, int]


@dataclass(frozen=True, slots=True)
class Audited:
    """What became of one word: what differs, each located, and where asked for how each of its levels came to be."""

    word: Word
    differences: tuple[Difference, ...]
    accounts: tuple[Account, ...] = ()


def audit_words(
    learner: Learner, entries: Sequence[Entry], words: Sequence[Word], definitions: Definitions, *, told: bool
) -> list[Audited]:
    """Each word beside what the copy comes to at its pins. `entries` are all that the copy has of the learner.

    `told` asks for the accounts too.
    """
    whole = _record(entries)
    releases = {entry.id: entry.stream for entry in entries if entry.event == "GradeReleased"}
    whose = _Whose(learner, definitions, releases)
    room, audited = MOST_PIECES, []
    for word in words:
        record = whole or _record([entry for entry in entries if entry.position <= word.pin("evidence")])
        one = _audited(whose, record, word, room if told else None)
        room -= sum(len(account.pieces) for account in one.accounts)
        audited.append(one)
    return audited


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose words are audited, under which definitions; and the streams of her grades, by the events that released."""

    learner: Learner
    definitions: Definitions
    releases: Mapping[str, str]


def _audited(whose: _Whose, record: LearnerRecord | None, word: Word, room: int | None) -> Audited:
    if word.graded is None:
        what = "its body is not as the contract of its event says"
        return Audited(word, (_of_word("unreadable", word, what),))
    if record is None:
        what = "the entries that it rests on cannot be read as their contracts say: nothing can be folded"
        return Audited(word, (_of_word("unreadable", word, what),))
    differences = list(_misplaced(word, whose.releases))
    learner = Learner(whose.learner.id, whose.learner.shard, record.schools)
    folding = _Folding(learner, record, whose.definitions, word)
    accounts = []
    for graded in word.graded:
        state = folding.state(graded.competency)
        if members := _unlike(state, graded):
            differences.append(_level_differs(folding, graded, members))
        if room is not None:
            accounts.append(folding.account(state, room))
            room -= len(accounts[-1].pieces)
    return Audited(word, tuple(differences), tuple(accounts))


@dataclass(frozen=True, slots=True)
class _Folding:
    """What a word's levels are folded from."""

    learner: Learner
    record: LearnerRecord
    definitions: Definitions
    word: Word

    @property
    def pins(self) -> Known:
        return Known.at_pins(self.word.pins, self.learner.shard)

    def state(self, competency: str, known: Known | None = None) -> State:
        """The state at the word's pins, or as known otherwise."""
        return fold(
            self.learner,
            competency,
            self.record.contributions.get(competency, ()),
            self.definitions,
            self.pins if known is None else known,
            self.record.overrides.get(competency, ()),
        )

    def account(self, state: State, room: int) -> Account:
        pieces = self.record.contributions.get(state.competency, ())
        return account_of(state, known_of(in_order(pieces), self.pins), room)

    def since(self, graded: Graded) -> _Place | None:
        """The position from which on the record no longer comes to what is graded; None where it never came to it."""
        before = (place for place, known in self._moments(graded.competency) if self._comes_to(graded, known))
        return next(before, None)

    def _comes_to(self, graded: Graded, known: Known) -> bool:
        return self.state(graded.competency, known).digest == graded.state

    def _moments(self, competency: str) -> Iterator[tuple[_Place, Known]]:
        """Just before each entry that may have moved the state: in the learner's record, then in the definitions."""
        evidence, definitions = self.pins.evidence or 0, self.pins.definitions or 0
        pieces = self.record.contributions.get(competency, ())
        most = min(MOST_TRIED, 1 + MOST_FOLDED // (1 + len(pieces)))
        for position in self._positions(competency, evidence)[:most]:
            yield ("evidence", self.learner.shard, position), Known(evidence=position - 1, definitions=definitions)
        adopted = {one.position for own in self.definitions.adoptions.values() for one in own}
        for position in sorted((one for one in adopted if one <= definitions), reverse=True)[:most]:
            yield ("definitions", 0, position), Known(evidence=evidence, definitions=position - 1)

    def _positions(self, competency: str, through: int) -> list[int]:
        """Where something was said of a competency up to a position, the latest first."""
        pieces = self.record.contributions.get(competency, ())
        overrides = self.record.overrides.get(competency, ())
        said = [
            *(piece.position for piece in pieces),
            *(piece.withdrawn.position for piece in pieces if piece.withdrawn is not None),
            *(override.position for override in overrides),
            *(override.cleared.position for override in overrides if override.cleared is not None),
            *(enrolment.position for enrolment in self.learner.schools),
        ]
        return sorted({position for position in said if position <= through}, reverse=True)


def _record(entries: Sequence[Entry]) -> LearnerRecord | None:
    """What the entries say; None where one of them cannot be read."""
    try:
        return gather([(entry, body_of(entry)) for entry in entries])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _misplaced(word: Word, releases: Mapping[str, str]) -> Iterator[Difference]:
    """Whether the word is the learner's and its stream's, and rests on what was there before it alone."""
    entry = word.entry
    stream = grade_stream(word.learner, str(word.course), str(word.period))
    if word.learner != entry.owner:
        members = (Member("learner", entry.owner, word.learner),)
        yield _of_word("grade_differs", word, f"it lies among the entries of {entry.owner}", members)
    elif stream != entry.stream:
        members = (Member("stream", entry.stream, stream),)
        yield _of_word("grade_differs", word, "it is of another course or period than its stream", members)
    elif releases.get(word.grade) != stream:
        began = next((event for event, own in releases.items() if own == stream), None)
        members = (Member("grade", began, word.grade),)
        yield _of_word("grade_differs", word, "it is about a grade that its stream did not begin with", members)
    pinned = [(pin.ledger, pin.shard) for pin in word.pins]
    strange = set(pinned) - {("evidence", entry.shard), ("definitions", 0)} or len(set(pinned)) < len(pinned)
    if strange or word.pin("evidence") >= entry.position:
        yield _of_word("grade_differs", word, "its pins name positions on which it cannot rest")


def _unlike(state: State, graded: Graded) -> tuple[Member, ...]:
    """The members in which a level is not as the fold makes it: what the fold comes to, and what was graded."""
    at = _at(state)
    folded: Mapping[str, str | None] = {
        "status": state.status.value,
        "at": at,
        "policy": None if at is None else state.policy,
        "override": None if state.override is None else state.override.event,
    }
    members = [Member("state", state.digest, graded.state)] if state.digest != graded.state else []
    members += [Member(name, folded[name], told) for name, told in graded.told.items() if folded[name] != told]
    return tuple(members)


def _at(state: State) -> str | None:
    """Where the state's level begins on its policy's scale."""
    if state.adoption is None or (level := state.adoption.policy.scale.named(state.level)) is None:
        return None
    return unscaled(level.at)


def _level_differs(folding: _Folding, graded: Graded, members: tuple[Member, ...]) -> Difference:
    word = folding.word
    names = listed([member.name for member in members])
    what = f"folded again at its pins from the audit's copy, the level in competency {graded.competency} differs in"
    place = folding.since(graded) if members[0].name == "state" else None
    if place is None:
        return _of_word("grade_differs", word, f"{what} {names}", members, graded.competency)
    what = f"{what} {names}; it is what the record came to before position {place[2]} of {place[0]} shard {place[1]}"
    return _of_word("grade_differs", word, what, members, graded.competency, place)


def _of_word(  # noqa: PLR0913, PLR0917 - all that a difference says
    kind: Kind,
    word: Word,
    what: str,
    members: tuple[Member, ...] = (),
    competency: str | None = None,
    place: _Place | None = None,
) -> Difference:
    """A difference of one word, located where it begins, else at the word itself."""
    ledger, shard, position = place or ("evidence", word.entry.shard, word.entry.position)
    return Difference(
        *("grades", kind, f"The grade {word.spoken} by event {word.entry.id}: {what}.", ledger, shard, position),
        event=word.entry.id,
        learner=word.learner,
        competency=competency,
        members=members,
        grade=word.grade,
    )
