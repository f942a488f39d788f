"""What a learner sees of a work before she has said how she sees it herself, and both beside each other after. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.portfolio.domain.record import Piece, Work
from shared.ledger.instants import Instant

WITHHELD = (
    "The task asks you to look at this work yourself first: what was said of it in results is shown to you once you "
    "have reflected on it."
)

REFLECTION = "ReflectionRecorded"


@dataclass(frozen=True, slots=True)
class TaskVersion:
    """A version of a task, as it was published; whether it lets a learner reflect before she is shown her result."""

    recorded_at: Instant
    position: int
    reflect_first: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What a learner gave herself for a criterion of a work, and what she was given by a piece of evidence."""

    learner: str
    piece: str
    reflection: str
    given: Mapping[str, Any]
    own: Mapping[str, Any]


def asks_first(versions: Sequence[TaskVersion], began: Instant) -> bool:
    """Whether a work is to be reflected on first: as the version of its task says that was the latest when it began.

    Where none was published by then, the first that was. `versions` are in order.
    """
    if not versions:
        return False
    then = [version for version in versions if version.recorded_at <= began]
    return (then[-1] if then else versions[0]).reflect_first


def awaited(
    reader: str, works: Iterable[Work], pieces: Sequence[Piece], tasks: Mapping[str, Sequence[TaskVersion]]
) -> set[str]:
    """The works, of the reader's own, whose results she is shown only once she has reflected on them.

    A reflection that was withdrawn since was a reflection all the same.
    """
    reflected = {piece.work for piece in pieces if piece.said.type == REFLECTION and piece.learner == reader}
    return {
        work.id
        for work in works
        if reader in work.members
        and work.id not in reflected
        and asks_first(tasks.get(work.started.body.get("task", ""), ()), work.started.recorded_at)
    }


def is_withheld(piece: Piece, reader: str, works: Container[str | None]) -> bool:
    """Whether a piece is the reader's own result of one of these works."""
    return piece.learner == reader and piece.work in works and piece.said.type != REFLECTION


def beside(pieces: Sequence[Piece]) -> list[Beside]:
    """Each result of a work that stands, with what the learner gave herself for the same, by her latest reflection.

    For the same criterion of the same competency, or else for the competency as a whole. `pieces`: oldest first.
    """
    standing = [piece for piece in pieces if piece.withdrawn is None and piece.work is not None]
    own: dict[tuple[str, str | None], tuple[Piece, dict[tuple[str, str | None], Mapping[str, Any]]]] = {}
    for piece in standing:
        ratings = piece.said.body.get("ratings") or ()
        if piece.said.type == REFLECTION and ratings:
            own[piece.learner, piece.work] = piece, {(one["competency"], one.get("criterion")): one for one in ratings}
    found = []
    for piece in standing:
        reflection, ratings = own.get((piece.learner, piece.work), (piece, {}))
        for result in piece.said.body.get("results") or ():
            place = (result["competency"], result.get("criterion"))
            rating = ratings.get(place) or ratings.get((result["competency"], None))
            if rating is not None:
                found.append(Beside(piece.learner, piece.said.event, reflection.said.event, result, rating))
    return found
