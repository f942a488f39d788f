"""What HTTP answers to the question why a learner is where she is."""

from typing import Any

from fastapi import Response

from services.mastery.flows.explain_competency import Explained
from services.mastery.http.answers import as_of_document, by_parts_document, named_document, state_document
from services.mastery.http.certainty_answers import certainty_document
from services.mastery.http.grounds import readiness_document
from services.mastery.http.redo_answers import redo_document
from shared.ledger.decimals import unscaled
from shared.ledger.instants import instant_text
from shared.rulebook.explain import AsidePiece, CountedPiece, Weakest
from shared.rulebook.state import State
from shared.runtime.answering import private_answer


def explanation_answer(explained: Explained) -> Response:
    seen, explanation = explained.seen, explained.explanation
    document = {
        "learner": explained.learner,
        "as_of": as_of_document(explained.horizon),
        **state_document(seen, explained.horizon),
        **named_document(seen),
        "why": explained.why,
        **_rule(seen.state),
        "counted": [{**_counted(piece), **_said(piece.event, explained)} for piece in explanation.counted],
        **_kept_of(seen.state),
        **_weakest(explanation.weakest),
        "set_aside": [{**_aside(piece), **_said(piece.event, explained)} for piece in explanation.set_aside],
        "certainty": certainty_document(explanation, explained.sure),
        **(
            {} if explained.by_parts is None else {"by_parts": by_parts_document(explained.by_parts, explained.horizon)}
        ),
        **({} if explained.ahead is None else {"readiness": readiness_document(explained.ahead)}),
        **({} if explained.redo is None else {"redo": redo_document(explained.redo)}),
        "next": explained.next,
    }
    return private_answer(document, explained.horizon.pins)


def _rule(state: State) -> dict[str, str]:
    """The method in one sentence, with the policy's own parameters."""
    if state.adoption is None:
        return {}
    policy = state.adoption.policy
    return {"rule": policy.method.told(policy.parameters)}


def _kept_of(state: State) -> dict[str, Any]:
    """What an adoption keeps of what was attained before it."""
    return {} if state.floor is None else {"kept": {"level": state.floor.level}}


def _weakest(weakest: Weakest | None) -> dict[str, Any]:
    if weakest is None:
        return {}
    return {"weakest": {"criterion": weakest.criterion, "share": unscaled(weakest.share)}}


def _said(event: str, explained: Explained) -> dict[str, str]:
    """The words that a piece came with, by reference."""
    ref = explained.feedback.get(event)
    return {} if ref is None else {"feedback_ref": ref}


def _aside(piece: AsidePiece) -> dict[str, Any]:
    return {
        "event": piece.event,
        "kind": piece.kind,
        "purpose": piece.purpose,
        "occurred_at": instant_text(piece.occurred_at),
        "reason": piece.reason.value,
        **({} if piece.by is None else {"by": piece.by}),
    }


def _counted(piece: CountedPiece) -> dict[str, Any]:
    return {
        "event": piece.event,
        "kind": piece.kind,
        "purpose": piece.purpose,
        "occurred_at": instant_text(piece.occurred_at),
        "recorded_at": instant_text(piece.recorded_at),
        "results": [
            {
                "earned": unscaled(result.earned),
                "possible": unscaled(result.possible),
                **({} if result.criterion is None else {"criterion": result.criterion}),
            }
            for result in piece.results
        ],
        "value": unscaled(piece.value),
        "weight": None if piece.weight is None else unscaled(piece.weight),
        "value_after": None if piece.value_after is None else unscaled(piece.value_after),
        "level_after": piece.level_after,
    }
