"""Works: starting one, adding versions, scoring its members."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from services.evidence.domain.receipts import Receipt
from services.evidence.domain.scoring import ScoreWork
from services.evidence.domain.works import AddVersion, NewArtefact, StartWork
from services.evidence.flows.add_version import add_version
from services.evidence.flows.score_work import score_work
from services.evidence.flows.start_work import start_work
from services.evidence.http.answers import answer, json_response, member_document, receipt_document
from services.evidence.http.documents import CONFLICT, GONE, PROBLEMS, ReceiptDocument, recorded
from services.evidence.http.strict import IdempotencyKey, StrictRoute, id_of
from services.evidence.http.work_documents import (
    AnyArtefact,
    FileRequest,
    GroupReceiptDocument,
    ScoresRequest,
    VersionRequest,
    WorkRequest,
)
from services.evidence.ports import District
from shared.contracts.values import Id
from shared.ledger.instants import instant
from shared.runtime.tokens import Caller, Verifier, person

START_ROUTE, VERSION_ROUTE, SCORE_ROUTE = "/v1/works", "/v1/works/{id}/versions", "/v1/works/{id}/scores"

WorkId = Annotated[Id, Path(alias="id")]


def work_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/works`, `POST /v1/works/{id}/versions` and `POST /v1/works/{id}/scores`."""
    router = APIRouter(tags=["works"], route_class=StrictRoute, responses={**PROBLEMS, **GONE})
    caller = Depends(person(verifier))

    @router.post(START_ROUTE, summary="Start a work", **recorded(ReceiptDocument))
    async def start(
        request: WorkRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Begin a work of one or several learners. Its id is that of the receipt. For its members, or for whoever may
        record for all of them.
        """
        wish = StartWork(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=START_ROUTE),
            members=request.members,
            task=request.task,
            courses=request.courses,
            title=request.title,
            occurred_at=None if request.occurred_at is None else instant(request.occurred_at),
        )
        return answer(await start_work(wish, actor.id, district))

    @router.post(VERSION_ROUTE, summary="Add a version", **recorded(ReceiptDocument, CONFLICT))
    async def version(
        work: WorkId, request: VersionRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Add a version: what there is to be seen of the work by now. For its members, or for whoever may record for
        one of them.
        """
        wish = AddVersion(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=VERSION_ROUTE),
            work=work,
            expected_version=request.expected_version,
            artefacts=tuple(_artefact(artefact) for artefact in request.artefacts),
            note=request.note,
            occurred_at=None if request.occurred_at is None else instant(request.occurred_at),
        )
        return answer(await add_version(wish, actor.id, district))

    @router.post(SCORE_ROUTE, summary="Score a work", **recorded(GroupReceiptDocument, CONFLICT))
    async def scores(
        work: WorkId, request: ScoresRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Score a work by a published rubric: one piece of evidence a member, all of them or none.

        For all of its members, or for those named. Whoever was forgotten must be left out.
        """
        wish = ScoreWork(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=SCORE_ROUTE),
            work=work,
            rubric=request.rubric,
            purpose=request.purpose,
            task=request.task,
            course=request.course,
            group=request.group,
            occurred_at=instant(request.occurred_at),
            results=request.results,
            feedback=request.feedback,
            members=request.members,
            expected_version=request.expected_version,
        )
        document = _document(await score_work(wish, actor.id, district))
        return json_response(document, status=document["status"])

    return router


def _artefact(artefact: AnyArtefact) -> NewArtefact:
    if isinstance(artefact, FileRequest):
        return NewArtefact(artefact.kind, artefact.name, artefact.file)
    return NewArtefact(artefact.kind, artefact.content)


def _document(scored: tuple[tuple[str, Receipt], ...]) -> dict[str, Any]:
    document = receipt_document(scored[0][1])
    document["receipts"] = [member_document(*one) for one in scored]
    return document
