"""The public door of shares: whoever has a link sees what a learner shows by it. Nobody asks who that is.

A link's secret goes no further than here: `evidence` is asked with its digest, in a body. What comes back may be kept
by nobody on the way, found by no search engine and told to no other site. That a share was read is in the logs of the
learner and of all who made with her what it shows, before it is shown: when, by which share, and nothing of the reader.
"""

from datetime import tzinfo
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from services.gateway.domain.disclosures import BY_SHARE, Disclosure
from services.gateway.http.ballots import Misses
from services.gateway.http.limits import address_of
from services.gateway.http.pages.rendering import page
from services.gateway.http.pages.visiting import reader_of
from services.gateway.ports import Disclosures, OpenedShare, Shares
from shared.contracts.values import Code, Moment
from shared.ledger.links import share_named, token_of
from shared.runtime.documents import refusals
from shared.runtime.problems import Problem, not_found

ROUTE = "/v1/shares/{secret}"

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Vary": "Accept",
}
"""On whatever is answered of a share, refusals too: their address has a secret in it."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class SharedSkill(_Answer):
    code: Code
    statement: str


class SharedPart(_Answer):
    """A text, or the host of a link, as `content`; or what a file is and how large. Files' names tell of people."""

    kind: Code
    content: str | None = None
    media_type: str | None = None
    size: int | None = None


class SharedExhibit(_Answer):
    """A version of a work as it was, with what its maker says of it. `others` made it with her.

    `left_out` is a sentence, and stands where title, reason and parts are not shown any more.
    """

    title: str | None = None
    reason: str | None = None
    left_out: str | None = None
    number: int
    made_at: Moment
    others: int
    shows: list[SharedSkill]
    artefacts: list[SharedPart]


class SharedPortfolio(_Answer):
    """What a learner shows, in her order. Of herself no more than her first name; no levels, grades or scores."""

    given: str | None = None
    audience: Code
    shared_at: Moment
    expires_at: Moment
    exhibits: list[SharedExhibit]


class ShareDoors:
    """Opens shares, for the API and for the page."""

    def __init__(self, shares: Shares, log: Disclosures, misses: Misses) -> None:
        self._shares, self._log, self._misses = shares, log, misses

    async def open(self, secret: str, request: Request) -> OpenedShare:
        """What this secret opens; it is logged, for each learner whose work it shows, when this returns.

        Raises 404 where nothing does, and 429 where an address tried too many; `problems.unavailable` where it cannot
        be read or logged.
        """
        share = share_named(secret)
        opened = None if share is None else await self._shares.open(share, token_of(secret))
        if opened is None:
            await self._misses.count(address_of(request.client.host if request.client else None))
            raise not_found("share, or it is over")
        await self._log.note([Disclosure(learner, opened.share, BY_SHARE) for learner in opened.learners])
        return opened


def share_routes(doors: ShareDoors, zone: tzinfo) -> APIRouter:
    """`GET /v1/shares/{secret}`."""
    router = APIRouter(
        tags=["portfolio"],
        responses=refusals({404: "No share has this secret, or it is over.", 429: "Too many such secrets were tried."}),
    )

    @router.get(
        ROUTE,
        response_model=SharedPortfolio,
        responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
        summary="See what somebody shares",
    )
    async def show(secret: Annotated[str, Path(description="What the link ends in.")], request: Request) -> Response:
        """The exhibits of a share, for whoever has its link: as they were when it was made, until it is over.

        To a browser, which asks for `text/html`, as a plain page without scripts.
        """
        try:
            opened = await doors.open(secret, request)
        except Problem as refused:
            answer = refused.response()
            answer.headers.update(HEADERS)
            return answer
        shown = SharedPortfolio.model_validate(opened.shown)
        if "text/html" in request.headers.get("accept", ""):
            answer = page("share.html", reader_of(request, zone, None), shown=shown)
            answer.headers.update(HEADERS)
            return answer
        return JSONResponse(shown.model_dump(exclude_none=True), headers=HEADERS)

    return router
