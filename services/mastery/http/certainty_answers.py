"""How sure a state is, as HTTP answers it."""

from collections.abc import Sequence
from typing import Any

from shared.ledger.decimals import unscaled
from shared.ledger.instants import instant_text
from shared.rulebook.certainty import Certainty, Sureness
from shared.rulebook.explain import Explanation
from shared.rulebook.moving import Move
from shared.rulebook.supposing import Reached


def sureness_document(sure: Sureness | Certainty) -> dict[str, Any]:
    """The short form, as lists have it."""
    on = sure.rests_on
    return {
        "rests": None if sure.rests is None else sure.rests.value,
        "rests_on": {
            "pieces": on.pieces,
            "kinds": dict(on.kinds),
            "oldest": None if on.oldest is None else instant_text(on.oldest),
            "newest": None if on.newest is None else instant_text(on.newest),
        },
    }


def certainty_document(explanation: Explanation, words: Sequence[str]) -> dict[str, Any]:
    """All of it, as an explanation has it."""
    sure, missing = explanation.certainty, explanation.missing
    return {
        **sureness_document(sure),
        "left_out_of": sure.left_out_of,
        "left_out": [{"event": left.event, **_reached(left.then)} for left in sure.left_out],
        "one_more": [
            {"value": unscaled(more.value), "worth": more.level, **_reached(more.then)} for more in sure.one_more
        ],
        "moves": [_move(move) for move in explanation.moves],
        "can_lower": explanation.can_lower,
        "probability": None if sure.probability is None else unscaled(sure.probability),
        "missing": None
        if missing is None
        else {"pieces": missing.pieces, "kinds": missing.kinds, "days": missing.days},
        "words": words,
    }


def _reached(then: Reached) -> dict[str, Any]:
    return {"status": then.status.value, "level": None if then.level is None else then.level.name}


def _move(move: Move) -> dict[str, Any]:
    return {
        "level": move.level,
        "pieces": move.pieces,
        "value": unscaled(move.value),
        "masters": move.masters,
        "or_more": move.or_more,
        "exact": move.exact,
    }
