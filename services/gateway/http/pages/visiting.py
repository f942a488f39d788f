"""Who looks at a page, what she sent with its form, and what she is told where it cannot be shown."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.types import Scope

from services.gateway.http.cookies import given_cookie
from services.gateway.http.pages.again import CHOICE, address_again
from services.gateway.http.pages.asking import Asking
from services.gateway.http.pages.languages import CHOSEN, language_for, words_in
from services.gateway.http.pages.languages import later as _
from services.gateway.http.pages.rendering import Reader, page
from services.gateway.http.pages.typed import no_form
from services.gateway.http.visitors import Visitor, Visitors
from shared.runtime.problems import Problem, not_found

MAX_FIELDS = 2_000

SIGNED_OUT = _("You were signed out, so this was not recorded. Sign in in another window, and send it again.")


class SignInFirst(Exception):  # noqa: N818 - not a fault: she is led on
    """Nobody is signed in, and the page is of somebody's record."""


@dataclass(frozen=True, slots=True)
class Visiting:
    """What every page needs: who comes, and the API as she has it. `zone` is where the district is."""

    visitors: Visitors
    asking: Asking
    zone: tzinfo

    async def known(self, request: Request) -> Visitor | None:
        """Who is signed in, if anyone is. Raises `problems.unavailable`."""
        return await self.visitors.visitor(request.scope)

    async def required(self, request: Request) -> Visitor:
        """Who is signed in. Raises SignInFirst, `problems.unavailable`."""
        visitor = await self.known(request)
        if visitor is None:
            raise SignInFirst
        return visitor

    async def sent(self, request: Request) -> tuple[Visitor, dict[str, str]]:
        """Who sent a form of ours, and its fields. What changes anything asks by this.

        Raises SignInFirst, `problems.invalid` for what no form sends, 403 where it may come from elsewhere, and
        `problems.unavailable`.
        """
        visitor = await self.required(request)
        fields = await fields_of(request)
        await self.visitors.check_sent(request.scope, fields.pop("csrf_token", None))
        return visitor, fields

    def reader(self, request: Request, visitor: Visitor | None = None) -> Reader:
        """How a page is to be written for whoever asked for it."""
        return reader_of(request, self.zone, visitor)

    async def refused(self, request: Request, problem: Problem) -> Response:
        """The page that tells of a refusal. Who is signed in can go on or sign out there, as far as that is known."""
        try:
            visitor = await self.known(request)
        except Problem:
            visitor = None
        return page("problem.html", self.reader(request, visitor), status=problem.status, problem=problem)


async def fields_of(request: Request) -> dict[str, str]:
    """The fields of a form, each by its first value, with plain line ends. Raises `typed.no_form`."""
    try:
        text = (await request.body()).decode("ascii")
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, strict_parsing=bool(text))
    except ValueError as error:
        raise no_form() from error
    return {name: values[0].replace("\r\n", "\n") for name, values in fields.items()}


def reader_of(request: Request, zone: tzinfo, visitor: Visitor | None) -> Reader:
    chosen = request.query_params.get(CHOICE)
    language = language_for(chosen or given_cookie(request.scope, CHOSEN), request.headers.get("accept-language", ""))
    person, csrf = (None, "") if visitor is None else (visitor.person, visitor.csrf)
    again = address_again(request)
    return Reader(language, zone, request.url.path, person, csrf, chooses=chosen == language, again=again)


def page_route(visiting: Visiting) -> type[APIRoute]:
    """The class of a page's routes: what would be a problem document is told on a page."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()

            async def shown(request: Request) -> Response:
                return await _shown(request, handler, visiting)

            return shown

    return PageRoute


async def _shown(request: Request, handler: Callable[[Request], Awaitable[Response]], visiting: Visiting) -> Response:
    try:
        return await handler(request)
    except SignInFirst:
        return _signing_in_first(request, visiting.zone)
    except RequestValidationError:  # an address that no page of ours has
        return await visiting.refused(request, not_found("page"))
    except Problem as problem:
        answer = await visiting.refused(request, problem)
        answer.headers.update({"Retry-After": str(problem.more.get("retry_after", 1))} if problem.status == 503 else {})
        return answer


def _signing_in_first(request: Request, zone: tzinfo) -> Response:
    """To the door and back. A form is not led there, for its page's policy lets it lead nowhere else: it is told so."""
    if request.method == "GET":
        return RedirectResponse(_door(request.url.path), 303)
    reader = reader_of(request, zone, None)
    if "application/json" in request.headers.get("accept", ""):  # a script of ours shows what is said
        return JSONResponse({"said": words_in(reader.language).gettext(SIGNED_OUT)}, 401)
    return page("ended.html", reader, status=401, door=_door(urlsplit(reader.again).path))


def _door(back: str) -> str:
    return f"/sign-in?return_to={quote(back, safe='')}"


async def refusal(scope: Scope, problem: Problem, visiting: Visiting) -> Response:
    """A refusal before any route was asked: a page to whom a browser brings to no address of ours, else a document."""
    request = Request(scope)
    if (
        problem.status != 404
        or request.method != "GET"
        or request.url.path.startswith("/v1/")
        or "text/html" not in request.headers.get("accept", "")
    ):
        return problem.response()
    return await visiting.refused(request, problem)
