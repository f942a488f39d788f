"""Grades of a section or a school: previewed, held, released."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from services.evidence.domain.batches import Asked, Batch, Line, Why
from services.evidence.domain.errors import Invalid
from services.evidence.flows.release_batches import Page, ask_batch, read_batch, release_batch
from services.evidence.http.answers import json_response
from services.evidence.http.documents import CONFLICT, PROBLEMS
from services.evidence.http.release_documents import (
    BatchDocument,
    BatchReceiptDocument,
    BatchReleaseRequest,
    BatchRequest,
)
from services.evidence.http.releases import level_documents
from services.evidence.http.strict import IdempotencyKey, StrictRoute, checked_key, id_of
from services.evidence.ports import District
from shared.contracts.values import Id
from shared.ledger.instants import instant_text
from shared.rulebook.policy import Scale
from shared.runtime.disclosing import disclose
from shared.runtime.problems import Problem
from shared.runtime.tokens import Caller, Verifier, person

ASK_ROUTE, READ_ROUTE = "/v1/release-batches", "/v1/release-batches/{id}"
RELEASE_ROUTE = "/v1/release-batches/{id}/release"
MOST = 200
"""Learners of a page at most."""

BatchId = Annotated[Id, Path(alias="id")]


def batch_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/release-batches`, `GET /v1/release-batches/{id}` and `POST …/release`."""
    router = APIRouter(tags=["grades"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post(
        ASK_ROUTE,
        response_model=BatchReceiptDocument,
        status_code=201,
        responses={200: {"model": BatchReceiptDocument, "description": "Asked for before, by this request."}},
        summary="Preview the grades of a section or a school",
    )
    async def ask(
        request: BatchRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Fold the states of everyone in a section or a school, and hold them: nothing is released yet."""
        batch, new = await ask_batch(
            id_of(request.id, idempotency_key, actor=actor.id, route=ASK_ROUTE), _asked(request), actor.id, district
        )
        return json_response(_receipt(batch), status=201 if new else 200)

    @router.get(READ_ROUTE, response_model=BatchDocument, summary="Read a batch of grades")
    async def read(
        batch: BatchId,
        reader: Annotated[Caller, caller],
        after: Annotated[Id | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    ) -> Response:
        """How far a batch has come, and a page of its learners, by their ids, those after one."""
        page = await read_batch(batch, reader.id, district, after=after, limit=limit)
        return disclose(json_response(_document(page)), "grades", [line.learner for line in page.lines])

    @router.post(
        RELEASE_ROUTE,
        response_model=BatchReceiptDocument,
        status_code=202,
        responses=CONFLICT,
        summary="Release a batch of grades",
    )
    async def release(
        batch: BatchId,
        request: BatchReleaseRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Release what was previewed. Whose states have changed since is refused, and the others go on."""
        checked_key(idempotency_key)
        released = await release_batch(batch, dict.fromkeys(request.leave_out), actor.id, district)
        return json_response(_receipt(released), status=202)

    return router


def _asked(request: BatchRequest) -> Asked:
    if (request.section is None) == (request.school is None):
        raise Invalid("Give a section, or a school.", field="/section")
    scope = f"school/{request.school}" if request.section is None else f"section/{request.section}"
    for index, competency in enumerate(request.competencies):
        if competency in request.competencies[:index]:
            raise Invalid("This competency stands before it already.", field=f"/competencies/{index}")
    return Asked(scope, request.course, request.period, tuple(request.competencies))


def _receipt(batch: Batch) -> dict[str, Any]:
    return {"id": batch.id, "state": batch.state}


def _document(page: Page) -> dict[str, Any]:
    batch = page.batch
    return {
        **_receipt(batch),
        "scope": batch.asked.scope,
        "course": batch.asked.course,
        "period": batch.asked.period,
        "competencies": list(batch.asked.competencies),
        "total": page.progress.total,
        "done": page.progress.done,
        "learners": [_line(batch, line, page.scales) for line in page.lines],
        "next": page.next,
    }


def _line(batch: Batch, line: Line, scales: Mapping[str, Scale]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "learner": line.learner,
        "state": line.state,
        "levels": level_documents(line.levels, scales),
    }
    if line.problem is not None:
        document["problem"] = _problem(line.problem)
    if (released := line.released) is not None:
        document["receipt"] = {
            "id": batch.event(line.learner),
            "version": released.version,
            "position": {"ledger": "evidence", "shard": released.shard, "position": released.position},
            "recorded_at": instant_text(released.recorded_at),
        }
    return document


def _problem(why: Why) -> dict[str, Any]:
    status = {"gone": 410, "not-found": 404, "mismatch": 422, "unreadable": 503}.get(why.code, 409)
    problem = Problem(status, why.code, "Nothing is released for this learner.", why.detail).document()
    return {**problem, "states": [asdict(state) for state in why.states]} if why.states else problem
