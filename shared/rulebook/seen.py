"""Contributions as a method sees them that needs more than their values."""

from collections.abc import Sequence

from shared.rulebook.contribution import Contribution, Kind, Result
from shared.rulebook.method import Method, Piece


def seen_by_method(values: Sequence[int], seen: Sequence[Contribution], top: int, method: Method) -> list[Piece]:
    """A piece a value, oldest first; `seen` are the contributions of the first values.

    Values beyond them are results that have not happened: of the newest one's kind and moment. The template is the
    task; so is the group, for a method that groups `by_task`. Several results of one contribution are, for Canvas, the
    questions of one quiz.
    """
    pieces = [
        Piece(
            value,
            piece.results,
            min(piece.occurred_at, piece.recorded_at),
            piece.kind,
            piece.task if method.by_task else None,
            piece.task,
        )
        for value, piece in zip(values, seen, strict=False)
    ]
    at, kind = (pieces[-1].at, pieces[-1].kind) if pieces else (0, Kind.ATTEMPT.value)
    return pieces + [Piece(value, (Result(value, top),), at, kind) for value in values[len(pieces) :]]
