"""What `mastery` keeps of a learner beside her states, next to what the audit's copy says: schools, grades,
reviews, redos and the words that scores came with.

Rows are compared member by member, all by one rule, and each difference is located at the entry that says otherwise.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import MappingProxyType

from services.audit.domain.differences import Difference, Kind, Member, PhaseName, listed
from services.audit.domain.rows import Key, Members, Said, What, said_by, said_by_forgetting
from shared.ledger.canonical import JsonValue
from shared.ledger.entry import Entry

PHASES: Mapping[What, PhaseName] = MappingProxyType(
    {
        "enrolled": "learners",
        "forgotten": "learners",
        "grade": "grades",
        "graded": "grades",
        "review": "reviews",
        "redo": "redos",
        "feedback": "feedback",
    }
)

MOST_MEMBERS = 10
"""Members that one difference tells; a sentence says how many more there are."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What `mastery` tells of one learner in one shard, when it had applied that shard up to a position."""

    learner: str
    shard: int
    applied: int
    under_review: bool
    rows: Mapping[Key, Members]


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of one learner's rows: how many were compared in each phase, and how many nobody can tell of.

    One who is `behind` was told of before all that was known had been applied: she is to be asked for again.
    """

    learner: str
    rows: Mapping[PhaseName, int]
    set_aside: int
    differences: tuple[Difference, ...]
    behind: bool


def compare_kept(shard: int, entries: Sequence[Entry], kept: Kept, known: int) -> Compared:
    """The rows that `mastery` tells beside those that the copy's entries say, as far as `mastery` had applied them.

    `entries` are all that the copy has of the learner; `shard` is where she belongs, and `known` how far that shard
    was applied at least.
    """
    if kept.shard != shard:
        strange = [_of_row(key, kept, "kept_unexpected", f"it lies in shard {kept.shard}") for key in kept.rows]
        return Compared(kept.learner, _counts(kept.rows.keys()), 0, tuple(strange), behind=False)
    behind = kept.applied < known
    own = [entry for entry in entries if entry.shard == shard and entry.position <= max(known, kept.applied)]
    forgotten = next((entry for entry in own if entry.event == "LearnerForgotten"), None)
    if forgotten is None and kept.under_review:
        return Compared(kept.learner, {}, len(kept.rows), (), behind)
    try:
        said = said_by(own) if forgotten is None else said_by_forgetting(forgotten)
    except (ValueError, KeyError, TypeError, AttributeError):  # of a body that no projection could take
        return Compared(kept.learner, _counts(kept.rows.keys()), 0, (_unreadable(kept),), behind)
    differences = [
        difference
        for key in sorted(said.keys() | kept.rows.keys(), key=str)
        if (difference := _compared(key, kept, said.get(key), forgotten)) is not None
    ]
    return Compared(kept.learner, _counts(said.keys() | kept.rows.keys()), 0, tuple(differences), behind)


def _compared(key: Key, kept: Kept, said: Said | None, forgotten: Entry | None) -> Difference | None:
    """What of one row is not as the entries say."""
    told = kept.rows.get(key)
    if said is None:
        if forgotten is None:
            return _of_row(key, kept, "kept_unexpected", "it is kept, although nothing in the audit's copy says so")
        what = f"it is still kept, although she was forgotten at position {forgotten.position}"
        return _of_row(key, kept, "kept_unexpected", what, forgotten.position)
    newest = max(said.at.values())
    if told is None:
        return _of_row(key, kept, "kept_missing", f"it is not kept, although position {newest} says it", newest)
    unlike = sorted(name for name in said.members.keys() | told.keys() if said.members.get(name) != told.get(name))
    if not unlike:
        return None
    more = len(unlike) - MOST_MEMBERS
    names = listed([*unlike[:MOST_MEMBERS], *([f"{more} more"] if more > 0 else [])])
    members = tuple(
        Member(name, _text(said.members.get(name)), _text(told.get(name))) for name in unlike[:MOST_MEMBERS]
    )
    at = min((said.at[name] for name in unlike if name in said.at), default=newest)
    return _of_row(key, kept, "kept_differs", f"it differs from what the audit's copy says in {names}", at, members)


def _of_row(  # noqa: PLR0913, PLR0917 - all that a difference says
    key: Key, kept: Kept, kind: Kind, what: str, position: int | None = None, members: tuple[Member, ...] = ()
) -> Difference:
    return Difference(
        *(PHASES[key.what], kind, f"{_named(key, kept.learner)}: {what}.", "evidence", kept.shard, position),
        event=key.id if key.what in {"review", "redo", "feedback"} else None,
        learner=kept.learner,
        competency=key.competency or None,
        members=members,
        grade=key.id if key.what in {"grade", "graded"} else None,
    )


def _named(key: Key, learner: str) -> str:
    who = f"learner {learner}"
    named: Mapping[What, str] = {
        "enrolled": f"The schools of {who}",
        "forgotten": f"That {who} is forgotten",
        "grade": f"The grade {key.id} of {who}",
        "graded": f"The state last looked at for grade {key.id} of {who} in competency {key.competency}",
        "review": f"The review {key.id} of {who}",
        "redo": f"The redo {key.id} of {who} in competency {key.competency}",
        "feedback": f"What was said with the evidence {key.id} of {who}",
    }
    return named[key.what]


def _unreadable(kept: Kept) -> Difference:
    what = f"The copy's entries of learner {kept.learner} cannot be read: what is kept of her cannot be compared."
    return Difference("learners", "unreadable", what, "evidence", kept.shard, learner=kept.learner)


def _counts(keys: AbstractSet[Key]) -> dict[PhaseName, int]:
    """How many learners, grades, reviews, redos and pieces these rows are of."""
    subjects = {(PHASES[key.what], key.id) for key in keys}
    return dict(Counter(phase for phase, _ in subjects))


def _text(value: JsonValue) -> str | None:
    return None if value is None else str(value)
