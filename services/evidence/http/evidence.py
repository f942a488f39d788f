"""One piece of evidence: reading it, and voiding it."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Response

from services.evidence.domain.pieces import Piece
from services.evidence.domain.voiding import VoidEvidence
from services.evidence.flows.read_evidence import read_evidence
from services.evidence.flows.void_evidence import void_evidence
from services.evidence.http.answers import answer, json_response
from services.evidence.http.documents import CONFLICT, PROBLEMS, EvidenceDocument, ReceiptDocument, VoidRequest
from services.evidence.http.strict import IdempotencyKey, StrictRoute, id_of
from services.evidence.ports import District
from shared.contracts.values import Id
from shared.ledger.entry import Entry
from shared.ledger.instants import instant, instant_text
from shared.runtime.freshness import written
from shared.runtime.shards import Shard
from shared.runtime.tokens import Caller, Verifier, person

READ_ROUTE, VOID_ROUTE = "/v1/evidence/{id}", "/v1/evidence/{id}/void"

EvidenceId = Annotated[Id, Path(alias="id")]


def evidence_routes(district: District, verifier: Verifier) -> APIRouter:
    """`GET /v1/evidence/{id}` and `POST /v1/evidence/{id}/void`."""
    router = APIRouter(tags=["evidence"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.get(READ_ROUTE, response_model=EvidenceDocument, summary="Read a piece of evidence")
    async def read(evidence: EvidenceId, reader: Annotated[Caller, caller]) -> Response:
        """A piece of evidence as it stands now, from the record itself. `Ascertain-Position` says as of where."""
        piece = await read_evidence(evidence, reader.id, district)
        latest = piece.latest
        position = written({Shard(latest.ledger, latest.shard): latest.position})
        return json_response(_document(piece), headers={"Ascertain-Position": position})

    @router.post(
        VOID_ROUTE,
        response_model=ReceiptDocument,
        status_code=201,
        responses={200: {"model": ReceiptDocument, "description": "Voided before, by this request."}, **CONFLICT},
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
        wish = VoidEvidence(event_id, evidence, request.expected_version, occurred_at)
        return answer(await void_evidence(wish, actor.id, district))

    return router


def _document(piece: Piece) -> dict[str, Any]:
    recorded, voided = piece.recorded, piece.voided
    document = {
        "id": recorded.id,
        "type": recorded.event,
        "learner": piece.learner,
        "stream": recorded.stream,
        "version": piece.latest.version,
        "state": "open" if voided is None else "closed",
        "occurred_at": instant_text(recorded.occurred_at),
        "recorded_at": instant_text(recorded.recorded_at),
        "actor": recorded.actor,
        "body": orjson.Fragment(recorded.body),
        "position": place(recorded),
    }
    if voided is not None:
        document["voided"] = {
            "id": voided.id,
            "recorded_at": instant_text(voided.recorded_at),
            "position": place(voided),
            "actor": voided.actor,
        }
    return document


def place(entry: Entry) -> dict[str, Any]:
    """Where an entry lies, as JSON."""
    return {"ledger": entry.ledger, "shard": entry.shard, "position": entry.position}
