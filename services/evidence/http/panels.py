"""An exhibition's panel: who sits on it, what each gives, what they conclude."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from services.evidence.domain.agreement import Agreement, together
from services.evidence.domain.paneling import Appoint, Conclude, Dismiss, Score
from services.evidence.domain.panels import Conclusion, Panelist, PanelScore
from services.evidence.domain.texts import Name
from services.evidence.flows.appoint_panelist import appoint_panelist
from services.evidence.flows.conclude_panel import conclude_panel
from services.evidence.flows.dismiss_panelist import dismiss_panelist
from services.evidence.flows.read_panel import PanelSeen, WorkSeen, read_panel
from services.evidence.flows.score_for_panel import score_for_panel
from services.evidence.http.answers import answer, json_response, member_document, receipt_document
from services.evidence.http.documents import CONFLICT, GONE, PROBLEMS, ReceiptDocument, recorded
from services.evidence.http.evidence import place
from services.evidence.http.exhibition_documents import ExhibitionId
from services.evidence.http.panel_documents import (
    AppointedDocument,
    AppointRequest,
    ConcludedDocument,
    ConcludeRequest,
    DismissRequest,
    PanelDocument,
    PanelScoreRequest,
)
from services.evidence.http.strict import IdempotencyKey, StrictRoute, id_of
from services.evidence.ports import District
from shared.contracts.bodies import CriterionResult
from shared.contracts.values import Id
from shared.ledger.instants import Instant, instant, instant_text
from shared.runtime.disclosing import disclose
from shared.runtime.documents import refusals
from shared.runtime.freshness import written
from shared.runtime.shards import Shard
from shared.runtime.tokens import Caller, Verifier, person

PANEL_ROUTE, APPOINT_ROUTE = "/v1/exhibitions/{id}/panel", "/v1/exhibitions/{id}/panelists"
DISMISS_ROUTE = "/v1/exhibitions/{id}/panelists/{panelist}/dismiss"
SCORE_ROUTE = "/v1/exhibitions/{id}/works/{work}/panel-scores"
CONCLUDE_ROUTE = "/v1/exhibitions/{id}/works/{work}/panel"


def panel_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST …/panelists`, `…/panelists/{panelist}/dismiss`, `…/works/{work}/panel-scores|panel`, `GET …/panel`."""
    router = APIRouter(tags=["panels"], route_class=StrictRoute, responses=PROBLEMS)
    _membership(router, district, verifier)
    _judgement(router, district, verifier)
    caller = Depends(person(verifier))

    @router.get(
        PANEL_ROUTE,
        response_model=PanelDocument,
        response_model_exclude_none=True,
        responses=refusals({409: "The exhibition was planned without a panel."}),
        summary="Read a panel",
    )
    async def read(exhibition: ExhibitionId, reader: Annotated[Caller, caller]) -> Response:
        """For whoever holds the exhibition, and for its panelists, who see their own scores and what was concluded."""
        seen = await read_panel(exhibition, reader.id, district)
        last = seen.panel.last
        position = written({Shard(last.ledger, last.shard): last.position})
        headers = {"Ascertain-Position": position, "Cache-Control": "private, no-store"}
        return disclose(json_response(_panel(seen), headers=headers), "panel", seen.makers)

    return router


