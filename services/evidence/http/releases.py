"""Grades: released one by one, amended, upheld and read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from services.evidence.domain.errors import Invalid
from services.evidence.domain.releasing import Digests, Judged, JudgeGrade, Occasion, ReleaseGrade
from services.evidence.flows.judge_grade import amend_grade, uphold_grade
from services.evidence.flows.read_grade import ShownGrade, read_grade
from services.evidence.flows.release_grade import release_grade
from services.evidence.http.answers import answer, json_response
from services.evidence.http.documents import CONFLICT, PROBLEMS, ReceiptDocument
from services.evidence.http.evidence import place
from services.evidence.http.release_documents import GradeDocument, JudgeRequest, ReleaseRequest, SeenDocument
from services.evidence.http.strict import IdempotencyKey, StrictRoute, id_of
from services.evidence.ports import District
from shared.contracts.grades import GradedLevel, GradePin, GradeUpheld
from shared.contracts.values import Id
from shared.ledger.decimals import scaled
from shared.ledger.instants import instant_text
from shared.rulebook.policy import Scale
from shared.runtime.disclosing import disclose
from shared.runtime.freshness import written
from shared.runtime.shards import Shard
from shared.runtime.tokens import Caller, Verifier, person

RELEASE_ROUTE, READ_ROUTE = "/v1/releases", "/v1/releases/{id}"
AMEND_ROUTE, UPHOLD_ROUTE = "/v1/releases/{id}/amend", "/v1/releases/{id}/uphold"

GradeId = Annotated[Id, Path(alias="id")]

_STATES = {"GradeReleased": "released", "GradeAmended": "amended", "GradeUpheld": "upheld"}
_REPEATED: dict[int | str, dict[str, Any]] = {
    200: {"model": ReceiptDocument, "description": "Recorded before, by this request."},
    410: {"description": "The learner is forgotten."},
}


def release_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/releases`, `GET /v1/releases/{id}`, `POST …/amend` and `POST …/uphold`."""
    router = APIRouter(tags=["grades"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))
    write: dict[str, Any] = {
        "response_model": ReceiptDocument,
        "status_code": 201,
        "responses": {**_REPEATED, **CONFLICT},
    }

    @router.post(RELEASE_ROUTE, summary="Release a grade", **write)
    async def release(
        request: ReleaseRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Release what was seen as a grade: the record is folded anew, and must say the same (else 409 `stale-states`
        with the digest of each state now).
        """
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route=RELEASE_ROUTE)
        occasion = Occasion(request.learner, request.course, request.period)
        wish = ReleaseGrade(event_id, occasion, _seen(request.states), request.expected_version)
        return answer(await release_grade(wish, actor.id, district))

    @router.get(READ_ROUTE, response_model=GradeDocument, response_model_exclude_none=True, summary="Read a grade")
    async def read(grade: GradeId, reader: Annotated[Caller, caller]) -> Response:
        """A grade as it stands now, with every decision about it. `Ascertain-Position` says as of where."""
        shown = await read_grade(grade, reader.id, district)
        latest = shown.grade.history[-1].entry
        position = written({Shard(latest.ledger, latest.shard): latest.position})
        document = json_response(_document(shown), headers={"Ascertain-Position": position})
        return disclose(document, "grade", [latest.owner])

    @router.post(AMEND_ROUTE, summary="Amend a grade", **write)
    async def amend(
        grade: GradeId,
        request: JudgeRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Set a grade anew as the record says now, for a reason."""
        wish = _judge(grade, request, id_of(request.id, idempotency_key, actor=actor.id, route=AMEND_ROUTE))
        return answer(await amend_grade(wish, actor.id, district))

    @router.post(UPHOLD_ROUTE, summary="Uphold a grade", **write)
    async def uphold(
        grade: GradeId,
        request: JudgeRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Let a grade stay as it is, in the knowledge of these states of its competencies, for a reason."""
        wish = _judge(grade, request, id_of(request.id, idempotency_key, actor=actor.id, route=UPHOLD_ROUTE))
        return answer(await uphold_grade(wish, actor.id, district))

    return router


def level_documents(levels: Iterable[GradedLevel], scales: Mapping[str, Scale]) -> list[dict[str, Any]]:
    """Levels as JSON, each with its name."""
    return [_level(level, scales) for level in levels]


def _level(level: GradedLevel, scales: Mapping[str, Scale]) -> dict[str, Any]:
    scale = None if level.policy is None else scales.get(level.policy)
    named = None if scale is None or level.at is None else scale.level_at(scaled(level.at))
    document: dict[str, Any] = {
        "competency": level.competency,
        "status": level.status,
        "level": None if named is None else named.name,
        "at": level.at,
        "policy": level.policy,
        "state": level.state,
    }
    return document if level.override is None else {**document, "override": level.override}


def _seen(states: Sequence[SeenDocument]) -> Digests:
    seen: dict[str, str] = {}
    for index, state in enumerate(states):
        if state.competency in seen:
            raise Invalid("This competency stands before it already.", field=f"/states/{index}/competency")
        seen[state.competency] = state.digest
    return seen


def _judge(grade: str, request: JudgeRequest, event_id: str) -> JudgeGrade:
    return JudgeGrade(event_id, grade, _seen(request.states), request.expected_version, request.reason)


def _document(shown: ShownGrade) -> dict[str, Any]:
    grade = shown.grade
    released = grade.history[0].entry
    return {
        "id": grade.id,
        "learner": grade.occasion.learner,
        "course": grade.occasion.course,
        "period": grade.occasion.period,
        "version": grade.version,
        "state": _STATES[grade.history[-1].entry.event],
        "levels": level_documents(grade.levels, shown.scales),
        "pins": _pins(grade.set_by.body.pins),
        "released": {
            "actor": released.actor,
            "recorded_at": instant_text(released.recorded_at),
            "position": place(released),
        },
        "history": [_judgement(judged, shown.scales) for judged in grade.history],
    }


def _judgement(judged: Judged, scales: Mapping[str, Scale]) -> dict[str, Any]:
    entry, body = judged.entry, judged.body
    document: dict[str, Any] = {
        "id": entry.id,
        "type": entry.event,
        "version": entry.version,
        "actor": entry.actor,
        "recorded_at": instant_text(entry.recorded_at),
        "position": place(entry),
        "pins": _pins(body.pins),
    }
    if isinstance(body, GradeUpheld):
        document["states"] = [state.model_dump() for state in body.states]
    else:
        document["levels"] = level_documents(body.levels, scales)
    reason_ref = getattr(body, "reason_ref", None)
    return document if reason_ref is None else {**document, "reason_ref": reason_ref}


def _pins(pins: Iterable[GradePin]) -> list[dict[str, Any]]:
    return [pin.model_dump() for pin in pins]
