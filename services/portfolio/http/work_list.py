"""`GET /v1/works`: the works of sections, for whoever scores them."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from services.portfolio.flows.list_exhibitions import FIRST
from services.portfolio.flows.list_works import WorkSeen, list_works
from services.portfolio.flows.reading import Question
from services.portfolio.http.documents import PROBLEMS
from services.portfolio.http.routes import MOST_AT_ONCE, Portfolio
from services.portfolio.ports import Place
from shared.contracts.values import Digest, Id, Moment
from shared.ledger.identifiers import UUID_PATTERN
from shared.ledger.instants import instant_text
from shared.runtime.answering import private_answer
from shared.runtime.as_of import AtLeastText, read_at_least
from shared.runtime.disclosing import disclose
from shared.runtime.documents import POSITION_HEADER
from shared.runtime.paging import place_after
from shared.runtime.tokens import Caller, person

MOST = 200
_PLACE = re.compile(rf"([0-9]{{1,15}}):({UUID_PATTERN})", re.ASCII)


class ListedWorkDocument(BaseModel):
    """A work. `members` are those whom the reader may see, `others` how many more there are; `versions` counts them.

    `scored_at` is when a score of it that still stands was recorded last; before `touched_at`, a draft came since.
    """

    work: Id
    members: list[Id]
    others: int
    task: Id | None = None
    courses: list[Id]
    title_ref: Digest | None = None
    versions: int
    touched_at: Moment = Field(description="When it was started, or its latest version came.")
    scored_at: Moment | None = None


class ListedWorksDocument(BaseModel):
    """A page of works, the one touched last first."""

    items: list[ListedWorkDocument]
    next: str | None


def work_list_routes(portfolio: Portfolio) -> APIRouter:
    router = APIRouter(tags=["works"], responses={**PROBLEMS, 200: {"headers": POSITION_HEADER}})
    caller = Depends(person(portfolio.verifier))

    @router.get("/v1/works", response_model=ListedWorksDocument, summary="The works of sections")
    async def works(
        reader: Annotated[Caller, caller],
        section: Annotated[list[Id], Query(min_length=1, max_length=MOST_AT_ONCE)],
        after: Annotated[str | None, Query(description="`next` of the page before.", max_length=80)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
        at_least: AtLeastText = None,
    ) -> Response:
        """Works of the sections' learners for whom the caller may record, the one touched last first."""
        question = Question(reader.id, at_least=read_at_least(at_least))
        page = await list_works(section, _place(after), limit, question, portfolio.district)
        onward = None if page.next is None else f"{page.next[0]}:{page.next[1]}"
        document = {"items": [_document(seen) for seen in page.works], "next": onward}
        told = {member for seen in page.works for member in seen.members}
        return disclose(private_answer(document, page.reached), "works", told)

    return router


def _document(seen: WorkSeen) -> dict[str, Any]:
    work = seen.work
    return {
        "work": work.id,
        "members": list(seen.members),
        "others": len(work.members) - len(seen.members),
        **{name: work.started[name] for name in ("task", "title_ref") if name in work.started},
        "courses": work.started["courses"],
        "versions": work.versions,
        "touched_at": instant_text(work.touched_at),
        **({} if work.scored_at is None else {"scored_at": instant_text(work.scored_at)}),
    }


def _place(after: str | None) -> Place:
    match = place_after(after, _PLACE)
    return FIRST if match is None else (int(match[1]), match[2])
