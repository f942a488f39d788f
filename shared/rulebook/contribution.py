"""A contribution: what one entry of the ledger says of one competency. Never a value on a scale, which another
policy would change.

These are named tuples where the rest of the rulebook has dataclasses: a district's refold makes millions of them
from packed rows, and a frozen dataclass of this width costs five times as much to make.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from shared.ledger.instants import Instant


class Kind(StrEnum):
    """What sort of evidence a contribution is; `minimum.kinds` of a policy counts how many different ones there are."""

    ATTEMPT = "attempt"
    RUBRIC_SCORE = "rubric_score"
    OBSERVATION = "observation"
    REFLECTION = "reflection"
    ATTESTATION = "attestation"
    AUDIENCE = "audience"


class Result(NamedTuple):
    """What was earned of what was possible, both exact and scaled by 10^6; 0 ≤ earned ≤ possible, possible > 0."""

    earned: int
    possible: int
    criterion: str | None = None


class Withdrawal(NamedTuple):
    """The event that withdrew a piece of evidence or cleared an override, and where and when it was recorded.

    `by` is the piece that stands in the place of a superseded one.
    """

    position: int
    recorded_at: Instant
    event: str
    by: str | None = None


class Contribution(NamedTuple):
    """One piece of evidence for one competency: several results of one event are one contribution.

    `kind` and `purpose` are the words of the contract, kept as plain text (`Kind.ATTEMPT == "attempt"`). A reflection
    has no purpose; its results are what the learner would give herself. An audience's tally has no purpose of
    the contract's either: it stands under its own kind's name.
    """

    event: str
    kind: str
    purpose: str
    occurred_at: Instant
    recorded_at: Instant
    position: int
    results: tuple[Result, ...]
    task: str | None = None
    work: str | None = None
    course: str | None = None
    redo_of: str | None = None
    withdrawn: Withdrawal | None = None


class Happened(Protocol):
    """Anything that took place at one time and was recorded at another, at a position."""

    @property
    def occurred_at(self) -> Instant: ...
    @property
    def recorded_at(self) -> Instant: ...
    @property
    def position(self) -> int: ...


def fold_order(contribution: Happened) -> tuple[Instant, int]:
    """The order in which every method sees contributions: `(effective_at, position)` (RULES.md, head)."""
    occurred, recorded = contribution.occurred_at, contribution.recorded_at
    return (min(recorded, occurred), contribution.position)


def contributions_digest(
    in_fold_order: Sequence[Contribution], overrides_by_position: Sequence[tuple[object, ...]] = ()
) -> str:
    """SHA-256 of the contributions as JSON lists of their members, hex: by it two services compare what they fold from.

    Where there are overrides, it is of both lists. It is no part of a state's frozen digest, and may change with the
    members of a contribution.
    """
    said = [in_fold_order, overrides_by_position] if overrides_by_position else in_fold_order
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


def in_order(contributions: Iterable[Contribution]) -> list[Contribution]:
    """The contributions in fold order, whatever order they arrived in."""
    return sorted(contributions, key=fold_order)
