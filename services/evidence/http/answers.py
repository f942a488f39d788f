"""What HTTP answers: receipts, and every refusal of `domain.errors` as a problem, in this one place."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response

from services.evidence.domain.errors import (
    AlreadyReleased,
    AlreadyVoided,
    Conflict,
    Gone,
    Mismatch,
    NotFound,
    NotNow,
    Refusal,
    StaleStates,
    StaleVersion,
)
from services.evidence.domain.receipts import Receipt
from services.evidence.ports import (
    ArtefactsUnavailable,
    LedgerBusy,
    LedgerUnavailable,
    NoRoom,
    TooSlow,
    VaultUnavailable,
)
from shared.ledger.instants import instant_text
from shared.runtime import problems
from shared.runtime.problems import Problem

UNKNOWN_OUTCOME = (
    "The ledger did not answer: whether this was recorded is not known. Send the same again, under the same id or "
    "Idempotency-Key; nothing is recorded twice."
)


_TOLD: tuple[tuple[type[Refusal], Callable[[Any], Problem]], ...] = (
    (Mismatch, lambda no: problems.invalid(no.detail, field=no.field or "/id", code="mismatch")),
    (NotFound, lambda no: problems.not_found(f"{no.what}, or it is not yours", field=no.field)),
    (Gone, lambda no: problems.gone(no.detail, field=no.field)),
    (
        StaleVersion,
        lambda no: problems.conflict(
            no.detail,
            code="stale-version",
            field=no.field or "/expected_version",
            stream=no.stream,
            version=no.version,
        ),
    ),
    (
        StaleStates,
        lambda no: problems.conflict(
            no.detail, code="stale-states", field=no.field, states=[asdict(state) for state in no.states]
        ),
    ),
    (AlreadyReleased, lambda no: problems.conflict(no.detail, code="already-released", grade=no.grade)),
    (AlreadyVoided, lambda no: problems.conflict(no.detail, code="already-voided", field=no.field)),
    (Conflict, lambda no: problems.conflict(no.detail, field=no.field)),
    (NotNow, lambda no: problems.unavailable(no.detail)),
    (Refusal, lambda no: problems.invalid(no.detail, field=no.field)),
)
"""Every kind of refusal, the narrower before the wider, and how it is told."""


def problem_of(refusal: Refusal) -> Problem:
    """The problem that tells a client of a refusal, with its reason, where it has one, for who says it otherwise."""
    problem = next(tell(refusal) for kind, tell in _TOLD if isinstance(refusal, kind))
    if refusal.reason is not None:
        problem.more |= {"reason": refusal.reason} | ({"figures": refusal.figures} if refusal.figures else {})
    return problem


def problem_of_vault(_error: VaultUnavailable) -> Problem:
    """The problem that tells a client that texts could not be kept or read: nothing was recorded."""
    return problems.unavailable("Texts and names cannot be reached at the moment; send the same again.", retry_after=2)


def problem_of_files(error: ArtefactsUnavailable | NoRoom | TooSlow) -> Problem:
    """The problem that tells a client that a file could not be kept or read: nothing of it was kept."""
    if isinstance(error, TooSlow):
        detail = "The file did not come in time; send the same again, over a faster line."
        return Problem(408, "too-slow", "The request did not come.", detail)
    if isinstance(error, NoRoom):
        detail = "There is no room for files at the moment; an administrator must make some."
        return Problem(507, "no-room", "There is no room.", detail)
    return problems.unavailable("Files cannot be kept or read at the moment; send the same again.", retry_after=5)


def problem_of_ledger(error: LedgerUnavailable | LedgerBusy) -> Problem:
    """The problem that tells a client that the ledger could not be asked."""
    if isinstance(error, LedgerBusy):
        return problems.unavailable("More is being recorded than can be taken on; send the same again after a moment.")
    return problems.unavailable(UNKNOWN_OUTCOME)


def problem_of_any(error: Exception) -> Problem:
    """The problem that tells a client of whatever a request raised; `problems.FAULT` for what nobody expected."""
    match error:
        case Problem():
            return error
        case Refusal():
            return problem_of(error)
        case LedgerUnavailable() | LedgerBusy():
            return problem_of_ledger(error)
        case VaultUnavailable():
            return problem_of_vault(error)
        case _:
            return problems.of_error(error)


def receipt_document(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON."""
    return {
        "status": 201 if receipt.outcome == "appended" else 200,
        "id": receipt.id,
        "type": receipt.type,
        "stream": receipt.stream,
        "version": receipt.version,
        "outcome": receipt.outcome,
        "position": place_document(receipt),
        "recorded_at": instant_text(receipt.recorded_at),
    }


def place_document(receipt: Receipt) -> dict[str, Any]:
    """Where the event of a receipt lies, as JSON."""
    return {"ledger": receipt.ledger, "shard": receipt.shard, "position": receipt.position}


def member_document(learner: str, receipt: Receipt) -> dict[str, Any]:
    """What one member of a work has of what was recorded of all, as JSON."""
    return {"learner": learner, "id": receipt.id, "position": place_document(receipt), "version": receipt.version}


def answer(receipt: Receipt) -> Response:
    """A receipt as the response to a request of one command: 201 appended, 200 repeated."""
    document = receipt_document(receipt)
    return json_response(document, status=document["status"])


def json_response(document: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(document), status, headers, media_type="application/json")


def answer_with_refusals(app: FastAPI) -> None:
    """Make every refusal that a flow raises a problem document."""

    @app.exception_handler(Refusal)
    async def _refusal(_request: Request, refusal: Refusal) -> Response:
        return problem_of(refusal).response()

    @app.exception_handler(LedgerUnavailable)
    @app.exception_handler(LedgerBusy)
    async def _ledger(_request: Request, error: LedgerUnavailable | LedgerBusy) -> Response:
        return problem_of_ledger(error).response()

    @app.exception_handler(VaultUnavailable)
    async def _vault(_request: Request, error: VaultUnavailable) -> Response:
        return problem_of_vault(error).response()

    @app.exception_handler(ArtefactsUnavailable)
    @app.exception_handler(NoRoom)
    @app.exception_handler(TooSlow)
    async def _files(_request: Request, error: ArtefactsUnavailable | NoRoom | TooSlow) -> Response:
        return problem_of_files(error).response()
