"""One piece of evidence: reading it, voiding it, and putting another in its place."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Response

from services.evidence.domain.pieces import Piece
from services.evidence.domain.superseding import SupersedeEvidence
from services.evidence.domain.voiding import VoidEvidence
from services.evidence.flows.read_evidence import read_evidence
from services.evidence.flows.supersede_evidence import supersede_evidence
from services.evidence.flows.void_evidence import void_evidence
from services.evidence.http.answers import answer, json_response, place_document, receipt_document
from services.evidence.http.documents import (
    CONFLICT,
    GONE,
    PROBLEMS,
    EvidenceDocument,
    ReceiptDocument,
    SupersedingDocument,
    Version,
    VoidRequest,
    WrittenText,
)
from services.evidence.http.pieces import EvidenceInPlace, body_of, text_of
from services.evidence.http.strict import IdempotencyKey, StrictRoute, id_of
from services.evidence.ports import District
from shared.contracts.values import Contract, Id
from shared.ledger.entry import Entry
from shared.ledger.instants import instant, instant_text
from shared.runtime.disclosing import disclose
from shared.runtime.freshness import written
from shared.runtime.shards import Shard
from shared.runtime.tokens import Caller, Verifier, person

READ_ROUTE, VOID_ROUTE = "/v1/evidence/{id}", "/v1/evidence/{id}/void"
SUPERSEDE_ROUTE = "/v1/evidence/{id}/supersede"

EvidenceId = Annotated[Id, Path(alias="id")]


class SupersedeRequest(Contract):
    """What takes the place of a piece of evidence, and why. `id` is the new piece's; `expected_version` the old one's:
    1 where it was never withdrawn.
    """

    id: Id | None = None
    expected_version: Version
    item: EvidenceInPlace
    reason: WrittenText | None = None


def evidence_routes(district: District, verifier: Verifier) -> APIRouter:
    """`GET /v1/evidence/{id}`, `POST /v1/evidence/{id}/void` and `POST /v1/evidence/{id}/supersede`."""
    router = APIRouter(tags=["evidence"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.get(READ_ROUTE, response_model=EvidenceDocument, summary="Read a piece of evidence")
    async def read(evidence: EvidenceId, reader: Annotated[Caller, caller]) -> Response:
        """A piece of evidence as it stands now, from the record itself. `Ascertain-Position` says as of where."""
        piece = await read_evidence(evidence, reader.id, district)
        latest = piece.latest
        position = written({Shard(latest.ledger, latest.shard): latest.position})
        shown = json_response(_document(piece), headers={"Ascertain-Position": position})
        return disclose(shown, "evidence", [latest.owner])

    @router.post(
        VOID_ROUTE,
        response_model=ReceiptDocument,
        status_code=201,
        responses={
            200: {"model": ReceiptDocument, "description": "Voided before, by this request."},
            **CONFLICT,
            **GONE,
        },
        summary="Void a piece of evidence",
    )
    async def void(
        evidence: EvidenceId,
        request: VoidRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Withdraw a piece of evidence: it stays in the record and no longer counts."""
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route=VOID_ROUTE)
        occurred_at = None if request.occurred_at is None else instant(request.occurred_at)
        wish = VoidEvidence(event_id, evidence, request.expected_version, occurred_at, request.reason)
        return answer(await void_evidence(wish, actor.id, district))

    @router.post(
        SUPERSEDE_ROUTE,
        response_model=SupersedingDocument,
        status_code=201,
        responses={
            200: {"model": SupersedingDocument, "description": "Superseded before, by this request."},
            **CONFLICT,
            **GONE,
        },
        summary="Supersede a piece of evidence",
    )
    async def supersede(
        evidence: EvidenceId,
        request: SupersedeRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Put another piece in the place of one: both stay in the record, and only the new one counts.

        Whatever names the old piece as `redo_of` does over the new one from then on.
        """
        item = request.item
        wish = SupersedeEvidence(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=SUPERSEDE_ROUTE),
            evidence=evidence,
            expected_version=request.expected_version,
            occurred_at=None if item.occurred_at is None else instant(item.occurred_at),
            body=body_of(item),
            text=text_of(item),
            reason=request.reason,
        )
        recorded, withdrawn = await supersede_evidence(wish, actor.id, district)
        document = receipt_document(recorded)
        document["superseded"] = {
            "id": withdrawn.id,
            "stream": withdrawn.stream,
            "version": withdrawn.version,
            "position": place_document(withdrawn),
        }
        return json_response(document, status=document["status"])

    return router


def _document(piece: Piece) -> dict[str, Any]:
    recorded, withdrawn = piece.recorded, piece.withdrawn
    document = {
        "id": recorded.id,
        "type": recorded.event,
        "learner": piece.learner,
        "stream": recorded.stream,
        "version": piece.latest.version,
        "state": "open" if withdrawn is None else "closed",
        "occurred_at": instant_text(recorded.occurred_at),
        "recorded_at": instant_text(recorded.recorded_at),
        "actor": recorded.actor,
        "body": orjson.Fragment(recorded.body),
        "position": place(recorded),
    }
    if withdrawn is not None:
        document["voided" if piece.replacement is None else "superseded"] = _withdrawal(piece, withdrawn)
    return document


def _withdrawal(piece: Piece, withdrawn: Entry) -> dict[str, Any]:
    told = {
        "id": withdrawn.id,
        "by": piece.replacement,
        "recorded_at": instant_text(withdrawn.recorded_at),
        "position": place(withdrawn),
        "actor": withdrawn.actor,
        "reason_ref": piece.reason_ref,
    }
    return {name: member for name, member in told.items() if member is not None}


def place(entry: Entry) -> dict[str, Any]:
    """Where an entry lies, as JSON."""
    return {"ledger": entry.ledger, "shard": entry.shard, "position": entry.position}
