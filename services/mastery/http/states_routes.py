"""`GET /v1/states`: every state, page by page; from there a subscriber goes on with the topic `mastery.state`."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from services.mastery.flows.read_states import read_states
from services.mastery.http.answers import pin_documents
from services.mastery.http.documents import PROBLEMS
from services.mastery.ports import District, StateKey, StateRead
from shared.contracts.states import KnownState
from shared.ledger.decimals import unscaled
from shared.ledger.identifiers import UUID_PATTERN
from shared.runtime.answering import private_answer
from shared.runtime.disclosing import disclose
from shared.runtime.documents import POSITION_HEADER, AsOfDocument
from shared.runtime.paging import place_after
from shared.runtime.tokens import Caller, Verifier, person

MOST = 5_000
_CURSOR = re.compile(rf"([0-9]{{1,2}}):({UUID_PATTERN}):({UUID_PATTERN})", re.ASCII)


class ShardSeqDocument(BaseModel):
    """The number of the last change of a shard that a page has seen."""

    shard: int
    seq: int


class StatesDocument(BaseModel):
    """A page of states; `next` goes on from here, null at the end.

    Pages are read one after another, so each has its own `seqs`. Pass over the records of a shard up to the `seq` that
    the first page names for it, and those of a state up to the `seq` it came with: its shard's when the page was read.
    """

    as_of: AsOfDocument
    seqs: list[ShardSeqDocument]
    states: list[KnownState]
    next: str | None = Field(description="`after` of the next page.")


def states_routes(district: District, verifier: Verifier) -> APIRouter:
    router = APIRouter(tags=["mastery"], responses=PROBLEMS)

    @router.get(
        "/v1/states",
        response_model=StatesDocument,
        responses={200: {"headers": POSITION_HEADER}},
        summary="Every state of the district",
    )
    async def states(
        reader: Annotated[Caller, Depends(person(verifier))],
        after: Annotated[str | None, Query(description="`next` of the page before.", max_length=80)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 1_000,
    ) -> Response:
        """Where every learner is with every competency, to begin with before the topic `mastery.state` is followed.

        For the district's administrators and auditors. In the order of ids, never of levels.
        """
        page = await read_states(reader.id, _key(after), limit, district)
        document = {
            "as_of": {"pins": pin_documents(page.pins)},
            "seqs": [{"shard": shard, "seq": seq} for shard, seq in page.seqs.items()],
            "states": [_document(state, page.seqs.get(state.shard, 0)) for state in page.states],
            "next": _onward(page.states[-1]) if len(page.states) == limit else None,
        }
        return disclose(private_answer(document, page.pins), "states", [state.learner for state in page.states])

    return router


def _key(after: str | None) -> StateKey | None:
    match = place_after(after, _CURSOR)
    return None if match is None else (int(match[1]), match[2], match[3])


def _onward(state: StateRead) -> str:
    return f"{state.shard}:{state.learner}:{state.competency}"


def _document(state: StateRead, seq: int) -> dict[str, Any]:
    return {
        "learner": state.learner,
        "competency": state.competency,
        "status": state.status,
        "level": state.level,
        "value": None if state.value is None else unscaled(state.value),
        "policy": state.policy,
        "method": state.method,
        "scope": state.scope,
        "counted": state.counted,
        "evidence": state.evidence,
        "digest": state.digest,
        "pins": pin_documents(state.pins),
        "shard": state.shard,
        "seq": seq,
    }
