"""A learner's transcript as a page and as a tagged PDF, with her name.

`mastery` says what stands on it, `evidence` her name to whoever may read it, and here it is only set. That both were
shown is in her log before they are.
"""

import asyncio
from datetime import UTC, datetime, tzinfo
from pathlib import Path as File
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.gateway.domain.disclosures import Purpose
from services.gateway.http.cookies import given_cookie
from services.gateway.http.pages.asking import Asking
from services.gateway.http.pages.languages import CHOSEN, language_for
from services.gateway.http.pages.rendering import KEPT, page_of_one_file
from services.gateway.http.pages.transcript_wording import told_of
from services.gateway.http.visitors import Visitor
from shared.ledger.identifiers import is_id
from shared.runtime.clock import Clock
from shared.runtime.documents import refusals
from shared.runtime.printing import PrintingError, printed
from shared.runtime.problems import invalid, not_found
from shared.runtime.tokens import Caller, Verifier, person

TEMPLATE = File(__file__).with_name("transcript.typ")

_Learner: TypeAlias = Annotated[str, Path(alias="id")]
_AsOf: TypeAlias = Annotated[str | None, Query(description="An instant, the end of a day, or pins.")]
_Purpose: TypeAlias = Annotated[
    Purpose | None, Query(description="Why her name is read; it is written down. Left out by the learner herself.")
]


def transcript_pages(asking: Asking, verifier: Verifier, clock: Clock, public_url: str, zone: tzinfo) -> APIRouter:
    """`GET /v1/learners/{id}/transcript.html` and `….pdf`."""
    router = APIRouter(
        tags=["transcripts"],
        responses=refusals({404: "There is no such learner, or she is not yours to see.", 410: "She is forgotten."}),
    )
    caller_of = person(verifier)

    async def told(learner: str, as_of: str | None, purpose: Purpose | None, request: Request, caller: Caller) -> Any:
        if not is_id(learner):
            raise not_found("learner")
        if purpose is None:
            if caller.id != learner:
                raise invalid("Say why her name is read: purpose=family, for example.", field="/query/purpose")
            purpose = "own-record"
        visitor = Visitor(caller.id, "", request.headers["authorization"])
        query = {} if as_of is None else {"as_of": as_of}
        transcript = await asking.read(visitor, f"/v1/learners/{learner}/transcript", **query)
        named = (await asking.revealed(visitor, purpose, names=[learner])).names.get(learner)
        name = None if named is None else f"{named.given} {named.family}"
        language = language_for(given_cookie(request.scope, CHOSEN), request.headers.get("accept-language", ""))
        return told_of(transcript, name, public_url.rstrip("/"), language, zone)

    @router.get("/v1/learners/{id}/transcript.html", response_class=HTMLResponse, summary="A transcript as a page")
    async def as_page(
        learner: _Learner,
        request: Request,
        caller: Annotated[Caller, Depends(caller_of)],
        as_of: _AsOf = None,
        purpose: _Purpose = None,
    ) -> Response:
        """One file, without scripts, to be read and printed, in the language that the reader likes best of ours."""
        return page_of_one_file("transcript.html", told=await told(learner, as_of, purpose, request, caller))

    @router.get(
        "/v1/learners/{id}/transcript.pdf",
        response_class=Response,
        responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
        summary="A transcript as a PDF",
    )
    async def as_pdf(
        learner: _Learner,
        request: Request,
        caller: Annotated[Caller, Depends(caller_of)],
        as_of: _AsOf = None,
        purpose: _Purpose = None,
    ) -> Response:
        """A tagged PDF (PDF/UA-1), which screen readers read in order, in the language that the reader likes best."""
        said = await told(learner, as_of, purpose, request, caller)
        try:
            pdf = await asyncio.to_thread(printed, TEMPLATE, said, at=datetime.fromtimestamp(clock() // 1000, UTC))
        except PrintingError as error:
            raise invalid("There is no font here for some of its letters; read it as a page instead.") from error
        return Response(pdf, headers=KEPT, media_type="application/pdf")

    return router
