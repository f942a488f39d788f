"""What of a learner's own works she might show: where a skill shows most, and where it grew between drafts. Pure.

Only her own works are looked at, and only beside each other; nobody else's, and no level.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from services.portfolio.domain.record import Piece, Said, Work
from shared.ledger.decimals import scaled, unscaled
from shared.ledger.instants import Instant

Why: TypeAlias = Literal["strongest", "grown"]


@dataclass(frozen=True, slots=True)
class Scored:
    """What one piece says of a competency in a work: as of which version (its number, from 1), and how much.

    `earned` and `possible` are exact, scaled by 10^6.
    """

    work: str
    version: str
    number: int
    competency: str
    earned: int
    possible: int
    at: Instant

    @property
    def part(self) -> Fraction:
        return Fraction(self.earned, self.possible)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A version that she might show for a competency. Where the skill has grown, `before` is what it grew from."""

    why: Why
    shown: Scored
    before: Scored | None = None


def scores_of(works: Iterable[Work], pieces: Iterable[Piece]) -> list[Scored]:
    """Every score of a version of these works that counts still: rubric scores and observations, oldest first.

    A score is of the last version that was recorded before it; one before the first version is of none.
    """
    by_id = {work.id: work for work in works}
    scored = [
        one
        for piece in pieces
        if piece.withdrawn is None and piece.work in by_id and piece.said.type != "ReflectionRecorded"
        for one in _scores(by_id[piece.work or ""], piece)
    ]
    return sorted(scored, key=lambda one: (one.at, one.work, one.competency))


def suggested(scores: Sequence[Scored], shown: Iterable[tuple[str, Iterable[str]]]) -> list[Suggestion]:
    """Suggestions, the latest work first; `shown` are versions that are exhibits, with the competencies they show.

    Of each competency the version in which it shows most, of equal ones the latest; and of each work what has grown
    between its drafts. What an exhibit shows already is not suggested again.
    """
    showing = {(version, competency) for version, competencies in shown for competency in competencies}
    best: dict[str, Scored] = {}
    first: dict[tuple[str, str], Scored] = {}
    last: dict[tuple[str, str], Scored] = {}
    for one in scores:
        if one.competency not in best or one.part >= best[one.competency].part:
            best[one.competency] = one
        first.setdefault((one.work, one.competency), one)
        last[one.work, one.competency] = one
    found = [Suggestion("strongest", one) for one in best.values()]
    found += [
        Suggestion("grown", last[key], first[key])
        for key in first
        if last[key].part > first[key].part and last[key].number > first[key].number
    ]
    fresh = [one for one in found if (one.shown.version, one.shown.competency) not in showing and one.shown.earned]
    return sorted(fresh, key=lambda one: (-one.shown.at, one.shown.work, one.shown.competency, one.why))


def in_words(suggestion: Suggestion, codes: Mapping[str, str]) -> str:
    """Why, in one plain sentence; `codes` are those of competencies, by id."""
    one, before = suggestion.shown, suggestion.before
    code = codes.get(one.competency, one.competency)
    if before is not None:
        return (
            f"Between draft {before.number} and draft {one.number} of this work, {code} grew from"
            f" {_plain(before)} to {_plain(one)}."
        )
    return f"Of your own works, this one shows {code} most: {_plain(one)} at draft {one.number}."


def _scores(work: Work, piece: Piece) -> Iterable[Scored]:
    version = _version_before(work, piece.said)
    if version is None:
        return
    totals: dict[str, tuple[int, int]] = {}
    for result in piece.said.body.get("results", ()):
        earned, possible = totals.get(result["competency"], (0, 0))
        totals[result["competency"]] = (
            earned + scaled(result["earned"]),
            possible + scaled(result["possible"]),
        )
    number, said = version
    for competency, (earned, possible) in totals.items():
        at = min(piece.said.occurred_at, piece.said.recorded_at)
        yield Scored(work.id, said.event, number, competency, earned, possible, at)


def _version_before(work: Work, said: Said) -> tuple[int, Said] | None:
    before = [(n, one) for n, one in enumerate(work.versions, start=1) if one.recorded_at <= said.recorded_at]
    return before[-1] if before else None


def _plain(one: Scored) -> str:
    return f"{unscaled(one.earned)} of {unscaled(one.possible)}"
