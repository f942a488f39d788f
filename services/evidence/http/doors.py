"""The doors: the ledger and the documents, for the district's other services. For everyone else they are not there."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.evidence.domain.errors import NotFound
from services.evidence.flows.read_ledger import Doors, read_document, read_heads, read_owner, read_shard
from services.evidence.http.answers import json_response
from shared.contracts.values import Digest, Id
from shared.ledger.entry import Entry
from shared.runtime.ledger_reader import MOST, PAGE
from shared.runtime.problems import Problem
from shared.runtime.tokens import Verifier

MAX_PAGE_BYTES = 4 * 1024 * 1024
"""Bytes of bodies in one answer at most, but for a single entry."""

After = Annotated[int, Query(ge=0, lt=2**53)]
Limit = Annotated[int, Query(ge=1, le=MOST)]


def door_routes(doors: Doors, verifier: Verifier) -> APIRouter:
    """The service doors. They stand in no public document, and a token that is not a service's finds nothing."""

    async def service(request: Request) -> None:
        try:
            verifier.service(request.headers.get("authorization"), audience="evidence")
        except Problem as problem:
            raise NotFound("address") from problem

    router = APIRouter(dependencies=[Depends(service)], include_in_schema=False)

    @router.get("/ledger/heads")
    async def heads() -> Response:
        """The last position of every shard, a list a ledger."""
        return json_response(await read_heads(doors))

    @router.get("/ledger/owners/{owner}")
    async def owner(owner: Id, after: After = 0, limit: Limit = PAGE) -> Response:
        """An owner's entries above a position, in order."""
        return json_response({"entries": _entries(await read_owner(owner, after, limit, doors))})

    @router.get("/ledger/{ledger}/{shard}")
    async def shard(
        ledger: str, shard: Annotated[int, Path(ge=0, le=10**6)], after: After = 0, limit: Limit = PAGE
    ) -> Response:
        """A shard's entries above a position, without a gap, and where the shard ended when they were read."""
        page = await read_shard(ledger, shard, after, limit, doors)
        return json_response({"entries": _entries(page.entries), "head": page.head})

    @router.get("/documents/{digest}")
    async def document(digest: Digest) -> Response:
        """A document's canonical bytes."""
        return Response(await read_document(digest, doors), media_type="application/json")

    return router


def _entries(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    documents: list[dict[str, Any]] = []
    size = 0
    for entry in entries:
        size += len(entry.body)
        if documents and size > MAX_PAGE_BYTES:
            break
        document = {"envelope": entry.envelope(), "body": entry.body.decode()}
        if entry.request_digest is not None:
            document["request_digest"] = entry.request_digest
        documents.append(document)
    return documents
