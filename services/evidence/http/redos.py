"""Relearning and redoing: offered or asked for, relearning logged, opened."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.evidence.domain.redoing import BeginRedo, LogRelearn, OpenRedo
from services.evidence.flows.begin_redo import begin_redo
from services.evidence.flows.log_relearn import log_relearn
from services.evidence.flows.open_redo import open_redo
from services.evidence.http.answers import answer
from services.evidence.http.documents import CONFLICT, GONE, PROBLEMS, ReceiptDocument, Version, WrittenText, recorded
from services.evidence.http.strict import IdempotencyKey, StrictRoute, id_of
from services.evidence.ports import District
from shared.contracts.values import Code, Contract, Id
from shared.runtime.tokens import Caller, Verifier, person

BEGIN_ROUTE, RELEARN_ROUTE, OPEN_ROUTE = "/v1/redos", "/v1/redos/{id}/relearn", "/v1/redos/{id}/open"

_REDO = Annotated[Id, Path(alias="id", description="The event that began the redo.")]
_WRITE = recorded(ReceiptDocument, CONFLICT, GONE)


class RedoRequest(Contract):
    """A competency, and the piece of evidence that is to be done over where it is one.

    `expected_version` counts all that was recorded of redoing this competency; without it, it is what is recorded now.
    """

    id: Id | None = None
    learner: Id
    competency: Id
    evidence: Id | None = None
    note: WrittenText | None = None
    expected_version: Version | None = None


class RelearnRequest(Contract):
    """What was done to relearn it: practice, reflection, conference or another code. `evidence` is the practice or the
    reflection itself, where it was recorded.
    """

    id: Id | None = None
    kind: Code
    evidence: Id | None = None
    note: WrittenText | None = None
    expected_version: Version | None = None


class OpeningRequest(Contract):
    """What may be done over: `evidence`, or without it the piece that the redo is of, or where it was superseded what
    stands in its place. With `anew` no piece: the competency is shown anew. `task` is what she may do for it.
    """

    id: Id | None = None
    expected_version: Version
    evidence: Id | None = None
    task: Id | None = None
    anew: bool = False
    note: WrittenText | None = None


def redo_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/redos`, `…/relearn` and `…/open`."""
    router = APIRouter(tags=["redos"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post(BEGIN_ROUTE, summary="Offer a redo, or ask for one", **_WRITE)
    async def begin(
        request: RedoRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Whoever may record offers it; a learner asks for it, or a guardian of hers. One at a time for a learner and
        a competency: the next begins when the one before is over, that is when it was done over.
        """
        wish = BeginRedo(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=BEGIN_ROUTE),
            learner=request.learner,
            competency=request.competency,
            evidence=request.evidence,
            note=request.note,
            expected_version=request.expected_version,
        )
        return answer(await begin_redo(wish, actor.id, district))

    @router.post(RELEARN_ROUTE, summary="Log relearning", **_WRITE)
    async def relearn(
        redo: _REDO,
        request: RelearnRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Say what was done to relearn it. A learner logs practice and reflection of herself; whatever else, such as a
        conference, is logged by who may record.
        """
        wish = LogRelearn(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=RELEARN_ROUTE),
            redo=redo,
            kind=request.kind,
            evidence=request.evidence,
            note=request.note,
            expected_version=request.expected_version,
        )
        return answer(await log_relearn(wish, actor.id, district))

    @router.post(OPEN_ROUTE, summary="Open a redo", **_WRITE)
    async def open_(
        redo: _REDO,
        request: OpeningRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Let the learner do it over, once there was logged what the policy in force and the task ask for. What she
        then does names the piece as `redo_of`. For whoever may record.
        """
        wish = OpenRedo(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=OPEN_ROUTE),
            redo=redo,
            evidence=request.evidence,
            task=request.task,
            anew=request.anew,
            note=request.note,
            expected_version=request.expected_version,
        )
        return answer(await open_redo(wish, actor.id, district))

    return router
