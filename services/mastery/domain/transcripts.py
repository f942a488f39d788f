"""A transcript: a learner's levels with what they rest on, as a person reads it, and the code by which it is checked.

It stands in the frameworks' order, never in that of levels. Pure.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.mastery.domain.grades import Grade, level_name
from shared.ledger.canonical import JsonValue, canonical
from shared.ledger.instants import Instant
from shared.rulebook.contribution import Contribution
from shared.rulebook.definitions import Definitions
from shared.rulebook.state import State, Status

_BYTES = 20
_WORDS = {
    Status.NO_POLICY: "Recorded; not judged by any rule yet",
    Status.NO_EVIDENCE: "Nothing counts yet",
    Status.NOT_ENOUGH: "Begun; not enough yet to tell",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A competency on a transcript: its level in words, and what it rests on.

    `kinds` are those of the pieces that count, without how many of each there are: a transcript goes out, and nothing
    on it counts attempts. `latest` is the last of the pieces in fold order, `at` when that happened, or when a teacher
    judged (`judged`), which is not since when the level holds. `asked` says that a review of it is open.
    """

    state: State
    level: str
    kinds: tuple[str, ...]
    latest: Contribution | None
    at: Instant | None
    judged: bool
    asked: bool


def line_of(state: State, pieces: Sequence[Contribution], *, asked: bool) -> Line:
    """`pieces` are all of the competency that are known."""
    by_event = {piece.event: piece for piece in pieces}
    counted = [by_event[event] for event, _ in state.counted if event in by_event]
    kinds = tuple(sorted({piece.kind for piece in counted}))
    latest = counted[-1] if counted else None
    judged = state.override is not None
    at = state.override.recorded_at if state.override is not None else None
    if at is None and latest is not None:
        at = min(latest.occurred_at, latest.recorded_at)
    level = state.level if state.level is not None else _WORDS.get(state.status, "Begun")
    return Line(state, level, kinds, latest, at, judged, asked)


def code_of(learner: str, lines: Iterable[Line], grades: Iterable[Grade], definitions: Definitions) -> str:
    """The code of a transcript that says this: 32 letters and digits in eights.

    It is of the levels, what they rest on (by the states' digests) and the grades as they stand, and of nothing that
    only words them. So it stays while they do, and whoever has the document can make it again.
    """
    graded = sorted((grade.id, grade.set_by.event, _levels(grade, definitions)) for grade in grades)
    levels = sorted((line.state.competency, line.level, line.state.digest) for line in lines)
    said: JsonValue = {"grades": [*graded], "learner": learner, "levels": [*levels]}
    text = base64.b32encode(hashlib.sha256(canonical(said)).digest()[:_BYTES]).decode()
    return "-".join(text[n : n + 8] for n in range(0, len(text), 8))


def read_code(written: str) -> str:
    """A code as it is kept: it may come in capitals or not, with its hyphens, others or none."""
    text = "".join(letter for letter in written.upper() if letter.isascii() and letter.isalnum())
    return "-".join(text[n : n + 8] for n in range(0, len(text), 8))


def _levels(grade: Grade, definitions: Definitions) -> tuple[tuple[str, str | None], ...]:
    return tuple((one.competency, level_name(one, definitions)) for one in grade.set_by.levels)
