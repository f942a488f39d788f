"""What HTTP answers: states, explanations, and every refusal of `domain.errors` as a problem, in this one place."""

from typing import Any

from fastapi import FastAPI, Request, Response

from services.mastery.domain.errors import (
    BusyError,
    ForgottenError,
    MasteryError,
    MismatchError,
    NotReachedError,
    UnknownError,
    WrongError,
)
from services.mastery.domain.horizon import Horizon
from services.mastery.flows.read_mastery import Mastery
from services.mastery.flows.reading import SeenState
from services.mastery.flows.roll_up import ByParts
from services.mastery.http.certainty_answers import sureness_document
from shared.ledger.decimals import unscaled
from shared.ledger.instants import instant_text
from shared.rulebook.known import Pin
from shared.rulebook.state import State, Status
from shared.runtime import problems
from shared.runtime.answering import private_answer
from shared.runtime.definitions.view import PlacedCompetency
from shared.runtime.problems import Problem


def mastery_answer(mastery: Mastery) -> Response:
    document = {
        "learner": mastery.learner,
        "as_of": as_of_document(mastery.horizon),
        **states_document(mastery),
        **({"forgotten": True} if mastery.forgotten else {}),
    }
    return private_answer(document, mastery.horizon.pins)


def states_document(mastery: Mastery) -> dict[str, Any]:
    return {
        "states": [
            {
                **state_document(state.seen, mastery.horizon),
                **named_document(state.seen),
                "certainty": sureness_document(state.sure),
            }
            for state in mastery.states
        ],
        "by_parts": [by_parts_document(parts, mastery.horizon) for parts in mastery.by_parts],
    }


def answer_with_refusals(app: FastAPI) -> None:
    """Make every refusal that a flow raises a problem document."""

    @app.exception_handler(MasteryError)
    async def _refusal(_request: Request, error: MasteryError) -> Response:
        return _problem(error).response()


def pin_documents(pins: tuple[Pin, ...]) -> list[dict[str, Any]]:
    return [pin._asdict() for pin in pins]


def _problem(error: MasteryError) -> Problem:
    match error:
        case UnknownError(what=what):
            return problems.not_found(f"{what}, or it is not yours to see")
        case MismatchError():
            return problems.invalid(str(error), code="mismatch")
        case BusyError(reason=reason):
            return problems.too_many(str(error), retry_after=5, reason=reason)
        case ForgottenError():
            return problems.gone(str(error))
        case NotReachedError(reached=reached):
            return Problem(
                503,
                "not-reached",
                "This is not seen here yet.",
                str(error),
                field="as_of",
                reached=pin_documents(reached),
            )
        case _:
            return problems.invalid(str(error), **_wrong(error))


def _wrong(error: MasteryError) -> dict[str, Any]:
    """Which field is wrong, and why as a code, where that is said."""
    if not isinstance(error, WrongError):
        return {}
    return {"field": error.field, **({} if error.reason is None else {"reason": error.reason})}


def as_of_document(horizon: Horizon) -> dict[str, Any]:
    at = {} if horizon.at is None else {"at": instant_text(horizon.at)}
    return {"pins": pin_documents(horizon.pins), **at}


def state_document(seen: SeenState, horizon: Horizon) -> dict[str, Any]:
    state, named = seen.state, seen.named
    return {
        "competency": state.competency,
        **({} if named is None else {"code": named.code}),
        "status": (Status.UNDER_REVIEW if horizon.under_review else state.status).value,
        "level": state.level,
        "value": None if state.value is None else unscaled(state.value),
        "policy": state.policy,
        "method": state.method,
        "scope": None if state.adoption is None else str(state.adoption.scope),
        "digest": state.digest,
        "pins": pin_documents(state.pins),
        "counted": len(state.counted),
        "evidence": seen.evidence,
        **_judgement(state),
    }


def named_document(seen: SeenState) -> dict[str, Any]:
    """What the competency is, in the words of the framework that holds it."""
    return {} if seen.named is None else {"statement": seen.named.statement, "framework": seen.named.framework}


def _placed(named: PlacedCompetency | None) -> dict[str, str]:
    return {} if named is None else {"code": named.code, "statement": named.statement}


def by_parts_document(parts: ByParts, horizon: Horizon) -> dict[str, Any]:
    """A parent by its parts. It has no digest: nobody stores it, and nothing is released of it."""
    rolled = parts.rolled
    policy = rolled.adoption.policy
    assert policy.roll_up is not None
    return {
        "competency": rolled.competency,
        **_placed(parts.named.get(rolled.competency)),
        "status": (Status.UNDER_REVIEW if horizon.under_review else rolled.status).value,
        "level": rolled.level,
        "value": None if rolled.value is None else unscaled(rolled.value),
        "policy": policy.digest,
        "method": policy.roll_up.method.id,
        "scope": str(rolled.adoption.scope),
        "pins": pin_documents(rolled.pins),
        "parts": [
            {
                "competency": part.competency,
                **_placed(parts.named.get(part.competency)),
                "status": part.status.value,
                "level": part.level,
                "brings": None if part.value is None else unscaled(part.value),
                "by_parts": part.by_parts,
            }
            for part in rolled.parts
        ],
    }


def _judgement(state: State) -> dict[str, Any]:
    """The teacher's override where one applies, and what the evidence alone would say beside it."""
    if state.override is None or state.alone is None:
        return {"override": None}
    override, alone = state.override, state.alone
    return {
        "override": {
            "event": override.event,
            "level": state.level,
            "by": override.actor,
            "reason_ref": override.reason_ref,
            "recorded_at": instant_text(override.recorded_at),
        },
        "evidence_alone": {
            "status": alone.status.value,
            "level": alone.level,
            "value": None if alone.value is None else unscaled(alone.value),
        },
    }
