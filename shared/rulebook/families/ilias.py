"""ILIAS: a target level reached by the best entry, or by the last one; self-evaluation never counts (RULES.md 6)."""

from collections.abc import Iterator, Sequence

from shared.rulebook.method import ChoiceParameter, Method, Piece, Takes

SELF_EVALUATION = frozenset({"reflection", "self_evaluation"})


def entry(pieces: Sequence[Piece], *, by: str) -> Iterator[int | None]:
    """After each piece, the best or the last of those that are no self-evaluation; None before there is one."""
    reached: int | None = None
    for piece in pieces:
        if piece.kind not in SELF_EVALUATION:
            reached = piece.value if reached is None or by == "last" else max(reached, piece.value)
        yield reached


ILIAS = (
    Method(
        "ilias.entry@1",
        Takes.PIECES,
        entry,
        formula="max(s₁ … sₙ), or sₙ; entries of self-evaluation are passed over",
        source="ILIAS, setting of the administration since ILIAS 7; RULES.md 6",
        why="The two readings of one setting. Self-evaluation is shown, never counted.",
        words="The {by} entry that is no self-evaluation sets the value.",
        parameters=(ChoiceParameter("by", ("best", "last"), "which entry tells whether the target is reached"),),
    ),
)
