"""Files of works: taken as they come, and given back to the gateway, which serves them from an origin of their own."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.evidence.domain.files import ENDINGS, MAX_FILE, NamedFile
from services.evidence.flows.open_file import content, open_file
from services.evidence.flows.receive_file import receive_file
from services.evidence.flows.reveal import People
from services.evidence.http.answers import json_response
from services.evidence.http.documents import CONFLICT, GONE, PROBLEMS
from services.evidence.http.gateway_alone import gateway_alone
from services.evidence.http.strict import IdempotencyKey, id_of
from services.evidence.http.work_documents import FileDocument
from services.evidence.ports import District
from shared.contracts.values import Digest, Id
from shared.runtime.disclosing import disclose
from shared.runtime.documents import refusals
from shared.runtime.tokens import Caller, Verifier, person

FILES_ROUTE = "/v1/works/{id}/files"
MAX_UPLOAD = MAX_FILE
"""Bytes of the body of an upload at most."""

_BODY: dict[str, Any] = {
    "required": True,
    "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in ENDINGS},
}


def file_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST /v1/works/{id}/files`."""
    router = APIRouter(tags=["works"], responses={**PROBLEMS, **GONE})
    caller = Depends(person(verifier))
    answers: dict[int | str, dict[str, Any]] = {
        200: {"model": FileDocument, "description": "Kept before, under this key."},
        **CONFLICT,
        **refusals({408: "The file did not come in time.", 507: "There is no room for files."}),
    }

    @router.post(
        FILES_ROUTE,
        response_model=FileDocument,
        status_code=201,
        responses=answers,
        summary="Hand in a file",
        openapi_extra={"requestBody": _BODY},
    )
    async def receive(
        work: Annotated[Id, Path(alias="id")],
        request: Request,
        actor: Annotated[Caller, caller],
        idempotency_key: IdempotencyKey = None,
        content_type: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Hand in a file of at most 25 MiB for a version of a work: the body is the file itself.

        For whoever may add a version, which then names it by the id answered; one that none names within a day is
        swept. What it is says its bytes: a declared type that differs is refused, and so are types beyond those listed,
        documents with macros, and packed files that would become far larger.
        """
        file = id_of(None, idempotency_key, actor=actor.id, route=FILES_ROUTE)
        kept, is_new = await receive_file(work, file, content_type, request.stream(), actor=actor.id, district=district)
        document = {"file": kept.id, "media_type": kept.media_type, "size": kept.size, "sha256": kept.sha256}
        return json_response(document, status=201 if is_new else 200)

    return router


def file_doors(people: People, district: District, verifier: Verifier) -> APIRouter:
    """`GET /artefacts/{ref}`. For everyone else than the gateway it is not there."""
    router = APIRouter(dependencies=[Depends(gateway_alone(verifier))], include_in_schema=False)

    @router.get("/artefacts/{ref}")
    async def file(ref: Digest, reader: Annotated[Id, Query(alias="person")]) -> Response:
        """The file, for a person who may see it; its members are told in a header, for the disclosure log."""
        opened = await open_file(reader, ref, people, district)
        parts = content(opened, district)
        first = await anext(parts)  # what is not there, or not right, is told before the answer begins
        headers = {
            "Content-Length": str(opened.file.size),
            "Content-Disposition": disposition(opened.file),
        }
        answer = StreamingResponse(_all(first, parts), media_type=opened.file.media_type, headers=headers)
        return disclose(answer, "file", opened.learners)

    return router


def disposition(file: NamedFile) -> str:
    """The header by which a browser saves a file under its name, and shows it nowhere (RFC 6266)."""
    plain = "".join(letter if letter.isascii() and letter not in '"\\%' else "_" for letter in file.name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part
