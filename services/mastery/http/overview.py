"""`GET /v1/learners/{learner}/overview`."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from services.mastery.flows.read_overview import RECENT, Overview, RecentPiece, read_overview
from services.mastery.flows.reading import Question
from services.mastery.http.answers import as_of_document, states_document
from services.mastery.http.asked import asked_of_learner
from services.mastery.http.documents import PROBLEMS, ByPartsDocument, StateDocument
from services.mastery.http.map_documents import MappedFrameworkDocument
from services.mastery.http.readiness_answers import frameworks_document, next_document
from services.mastery.http.readiness_documents import FlaggedDocument, StepDocument
from services.mastery.http.redo_answers import redo_documents
from services.mastery.http.redo_documents import RedoDocument
from services.mastery.ports import District
from shared.contracts.documents import CountedKind
from shared.contracts.values import Digest, Id, Moment
from shared.ledger.instants import instant_text
from shared.runtime.answering import private_answer
from shared.runtime.documents import POSITION_HEADER, AsOfDocument
from shared.runtime.tokens import Verifier

STEPS = 50
"""Next steps that are told; `…/next` has more."""


class ShownSkillDocument(BaseModel):
    """A competency that a piece says something of; its code and words where a framework names it."""

    competency: Id
    code: str | None = None
    statement: str | None = None


class RecentPieceDocument(BaseModel):
    """A piece of evidence, without what it earned; `feedback_ref` are the words that it came with."""

    event: Id
    kind: CountedKind
    occurred_at: Moment
    recorded_at: Moment
    shows: list[ShownSkillDocument]
    feedback_ref: Digest | None = None


class OverviewDocument(BaseModel):
    """What `…/mastery`, `…/map`, `…/next` and `…/redos` tell, as of one moment: no two of them can contradict. And the
    pieces of evidence that happened last, the last of them first.
    """

    learner: Id
    as_of: AsOfDocument
    under_review: bool
    states: list[StateDocument]
    by_parts: list[ByPartsDocument]
    frameworks: list[MappedFrameworkDocument]
    next: list[StepDocument]
    ready: int = Field(description=f"How many there are to go on with in all; `next` has the first {STEPS} of them.")
    flagged: list[FlaggedDocument]
    redos: list[RedoDocument]
    recent: Annotated[list[RecentPieceDocument], Field(max_length=RECENT)]


def overview_routes(district: District, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["mastery"], responses=PROBLEMS)

    @router.get(
        "/v1/learners/{learner}/overview",
        response_model=OverviewDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="A first look at a learner",
    )
    async def overview(question: Annotated[Question, Depends(asked_of_learner(district, verifier))]) -> Response:
        """Where she is with everything, on which map, what comes next and what she does over, as of one moment."""
        return _answer(await read_overview(question, district))

    return router


def _answer(overview: Overview) -> Response:
    horizon = overview.mastery.horizon
    document = {
        "learner": overview.mastery.learner,
        "as_of": as_of_document(horizon),
        "under_review": horizon.under_review,
        **states_document(overview.mastery),
        "frameworks": frameworks_document(overview.map),
        **next_document(overview.next, STEPS),
        "redos": redo_documents(overview.redos),
        "recent": [_recent(one) for one in overview.recent],
    }
    return private_answer(document, horizon.pins)


def _recent(one: RecentPiece) -> dict[str, Any]:
    piece = one.piece
    return {
        "event": piece.event,
        "kind": piece.kind,
        "occurred_at": instant_text(piece.occurred_at),
        "recorded_at": instant_text(piece.recorded_at),
        "shows": [
            {"competency": id_, **({} if named is None else {"code": named.code, "statement": named.statement})}
            for id_, named in one.shows.items()
        ],
        **({} if one.feedback_ref is None else {"feedback_ref": one.feedback_ref}),
    }