def _membership(router: APIRouter, district: District, verifier: Verifier) -> None:
    caller = Depends(person(verifier))

    @router.post(APPOINT_ROUTE, summary="Appoint a panelist", **recorded(AppointedDocument, CONFLICT))
    async def appoint(
        exhibition: ExhibitionId,
        request: AppointRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Let somebody score what is shown; again, to let her do so for longer. For whoever holds the exhibition."""
        name = None if request.name is None else Name(request.name.given, request.name.family)
        wish = Appoint(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=APPOINT_ROUTE),
            exhibition=exhibition,
            panelist=request.panelist,
            name=name,
            role=request.role,
            ends_at=_moment(request.ends_at),
        )
        document = receipt_document(await appoint_panelist(wish, actor.id, district)) | {"panelist": wish.person}
        return json_response(document, status=document["status"])

    @router.post(DISMISS_ROUTE, summary="Dismiss a panelist", **recorded(ReceiptDocument, CONFLICT))
    async def dismiss(
        exhibition: ExhibitionId,
        panelist: Annotated[Id, Path()],
        request: DismissRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Let somebody else score no longer, and be shown nothing more. What she scored stays."""
        id_ = id_of(request.id, idempotency_key, actor=actor.id, route=DISMISS_ROUTE)
        return answer(await dismiss_panelist(Dismiss(id_, exhibition, panelist), actor.id, district))


def _judgement(router: APIRouter, district: District, verifier: Verifier) -> None:
    caller = Depends(person(verifier))

    @router.post(SCORE_ROUTE, summary="Score for a panel", **recorded(ReceiptDocument, CONFLICT, GONE))
    async def score(
        exhibition: ExhibitionId,
        work: Annotated[Id, Path()],
        request: PanelScoreRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Score a work as a panelist, for oneself; again, to replace what one gave, until the panel has concluded."""
        wish = Score(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=SCORE_ROUTE),
            exhibition=exhibition,
            work=work,
            levels=request.levels,
            calibration=request.calibration,
            note=request.note,
            occurred_at=_moment(request.occurred_at),
        )
        return answer(await score_for_panel(wish, actor.id, district))

    @router.post(CONCLUDE_ROUTE, summary="Conclude for a panel", **recorded(ConcludedDocument, CONFLICT, GONE))
    async def conclude(
        exhibition: ExhibitionId,
        work: Annotated[Id, Path()],
        request: ConcludeRequest,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Say what the panel agreed on: one score a member, all or none. For whoever holds the exhibition; where she
        sits or sat on the panel, once she has scored the work herself.
        """
        wish = Conclude(
            id=id_of(request.id, idempotency_key, actor=actor.id, route=CONCLUDE_ROUTE),
            exhibition=exhibition,
            work=work,
            scores=request.scores,
            levels=request.levels,
            resolution=request.resolution,
            purpose=request.purpose,
            task=request.task,
            course=request.course,
            occurred_at=instant(request.occurred_at),
        )
        concluded, members = await conclude_panel(wish, actor.id, district)
        document = receipt_document(concluded) | {"receipts": [member_document(*one) for one in members]}
        return json_response(document, status=document["status"])


def _panel(seen: PanelSeen) -> dict[str, Any]:
    panel, planned = seen.panel, seen.panel.planned
    assert planned is not None
    return {
        "exhibition": panel.exhibition,
        "rubric": planned.rubric,
        "discuss_from": planned.discuss_from,
        "panelists": [_panelist(one, seen.now) for one in panel.panelists.values()],
        "works": [_work(one, panel.conclusions.get(one.work)) for one in seen.works],
        **({} if seen.agreement is None else {"agreement": _agreements(seen.agreement)}),
        **({} if seen.calibration is None else {"calibration": _agreements(seen.calibration)}),
        "position": place(panel.last),
    }


def _panelist(one: Panelist, now: Instant) -> dict[str, Any]:
    state = "appointed" if one.is_current(now) else "dismissed" if one.is_dismissed else "ended"
    ends = {} if one.ends_at is None else {"ends_at": instant_text(one.ends_at)}
    return {"panelist": one.id, "role": one.role, "state": state, "guest": one.is_guest, **ends}


def _work(seen: WorkSeen, conclusion: Conclusion | None) -> dict[str, Any]:
    document = {
        "work": seen.work,
        "scores": [_score(score) for score in seen.scores],
        "hidden": seen.hidden,
        "differences": [
            {"criterion": one.criterion, "lowest": one.lowest, "highest": one.highest, "levels": one.levels}
            for one in seen.differences
        ],
    }
    if conclusion is not None:
        resolution = {} if conclusion.resolution_ref is None else {"resolution_ref": conclusion.resolution_ref}
        document["conclusion"] = {
            "event": conclusion.event,
            "rubric": conclusion.rubric,
            "scores": list(conclusion.scores),
            "levels": _levels(conclusion.results),
            **resolution,
        }
    return document


def _score(score: PanelScore) -> dict[str, Any]:
    note = {} if score.note_ref is None else {"note_ref": score.note_ref}
    return {
        "score": score.event,
        "panelist": score.panelist,
        "rubric": score.rubric,
        "calibration": score.calibration,
        "levels": _levels(score.results),
        **note,
    }


def _levels(results: tuple[CriterionResult, ...]) -> dict[str, str]:
    return {result.criterion: result.earned for result in results}


def _agreements(found: dict[str, Agreement]) -> dict[str, Any]:
    return {
        **_agreement(together(found.values())),
        "criteria": {code: _agreement(one) for code, one in found.items()},
    }


def _agreement(found: Agreement) -> dict[str, Any]:
    return {"n": found.compared, "exact": found.exact, "adjacent": found.adjacent, "sentence": found.sentence}


def _moment(written_: str | None) -> Instant | None:
    return None if written_ is None else instant(written_)
