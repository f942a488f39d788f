"""`POST /v1/evidence`, the hot route: a plain ASGI callable on a documented route (DESIGN §1).

`Application` hands its requests over before FastAPI looks at them, so whatever surrounds the other routes (bounds,
problems of every error) surrounds this callable once more.
"""

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import Body, Depends
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from services.evidence.domain.receipts import Receipt
from services.evidence.flows.record_evidence import Answer, record_evidence
from services.evidence.http.answers import problem_of, problem_of_any, receipt_document
from services.evidence.http.attempts import read_attempts
from services.evidence.http.documents import CONFLICT, GONE, PROBLEMS, ReceiptDocument
from services.evidence.http.items import ROUTE, Request, read_request
from services.evidence.http.pieces import EvidenceItem, EvidenceItems
from services.evidence.http.strict import SMALL, IdempotencyKey, checked_key
from services.evidence.ports import District
from shared.runtime.documents import ProblemDocument as ProblemModel
from shared.runtime.problems import FAULT, MEDIA_TYPE, Problem, too_large
from shared.runtime.tokens import Caller, Verifier, person

MAX_BODY = 4 * 1024 * 1024
"""Bytes of a request at most."""

_JSON, _PROBLEM = b"application/json", MEDIA_TYPE.encode()


class RecordEvidence:
    """Answers a request of items. What it refuses as a whole is a problem; refused items are told one by one."""

    def __init__(self, district: District, verifier: Verifier) -> None:
        self._district, self._verifier = district, verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status, media_type, content, retry = await self._answer(scope, receive)
        except Exception as error:
            problem = problem_of_any(error)
            await problem.response()(scope, receive, send)
            if problem is FAULT:
                raise
            return
        headers = [(b"content-type", media_type), (b"content-length", b"%d" % len(content))]
        if retry:
            headers.append((b"retry-after", b"1"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes, bytes, bool]:
        headers = dict(reversed(scope["headers"]))
        caller = self._verifier.person(_text(headers, b"authorization"))
        key = checked_key(_text(headers, b"idempotency-key"))
        request = await _read(await _body(receive), caller.id, key)
        answers = await record_evidence(request.items, caller.id, self._district)
        documents = [_document(answer, id_) for answer, id_ in zip(answers, request.ids, strict=True)]
        if request.is_batch:
            return _status(answers), _JSON, orjson.dumps(documents), False
        status = int(documents[0]["status"])
        media_type = _JSON if isinstance(answers[0], Receipt) else _PROBLEM
        return status, media_type, orjson.dumps(documents[0]), status == 503


def recording_route(district: District, verifier: Verifier) -> APIRoute:
    """The route with its documentation; requests bypass FastAPI's handling, not its middleware."""
    caller = person(verifier)

    async def record(
        _caller: Annotated[Caller, Depends(caller)],
        _items: Annotated[EvidenceItem | EvidenceItems, Body()],
        _idempotency_key: IdempotencyKey = None,
    ) -> None:
        """Record evidence: one item, or an array of up to 1,000 items.

        Each item is one command, answered in order by a receipt or by a problem; a refused item leaves nothing
        behind and fails no other. One item answers with its own status; an array with 201 where all were appended,
        200 where all were recorded before, otherwise 207. Sent again under the same id, an item is recorded once.

        A text (feedback, a note, a reflection) comes in `texts` beside the body; it is kept apart from the record,
        which only refers to it. Where texts cannot be kept at the moment, nothing of the request is recorded (503).
        """

    route = APIRoute(
        ROUTE,
        record,
        methods=["POST"],
        name="record_evidence",
        summary="Record evidence",
        tags=["evidence"],
        response_model=None,
        status_code=201,
        responses={
            201: {"model": ReceiptDocument | list[ReceiptDocument], "description": "Recorded now."},
            200: {"model": ReceiptDocument | list[ReceiptDocument], "description": "Recorded before, by this request."},
            207: {"model": list[ReceiptDocument | ProblemModel], "description": "An answer an item, in order."},
            **PROBLEMS,
            **CONFLICT,
            **GONE,
        },
    )
    route.app = RecordEvidence(district, verifier)
    return route


def _status(answers: list[Answer]) -> int:
    outcomes = {answer.outcome if isinstance(answer, Receipt) else "refused" for answer in answers}
    return {frozenset({"appended"}): 201, frozenset({"repeated"}): 200}.get(frozenset(outcomes), 207)


def _document(answer: Answer, id_: str | None) -> dict[str, Any]:
    if isinstance(answer, Receipt):
        return receipt_document(answer)
    problem = problem_of(answer).document()
    return problem if id_ is None else {**problem, "id": id_}


async def _read(text: bytes, actor: str, key: str | None) -> Request:
    if len(text) <= SMALL:
        return _request(text, actor=actor, key=key)
    return await asyncio.to_thread(_request, text, actor=actor, key=key)


def _request(text: bytes, *, actor: str, key: str | None) -> Request:
    return read_attempts(text, actor=actor, key=key) or read_request(text, actor=actor, key=key)


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(400, "broken-off", "The request broke off.", "The client went away while sending.")
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise too_large(f"The body may have at most {MAX_BODY} bytes; send fewer items.")
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _text(headers: dict[bytes, bytes], name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")
