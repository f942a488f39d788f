"""How sure a level is, in plain words: what it rests on, and what a piece more or less would do.

The house rules are those of `wording`. Pieces are counted to say what a level rests on, never against anybody.
"""

from collections.abc import Iterator
from datetime import UTC, tzinfo
from itertools import groupby

from shared.rulebook.arithmetic import decimal_text
from shared.rulebook.certainty import Certainty, LeftOut, Rests, RestsOn
from shared.rulebook.contribution import Kind
from shared.rulebook.explain import CountedPiece, Explanation
from shared.rulebook.moving import MOST_PIECES_AHEAD
from shared.rulebook.policy import Policy
from shared.rulebook.state import Alone, State, Status
from shared.rulebook.supposing import Reached
from shared.rulebook.wording import KIND_WORDS, day_text, in_words, percent_text

KINDS_COUNTED = {
    Kind.ATTEMPT.value: ("attempt", "attempts"),
    Kind.RUBRIC_SCORE.value: ("rubric score", "rubric scores"),
    Kind.OBSERVATION.value: ("observation", "observations"),
    Kind.ATTESTATION.value: ("result from elsewhere", "results from elsewhere"),
    Kind.AUDIENCE.value: ("audience's rating", "audiences' ratings"),
}
"""What one piece of each kind that can count is called, and several."""
_STATUS_WORDS = {
    Status.MASTERED: "it would be mastered",
    Status.NOT_YET: "it would be not mastered yet",
    Status.SLIPPED: "it would have slipped from mastery",
}
_TELLS = {
    Rests.FIRM: "It is firm: no one piece left out, and no one more near this level, would change it.",
    Rests.OPEN: "It is open: one piece left out, or one more near this level, could raise it, or lower it.",
}
_LEANS = {
    1: "It is leaning: one piece left out, or one more near this level, could raise it, and none such would lower it.",
    -1: "It is leaning: one piece left out, or one more near this level, could lower it, and none such would raise it.",
}


def how_sure(explanation: Explanation, zone: tzinfo = UTC) -> tuple[str, ...]:
    """What the level rests on, and how. Nothing where no evidence counts. Days are those of `zone`."""
    return tuple(_how_sure(explanation, zone))


def _how_sure(explanation: Explanation, zone: tzinfo) -> Iterator[str]:
    state, sure = explanation.state, explanation.certainty
    if state.adoption is None or not sure.rests_on.pieces:
        return
    yield _rests_on(state, sure, zone)
    if sure.rests is None:
        return
    yield _TELLS[sure.rests] if sure.rests in _TELLS else _LEANS[sure.direction]
    by_evidence: State | Alone = state if state.alone is None else state.alone
    pieces = {piece.event: piece for piece in explanation.counted}
    yield from _left_out(sure, pieces, by_evidence.level, zone)
    yield from _next(explanation, by_evidence, state.adoption.policy)
    if sure.probability is not None:
        yield f"By this method, the probability that this is known is {percent_text(sure.probability)}."


def _rests_on(state: State, sure: Certainty, zone: tzinfo) -> str:
    on = sure.rests_on
    counts = in_words([f"{count} {KINDS_COUNTED[kind][count != 1]}" for kind, count in on.kinds])
    if sure.rests is None:
        return f"So far there {'is' if on.pieces == 1 else 'are'} {counts}, {_newest(on, zone)}."
    what = "This" if state.alone is None else "What the evidence alone says"
    return f"{what} rests on {counts}, {_newest(on, zone)}."


def _newest(on: RestsOn, zone: tzinfo) -> str:
    day = day_text(on.newest or 0, zone)
    return f"of {day}" if on.pieces == 1 else f"the newest of {day}"


def _left_out(sure: Certainty, pieces: dict[str, CountedPiece], level: str | None, zone: tzinfo) -> Iterator[str]:
    """What leaving out one piece would do, told once for all pieces that would do the same."""
    of = "them"
    if sure.left_out_of < len(pieces):
        of = f"the newest {sure.left_out_of}"
        yield f"For this {of} were left out, one by one."
    if not sure.left_out:
        if len(pieces) > 1:
            yield f"Leaving out any one of {of} would not change it."
        return
    if len(pieces) == 1:
        yield f"Without it {_would(sure.left_out[0].then, level)}."
        return
    alike = sorted(sure.left_out, key=_what_then)
    for _, group in groupby(alike, key=_what_then):
        first, *others = group
        if others and len(others) + 1 == len(pieces):
            yield f"Without any one of them {_would(first.then, level)}."
        elif others:
            yield f"Without any one of {len(others) + 1} of {of} {_would(first.then, level)}."
        else:
            piece = pieces[first.event]
            kind = KIND_WORDS[piece.kind].partition(" ")[2]
            yield f"Without the {kind} of {day_text(piece.occurred_at, zone)} {_would(first.then, level)}."


def _what_then(left: LeftOut) -> tuple[tuple[int, int], str]:
    return left.then.height, left.then.status.value


def _would(then: Reached, level: str | None) -> str:
    if then.status in {Status.NO_EVIDENCE, Status.NOT_ENOUGH}:
        return "there would not be enough evidence for a level"
    if then.level is None:
        return "there would be no level yet"
    if then.level.name != level:
        return f"it would be {then.level.name}"
    return _STATUS_WORDS[then.status]


def _next(explanation: Explanation, by_evidence: State | Alone, policy: Policy) -> Iterator[str]:
    """What no next result would do; what one would is told by `wording.what_next`."""
    scale = policy.scale
    higher = by_evidence.level != scale.levels[-1].name or by_evidence.status is not Status.MASTERED
    if higher and not explanation.moves:
        top = decimal_text(scale.top)
        yield f"No single next result would raise it, nor would {MOST_PIECES_AHEAD} more worth {top} of {top}."
    elif explanation.moves and min(move.pieces for move in explanation.moves) > 1:
        yield "No single next result would raise it."
    yield "A single next result could lower it." if explanation.can_lower else "No single next result would lower it."
