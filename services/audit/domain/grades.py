"""Grades as the copy has them: each word that was said of one, read from its entry and not trusted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from shared.contracts.events import decode
from shared.contracts.grades import GradeAmended, GradedLevel, GradeReleased, GradeUpheld
from shared.ledger.entry import Entry, type_name
from shared.rulebook.known import Pin

Spoken: TypeAlias = Literal["released", "amended", "upheld"]

_BODIES: Mapping[str, tuple[Spoken, type[GradeReleased] | type[GradeAmended] | type[GradeUpheld]]] = MappingProxyType(
    {
        "GradeReleased": ("released", GradeReleased),
        "GradeAmended": ("amended", GradeAmended),
        "GradeUpheld": ("upheld", GradeUpheld),
    }
)
TYPES = tuple(type_name(name) for name in _BODIES)
"""The types of the entries that say something of a grade."""


@dataclass(frozen=True, slots=True)
class Graded:
    """Where a learner stood with one competency: the digest of the state, and the members that are told beside it.

    A grade that is upheld tells nothing beside the digest.
    """

    competency: str
    state: str
    told: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Word:
    """What one entry says of a grade. `grade` is the event that released it, which may be this one.

    `graded` and `pins` are None where the body breaks its contract, and `learner` then is the entry's owner.
    """

    entry: Entry
    spoken: Spoken
    grade: str
    learner: str
    graded: tuple[Graded, ...] | None = None
    pins: frozenset[Pin] = frozenset()
    course: str | None = None
    period: str | None = None

    def pin(self, ledger: str) -> int:
        """The greatest position that the word knew of in a ledger, 0 for none."""
        return max((pin.position for pin in self.pins if pin.ledger == ledger), default=0)


def word_of(entry: Entry) -> Word | None:
    """What an entry says of a grade; None for an entry of another type."""
    spoken, contract = _BODIES.get(entry.event, (None, None))
    if spoken is None or contract is None:
        return None
    try:
        body = decode(entry, contract)
    except ValueError:
        return Word(entry, spoken, entry.id, entry.owner)
    graded = (
        tuple(Graded(seen.competency, seen.state, {}) for seen in body.states)
        if isinstance(body, GradeUpheld)
        else tuple(_graded(level) for level in body.levels)
    )
    return Word(
        entry=entry,
        spoken=spoken,
        grade=entry.id if isinstance(body, GradeReleased) else body.grade,
        learner=body.learner,
        graded=graded,
        pins=frozenset(Pin(pin.ledger, pin.shard, pin.position) for pin in body.pins),
        course=body.course,
        period=body.period,
    )


def words_of(entries: Iterable[Entry], asked: str | None = None) -> list[Word]:
    """What a learner's entries say of her grades, in order; or only what is `asked` for by an event's id.

    The event that released a grade stands for everything said of that grade, to the latest word; any other for itself.
    """
    words = [word for entry in entries if (word := word_of(entry)) is not None]
    if asked is None:
        return words
    return [word for word in words if asked in {word.entry.id, word.grade}]


def _graded(level: GradedLevel) -> Graded:
    told = {"status": level.status, "at": level.at, "policy": level.policy, "override": level.override}
    return Graded(level.competency, level.state, told)
