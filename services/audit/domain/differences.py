"""What a verification or an audit finds: where two tellings do not agree, each difference located and in words."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from shared.ledger.identifiers import Ledger

PhaseName: TypeAlias = Literal["ledger", "topic", "states", "learners", "grades", "reviews", "redos", "feedback"]

Kind: TypeAlias = Literal[
    "missing",  # one side has no entry at a position
    "differs",  # both have one, and it is not the same
    "unexpected",  # an entry beyond where the shard ends
    "out_of_sequence",  # a stream's versions do not count 1, 2, 3
    "wrong_shard",  # the owner's entries lie in another shard
    "unreadable",  # what stands there is no entry, or cannot be refolded
    "state_differs",  # a state is not what the record comes to at its pins
    "state_missing",  # the record says something of a competency for which there is no state
    "state_kept",  # a state of a learner who is forgotten
    "state_behind",  # a state rests on less than was recorded, and does not catch up
    "kept_differs",  # a row of a learner's schools, grades, reviews or redos is not what her entries say
    "kept_missing",  # her entries say something of which there is no row
    "kept_unexpected",  # a row that no entry says, or one of a learner who is forgotten
    "grade_differs",  # what was said of a grade is not what the record comes to at its pins
]


@dataclass(frozen=True, slots=True)
class Member:
    """One member that differs: what the audit's own copy says (or comes to), and what the other side says."""

    name: str
    in_copy: str | None
    elsewhere: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `what` is a plain sentence; the rest says where, for machines.

    `position` up to `through` are concerned where several in a row are. Of a state, `ledger` and what follows name
    the newest entry of the learner that it should rest on, where there is one; of a row of schools, grades, reviews or
    redos the first entry that says it otherwise. Of a grade, `grade` is the event that released it and `event` the one
    that rests on what differs; the position is where the disagreement begins. Of a review, `event` asked it; of a redo
    it began it; of words that came with a score it is the score.
    """

    phase: PhaseName
    kind: Kind
    what: str
    ledger: Ledger | None = None
    shard: int | None = None
    position: int | None = None
    through: int | None = None
    event: str | None = None
    learner: str | None = None
    competency: str | None = None
    members: tuple[Member, ...] = ()
    grade: str | None = None


def listed(names: list[str]) -> str:
    """Names as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
