"""Problems: every refusal as RFC 9457 `application/problem+json`, told in one plain sentence that says what is right.

The tree:

- `Problem`: anything a client is told instead of an answer.
- `invalid(...)`: 422, something sent is wrong; names the field.
- `not_found(...)`: 404, there is no such thing, or it is not yours to see: the two look the same.
- `unauthenticated(...)`: 401, no valid access token.
- `conflict(...)`: 409, the state of things has moved on.
- `gone(...)`: 410, it was there and is forgotten.
- `too_large(...)`: 413. `too_many(...)`: 429. `unavailable(...)`: 503, with Retry-After.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from shared.contracts.wording import in_code, told
from shared.ledger.canonical import NotCanonicalError
from shared.runtime.trouble import UnavailableError, is_trouble

MEDIA_TYPE = "application/problem+json"


_log = structlog.get_logger()


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A refusal. `code` is stable and names the kind, `detail` is for people, `field` is a JSON pointer."""

    def __init__(
        self, status: int, code: str, title: str, detail: str, *, field: str | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.title, self.detail, self.field = status, code, title, detail, field
        self.more = more

    def document(self) -> dict[str, Any]:
        """The members of the problem document."""
        members: dict[str, Any] = {
            "type": f"urn:ascertain:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.field is not None:
            members["field"] = self.field
        return {**members, **self.more}

    def response(self) -> Response:
        headers = {"Retry-After": str(self.more.get("retry_after", 1))} if self.status in {429, 503} else {}
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(orjson.dumps(self.document()), self.status, headers, media_type=MEDIA_TYPE)


def invalid(detail: str, *, field: str | None = None, code: str = "invalid", **more: object) -> Problem:
    return Problem(422, code, "Something in the request is wrong.", detail, field=field, **more)


def not_found(what: str, *, field: str | None = None) -> Problem:
    return Problem(404, "not-found", "There is no such thing here.", f"There is no such {what}.", field=field)


def unauthenticated(detail: str) -> Problem:
    return Problem(401, "unauthenticated", "A valid access token is needed.", detail)


def conflict(detail: str, *, code: str = "conflict", field: str | None = None, **more: object) -> Problem:
    return Problem(409, code, "Things have moved on.", detail, field=field, **more)


def gone(detail: str, *, field: str | None = None) -> Problem:
    return Problem(410, "gone", "It is no longer here.", detail, field=field)


def too_large(detail: str, **more: object) -> Problem:
    return Problem(413, "too-large", "The request is too large.", detail, field=None, **more)


def too_many(detail: str, *, retry_after: int, **more: object) -> Problem:
    return Problem(429, "too-many", "Too many requests.", detail, field=None, retry_after=retry_after, **more)


def unavailable(detail: str, *, retry_after: int = 1) -> Problem:
    return Problem(503, "unavailable", "This is not possible at the moment.", detail, retry_after=retry_after)


def pointer(location: Sequence[int | str]) -> str:
    """A JSON pointer (RFC 6901) to a place in a body."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in location)


def from_validation(errors: Sequence[Mapping[str, Any]], *, below: Sequence[int | str] = ()) -> Problem:
    """The problem of the first of pydantic's errors, the others counted; `below` is where the model stands."""
    first = errors[0]
    location = tuple(first["loc"][1:] if first["loc"][:1] == ("body",) else first["loc"])
    if first.get("type") == "json_invalid":
        location = ()  # it has a character's number there, which is no place in a document
    field = pointer([*below, *location])
    of_body = tuple(first["loc"][:1]) not in [("path",), ("query",), ("header",)]
    # A person reads the name of a parameter, not a pointer to it.
    place = field if of_body else (location[1:2] or location)[0]
    reason, figures = in_code(first)
    why: dict[str, Any] = {name: said for name, said in (("reason", reason), ("figures", figures)) if said}
    return invalid(f"{place or 'The body'}: {told(first)}.", field=field, further_errors=len(errors) - 1, **why)


OF_THE_WORLD = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    UnavailableError,
)
"""What is raised where a database or another service fails, or was asked wrongly: `is_trouble` tells which."""


FAULT = Problem(500, "fault", "Something went wrong on our side.", "The fault was logged.")
"""What a client is told of a fault. Whoever tells it raises the error anew, so that the server logs it."""


def of_error(error: Exception) -> Problem:
    """The problem that tells of an error which no flow knows: 503 for a trouble of the world, `FAULT` for the rest."""
    if not (isinstance(error, OF_THE_WORLD) and is_trouble(error)):
        return FAULT
    _log.warning("a request cannot be answered at the moment", error=error)
    return unavailable("The database does not answer at the moment.")


def answer_with_problems(app: FastAPI) -> None:
    """Make every refusal and every fault of the application a problem document.

    Where what it rests on does not answer, that is 503 and when to ask again, not a fault.
    """

    @app.exception_handler(Problem)
    async def _problem(_request: Request, problem: Problem) -> Response:
        return problem.response()

    async def _troubled(_request: Request, error: Exception) -> Response:
        problem = of_error(error)
        if problem is FAULT:
            raise error
        return problem.response()

    for kind in OF_THE_WORLD:
        app.add_exception_handler(kind, _troubled)

    @app.exception_handler(RequestValidationError)
    async def _request(_request: Request, error: RequestValidationError) -> Response:
        return from_validation(error.errors()).response()

    @app.exception_handler(ValidationError)
    async def _model(_request: Request, error: ValidationError) -> Response:
        return from_validation(error.errors()).response()

    @app.exception_handler(NotCanonicalError)
    async def _json(_request: Request, error: NotCanonicalError) -> Response:
        return invalid(str(error), code="not-json").response()

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> Response:
        title = str(error.detail)
        response = Problem(error.status_code, f"http-{error.status_code}", title, f"{title}.").response()
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def _fault(_request: Request, _error: Exception) -> Response:
        return FAULT.response()
