"""Guardians: linked to learners, and unlinked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.evidence.domain.guardians import LinkGuardian, UnlinkGuardian
from services.evidence.flows.link_guardian import link_guardian, unlink_guardian
from services.evidence.http.answers import answer
from services.evidence.http.documents import GONE, PROBLEMS, ReceiptDocument, recorded
from services.evidence.http.strict import IdempotencyKey, StrictRoute, id_of
from services.evidence.ports import District
from shared.contracts.values import Contract, Id
from shared.runtime.tokens import Caller, Verifier, person

LINK_ROUTE, UNLINK_ROUTE = "/v1/guardians", "/v1/guardians/unlink"

_WRITE = recorded(ReceiptDocument, GONE)


class GuardianRequest(Contract):
    """A learner, and the person who speaks for her."""

    id: Id | None = None
    learner: Id
    guardian: Id


def guardian_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/guardians` and `POST /v1/guardians/unlink`."""
    router = APIRouter(tags=["guardians"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post(LINK_ROUTE, summary="Link a guardian", **_WRITE)
    async def link(
        request: GuardianRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Let a person see everything of a learner's, as her guardian. For administrators of her school."""
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route=LINK_ROUTE)
        return answer(
            await link_guardian(LinkGuardian(event_id, request.learner, request.guardian), actor.id, district)
        )

    @router.post(UNLINK_ROUTE, summary="Unlink a guardian", **_WRITE)
    async def unlink(
        request: GuardianRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """From now on the person sees nothing of the learner's. For administrators of her school."""
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route=UNLINK_ROUTE)
        wish = UnlinkGuardian(event_id, request.learner, request.guardian)
        return answer(await unlink_guardian(wish, actor.id, district))

    return router
