"""Portfolios: exhibits chosen, withdrawn and put in order, and shares made and revoked."""

from typing import Annotated, Literal, TypeAlias

from fastapi import APIRouter, Depends, Path, Response
from pydantic import AfterValidator, Field

from services.evidence.domain.exhibits import ArrangeExhibits, ChooseExhibit, WithdrawExhibit
from services.evidence.domain.sharing import RevokeShare, SharePortfolio
from services.evidence.flows.arrange_exhibits import arrange_exhibits
from services.evidence.flows.choose_exhibit import choose_exhibit
from services.evidence.flows.share_portfolio import revoke_share, share_portfolio
from services.evidence.flows.withdraw_exhibit import withdraw_exhibit
from services.evidence.http.answers import answer, json_response, receipt_document
from services.evidence.http.documents import CONFLICT, GONE, PROBLEMS, ReceiptDocument, Version, WrittenText, recorded
from services.evidence.http.strict import IdempotencyKey, StrictRoute, id_of
from services.evidence.ports import District
from shared.contracts.portfolios import MAX_EXHIBITS
from shared.contracts.values import Contract, Id, Moment, unique
from shared.ledger.instants import instant
from shared.runtime.tokens import Caller, Verifier, person

PORTFOLIO = "/v1/learners/{id}/portfolio"
CHOOSE_ROUTE = f"{PORTFOLIO}/exhibits"
WITHDRAW_ROUTE = f"{PORTFOLIO}/exhibits/{{exhibit}}/withdraw"
ARRANGE_ROUTE = f"{PORTFOLIO}/exhibits/order"
SHARE_ROUTE = f"{PORTFOLIO}/shares"
REVOKE_ROUTE = f"{PORTFOLIO}/shares/{{share}}/revoke"

_LEARNER = Annotated[Id, Path(alias="id")]


def _each_once(ids: tuple[str, ...]) -> tuple[str, ...]:
    unique("id", ids)
    return ids


_Exhibits = Annotated[
    tuple[Id, ...], Field(min_length=1, max_length=MAX_EXHIBITS, strict=False), AfterValidator(_each_once)
]
_Competencies = Annotated[tuple[Id, ...], Field(min_length=1, max_length=50, strict=False), AfterValidator(_each_once)]


class ExhibitRequest(Contract):
    """A version of a work, by the event that added it; which competencies it shows; and why it was chosen.

    Where `expected_version` is left out, whatever the portfolio is by then is meant.
    """

    id: Id | None = None
    version: Id
    competencies: _Competencies
    reason: WrittenText | None = None
    expected_version: Version | None = None


class ExhibitWithdrawal(Contract):
    """`expected_version` is that of the portfolio, where it matters."""

    id: Id | None = None
    expected_version: Version | None = None


class OrderRequest(Contract):
    """Exhibits in the order in which they are shown; those left out stand after them, as they stood."""

    id: Id | None = None
    exhibits: _Exhibits
    expected_version: Version


Audience: TypeAlias = Literal["public", "college", "family", "employer", "school", "other"]
"""For whom a share is. A closed list: in a free code a name could stand. Nothing is decided by it."""


class ShareRequest(Contract):
    """For whom it is meant, until when, and which exhibits: left out, all."""

    id: Id | None = None
    audience: Audience
    expires_at: Moment
    exhibits: _Exhibits | None = None
    expected_version: Version | None = None


class Revocation(Contract):
    """Nothing but its id, where it is not given by an Idempotency-Key."""

    id: Id | None = None


class ShareReceipt(ReceiptDocument):
    """The share, by its id, and what makes its link: `GET /v1/shares/{secret}`. It is stored nowhere: keep it."""

    secret: str
    address: str


_WRITE = recorded(ReceiptDocument, CONFLICT, GONE)


def exhibit_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST …/portfolio/exhibits`, `…/{exhibit}/withdraw` and `…/order`."""
    router = APIRouter(tags=["portfolio"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post(CHOOSE_ROUTE, summary="Choose an exhibit", **_WRITE)
    async def choose(
        learner: _LEARNER,
        request: ExhibitRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Show a version of a work in one's portfolio. For the learner herself. The exhibit has the receipt's id."""
        wish = ChooseExhibit(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=CHOOSE_ROUTE),
            learner=learner,
            version=request.version,
            competencies=request.competencies,
            reason=request.reason,
            expected_version=request.expected_version,
        )
        return answer(await choose_exhibit(wish, actor.id, district))

    @router.post(ARRANGE_ROUTE, summary="Put exhibits in order", **_WRITE)
    async def arrange(
        learner: _LEARNER,
        request: OrderRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Say in which order exhibits are shown. For the learner herself."""
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route=ARRANGE_ROUTE)
        wish = ArrangeExhibits(event_id, learner, request.exhibits, request.expected_version)
        return answer(await arrange_exhibits(wish, actor.id, district))

    @router.post(WITHDRAW_ROUTE, summary="Withdraw an exhibit", **_WRITE)
    async def withdraw(
        learner: _LEARNER,
        exhibit: Id,
        request: ExhibitWithdrawal,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Show an exhibit no longer, in shares neither. For the learner herself."""
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route=WITHDRAW_ROUTE)
        wish = WithdrawExhibit(event_id, learner, exhibit, request.expected_version)
        return answer(await withdraw_exhibit(wish, actor.id, district))

    return router


def share_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST …/portfolio/shares` and `…/{share}/revoke`."""
    router = APIRouter(tags=["portfolio"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post(SHARE_ROUTE, summary="Share exhibits by a link", **recorded(ShareReceipt, CONFLICT, GONE))
    async def share(
        learner: _LEARNER,
        request: ShareRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Show exhibits, as they are now, to whoever has the link, for a year at most. For the learner and guardians.

        The secret is answered to this request alone; sent again under the same id or key, it is answered again.
        """
        wish = SharePortfolio(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=SHARE_ROUTE),
            learner=learner,
            audience=request.audience,
            expires_at=instant(request.expires_at),
            exhibits=request.exhibits,
            expected_version=request.expected_version,
        )
        receipt, secret = await share_portfolio(wish, actor.id, district)
        document = {**receipt_document(receipt), "secret": secret, "address": f"/v1/shares/{secret}"}
        return json_response(document, status=document["status"], headers={"Cache-Control": "no-store"})

    @router.post(REVOKE_ROUTE, summary="Revoke a share", **_WRITE)
    async def revoke(
        learner: _LEARNER,
        share: Id,
        request: Revocation,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """End a share at once. For the learner, her guardians, and administrators of her school."""
        event_id = id_of(request.id, idempotency_key, actor=actor.id, route=REVOKE_ROUTE)
        return answer(await revoke_share(RevokeShare(event_id, learner, share), actor.id, district))

    return router
