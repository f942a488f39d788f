"""The doors for other services: stored states, page by page, or those of one learner; and what is kept beside them."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.mastery.http.documents import PROBLEMS, DoorStatesDocument
from services.mastery.http.kept_documents import KeptDocument, KeptPageDocument, kept_document
from services.mastery.ports import StoredKept, StoredState, StoredStates
from shared.contracts.values import Id
from shared.ledger.decimals import unscaled
from shared.ledger.identifiers import UUID_PATTERN
from shared.runtime.answering import json_answer
from shared.runtime.paging import place_after
from shared.runtime.tokens import Caller, Verifier, service

MOST, MOST_LEARNERS = 5_000, 500
_CURSOR = re.compile(rf"([0-9]{{1,9}}):({UUID_PATTERN}):({UUID_PATTERN})", re.ASCII)
_LEARNER = re.compile(rf"(-?[0-9]{{1,10}}):({UUID_PATTERN})", re.ASCII)


def door_routes(states: StoredStates, kept: StoredKept, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["doors"], responses=PROBLEMS, prefix="/mastery")
    caller = Depends(service(verifier, "mastery"))

    @router.get("/states", response_model=DoorStatesDocument, summary="All stored states")
    async def all_states(
        _peer: Annotated[Caller, caller],
        after: Annotated[str | None, Query(description="`next` of the page before.", max_length=80)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 1_000,
    ) -> Response:
        """A learner's states stand together, except where a page ends; they may move between two pages."""
        rows = await states.after(_cursor(after), limit)
        last = rows[-1] if len(rows) == limit else None
        onward = None if last is None else f"{last.shard}:{last.learner}:{last.competency}"
        return json_answer({"states": [_document(row) for row in rows], "next": onward})

    @router.get("/learners/{learner}/states", response_model=DoorStatesDocument, summary="A learner's stored states")
    async def of_learner(learner: Id, _peer: Annotated[Caller, caller]) -> Response:
        """All of them, in one answer."""
        rows = await states.of(learner)
        return json_answer({"states": [_document(row) for row in rows], "next": None})

    @router.get("/kept", response_model=KeptPageDocument, summary="All that is stored beside states")
    async def all_kept(
        _peer: Annotated[Caller, caller],
        after: Annotated[str | None, Query(description="`next` of the page before.", max_length=80)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_LEARNERS)] = 100,
    ) -> Response:
        """By learner: schools, grades, reviews, redos, or that she is forgotten. A page is one moment of the tables."""
        match = place_after(after, _LEARNER)
        rows = await kept.after(None if match is None else (int(match[1]), match[2]), limit)
        onward = f"{rows[-1].shard}:{rows[-1].learner}" if len(rows) == limit else None
        return json_answer({"learners": [kept_document(row) for row in rows], "next": onward})

    @router.get("/learners/{learner}/kept", response_model=KeptDocument, summary="What is stored beside her states")
    async def kept_of_learner(learner: Id, _peer: Annotated[Caller, caller]) -> Response:
        """As on a page of all; also where nothing is."""
        return json_answer(kept_document(await kept.of(learner)))

    return router


def _cursor(after: str | None) -> tuple[int, str, str] | None:
    match = place_after(after, _CURSOR)
    return None if match is None else (int(match[1]), match[2], match[3])


def _document(row: StoredState) -> dict[str, object]:
    pins = [("definitions", 0, row.definitions_position), ("evidence", row.shard, row.evidence_position)]
    return {
        "learner": row.learner,
        "competency": row.competency,
        "status": row.status,
        "level": row.level,
        "value": None if row.value is None else unscaled(row.value),
        "policy": row.policy,
        "method": row.method,
        "scope": row.scope,
        "digest": row.digest,
        "pins": [
            {"ledger": ledger, "shard": shard, "position": position}
            for ledger, shard, position in pins
            if position is not None
        ],
        "counted": row.counted,
        "evidence": row.evidence,
        "contributions": row.contributions,
        "judged_under": row.judged_under,
    }
