"""Where what-ifs are folded: a part of states, in a process of its own that gives way to everything else.

The parent passes on the rows of one shard as PostgreSQL copies them out, in blocks that may end anywhere; the rows are
taken apart here, and counted here. Back come counts, and of those who would stand elsewhere who they are.
"""

import gc
import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from services.mastery.postgres.marks import marks, read_apart
from services.mastery.postgres.packing import unpack, unpack_overrides, unpack_schools
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.ends import End, Ends, Ruling
from shared.rulebook.outcome import Outcomes

COLUMNS = "s.learner, s.competency, s.status, s.level, s.contributions, s.overrides"
"""What a copied row has, of a table of states `s`."""

ENTRY = 18
"""Bytes of one who would stand elsewhere: the learner's id, and the number of her move."""

_NICE = 10
_HEADER = 19
_KEY = struct.Struct(">hi16si16si")
_LENGTH = struct.Struct(">i")


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: the definitions with an adoption in their last place, which nobody made."""

    definitions: Definitions
    position: int


@dataclass(frozen=True, slots=True)
class Begin:
    """A part begins: its shard; by learner (16 bytes) her schools as the row holds them; and whom to leave out."""

    shard: int
    schools: Mapping[bytes, bytes]
    held: frozenset[bytes]


class Move(NamedTuple):
    """From where to where, at a school (None: no school is known)."""

    before: End
    after: End
    school: str | None


class Cell(NamedTuple):
    """How many states of a competency make a move; also where it is none."""

    competency: str
    move: Move
    number: int


class Changed(NamedTuple):
    """Who would stand elsewhere with a competency: the moves, and an entry a learner, by id (`ENTRY`)."""

    competency: str
    moves: tuple[Move, ...]
    learners: bytes


@dataclass(frozen=True, slots=True)
class PartResult:
    """What a part came to. `held` states were left out; of those that `stay` under a more specific adoption, how many
    by the kind of its scope; `accommodated` learners have one of their own.
    """

    states: int
    held: int
    accommodated: int
    stay: Mapping[str, int]
    cells: Sequence[Cell]
    changed: Sequence[Changed]


class _Rows:
    """Copied rows, taken apart as their bytes come."""

    def __init__(self) -> None:
        self._rest, self._begun = b"", False

    def more(self, block: bytes) -> list[tuple[bytes, bytes, bytes, bytes | None, bytes, bytes | None]]:
        """The rows that are whole by now."""
        data = self._rest + block if self._rest else block
        at, end = 0, len(data)
        if not self._begun:
            if end < _HEADER:
                self._rest = data
                return []
            at, self._begun = _HEADER, True
        rows = []
        key, length, size = _KEY.unpack_from, _LENGTH.unpack_from, _KEY.size
        try:
            while True:
                begins = at
                _fields, _, learner, _, competency, long = key(data, at)
                at += size
                status = data[at : at + long]
                at += long
                (long,) = length(data, at)
                level = None if long < 0 else data[at + 4 : at + 4 + long]
                at += 4 + max(0, long)
                (long,) = length(data, at)
                contributions = data[at + 4 : at + 4 + long]
                at += 4 + long
                (long,) = length(data, at)
                overrides = None if long < 0 else data[at + 4 : at + 4 + long]
                at += 4 + max(0, long)
                if at > end:
                    break
                rows.append((learner, competency, status, level, contributions, overrides))
        except struct.error:  # the block ends amid a row, or the rows with a mark of two bytes
            pass
        self._rest = data[begins:]
        return rows


@dataclass(slots=True)
class _Part:
    """What is counted of the part at hand."""

    begin: Begin
    rows: _Rows = field(default_factory=_Rows)
    states: int = 0
    held: int = 0
    accommodated: set[bytes] = field(default_factory=set)
    stay: dict[str, int] = field(default_factory=dict)
    learners: dict[bytes, Learner] = field(default_factory=dict)
    counts: dict[tuple[bytes, str | None, End, End], int] = field(default_factory=dict)
    changed: dict[bytes, tuple[dict[Move, int], list[bytes]]] = field(default_factory=dict)


class Trying:
    """Folds parts under a trial, one after the other."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._ends, self._outcomes = Ends(trial.definitions, read_apart), Outcomes(trial.definitions)
        self._texts: dict[bytes, str] = {}
        self._stored: dict[tuple[bytes, bytes | None], End] = {}
        self._part: _Part | None = None

    def work(self, asked: Begin | bytes | None) -> PartResult | None:
        """Begin a part, take a block of its rows, or (None) end it: then what it came to."""
        if isinstance(asked, Begin):
            self._part = _Part(asked)
            return None
        part = self._part
        assert part is not None, "no part was begun"
        if asked is not None:
            self._fold(part, asked)
            return None
        self._part = None
        return self._result(part)

    def _fold(self, part: _Part, block: bytes) -> None:
        held, counts = part.begin.held, part.counts
        for learner_id, competency_id, status, level, contributions, overrides in part.rows.more(block):
            if learner_id in held:
                part.held += 1
                continue
            part.states += 1
            learner = part.learners.get(learner_id) or self._learner(part, learner_id)
            before = self._stored.get((status, level)) or self._before(status, level)
            competency = self._texts.get(competency_id) or self._text(competency_id)
            ruling = self._ends.ruling(learner, competency)
            if ruling is None or ruling.adoption.position != self._trial.position:
                after = before
                _note_stays(part, learner_id, ruling)
            else:
                after = self._after(ruling, learner, competency, contributions, overrides)
            school = learner.schools[-1].school if learner.schools else None
            key = competency_id, school, before, after
            counts[key] = counts.get(key, 0) + 1
            if before != after:
                moves, learners = part.changed.setdefault(competency_id, ({}, []))
                number = moves.setdefault(Move(before, after, school), len(moves))
                learners.append(learner_id + number.to_bytes(2))

    def _after(
        self, ruling: Ruling, learner: Learner, competency: str, contributions: bytes, overrides: bytes | None
    ) -> End:
        if ruling.plain and overrides is None:
            found = marks(contributions)
            if found is not None:
                return ruling.end(found.key, found.words, found.results)
        outcome = self._outcomes.of(learner, competency, unpack(contributions), unpack_overrides(overrides))
        return End(outcome.status, outcome.level)

    def _learner(self, part: _Part, id_: bytes) -> Learner:
        schools = part.begin.schools.get(id_)
        learner = Learner(self._text(id_), part.begin.shard, () if schools is None else unpack_schools(schools))
        part.learners[id_] = learner
        return learner

    def _before(self, status: bytes, level: bytes | None) -> End:
        end = self._stored[status, level] = End(status.decode(), None if level is None else level.decode())
        return end

    def _text(self, id_: bytes) -> str:
        text = str(UUID(bytes=id_))
        if len(self._texts) < 65_536:
            self._texts[id_] = text
        return text

    def _result(self, part: _Part) -> PartResult:
        return PartResult(
            states=part.states,
            held=part.held,
            accommodated=len(part.accommodated),
            stay=part.stay,
            cells=[
                Cell(self._text(competency), Move(before, after, school), number)
                for (competency, school, before, after), number in part.counts.items()
            ],
            changed=[
                Changed(self._text(competency), tuple(moves), b"".join(sorted(learners)))
                for competency, (moves, learners) in part.changed.items()
            ],
        )


def _note_stays(part: _Part, learner_id: bytes, ruling: Ruling | None) -> None:
    kind = "none" if ruling is None else ruling.adoption.scope.kind
    part.stay[kind] = part.stay.get(kind, 0) + 1
    if kind == "learner":
        part.accommodated.add(learner_id)


def fold_part(asked: Begin | bytes | None, trying: Trying) -> PartResult | None:
    """See `Trying.work`."""
    return trying.work(asked)


if __name__ == "__main__":
    # what is sent is of the module by its name, not of this one, which is called __main__
    from services.mastery.trials import Trying as Named
    from services.mastery.trials import fold_part as named
    from shared.runtime.briefed_child import answer_briefed

    gc.disable()  # nothing here refers back to what refers to it, and looking for that costs as much as folding
    os.nice(_NICE)
    answer_briefed(named, Named)
