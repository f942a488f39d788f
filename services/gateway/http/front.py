"""What every request meets first: is there such a route, who is asking, not too much of it; then it is passed on.

| answer | when |
|---|---|
| 404 | no route of ours, or a path that two programs could read in two ways |
| 405 | the route is there, for other methods |
| 401 | no valid access token and no live session, where the route needs one |
| 403 | a session's cookie, and a change that no page of ours asked for |
| 413, 431 | a body or a head that is too large |
| 415 | a compressed body: what it would unpack to is not known beforehand |
| 429 | too many requests of one person, or of one address without a valid token |
| 503 | to whom this is shown cannot be logged |
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.domain.route import Route
from services.gateway.domain.routes import OtherMethods, RouteTable
from services.gateway.http.artefacts import FileOrigin
from services.gateway.http.cookies import SESSION, given_cookie
from services.gateway.http.disclosing import disclosing
from services.gateway.http.forwarding import Forwarder
from services.gateway.http.limits import PER_ADDRESS, PER_PERSON, Limiter, address_of
from services.gateway.http.visitors import Visitors
from services.gateway.ports import Disclosures
from shared.runtime.bounds import Bounded
from shared.runtime.observed import TEMPLATE
from shared.runtime.problems import Problem, not_found, too_large
from shared.runtime.tokens import Verifier

UNCOUNTED = frozenset({"/health", "/v1/ballots/{token}", "/vote", "/vote/{token}", "/static/{name}"})
"""Asked by machines that watch, at any rate; its answer is remembered for a moment. And by a whole school that votes
from one address: there only what is no ballot is counted (`ballots.Misses`).
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """The counters of callers."""

    people: Limiter
    addresses: Limiter

    @classmethod
    def usual(cls) -> "Limits":
        return cls(Limiter(PER_PERSON), Limiter(PER_ADDRESS))


class Front:
    """ASGI middleware around the gateway's own application."""

    def __init__(  # noqa: PLR0913 - what it is wired to
        self,
        app: ASGIApp,
        *,
        table: RouteTable,
        verifier: Verifier,
        visitors: Visitors,
        limits: Limits,
        forwarder: Forwarder,
        log: Disclosures,
        files: FileOrigin,
        tell: Callable[[Scope, Problem], Awaitable[Response]],
    ) -> None:
        self._tell = tell
        self._app, self._table, self._verifier, self._limits = app, table, verifier, limits
        self._visitors, self._forwarder, self._log, self._files = visitors, forwarder, log, files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answering = _Answering(send, self._tell)
        try:
            if self._files.is_asked(scope):
                self._limits.addresses.count(address_of(scope["client"][0] if scope["client"] else None))
                scope[TEMPLATE] = "files"
                await self._files(scope, receive, answering)
                return
            route, person = await self._admitted(scope)
            told = disclosing(route, scope, person, answering, self._log)
            await Bounded(self._behind(route), max_body=route.max_body)(scope, receive, told)
        except Problem as problem:
            await answering.refuse(problem, scope, receive)
        except HTTPException as error:  # how `bounds` tells of a body that grows too large
            await answering.refuse(too_large(f"{error.detail}."), scope, receive)

    def _behind(self, route: Route) -> ASGIApp:
        if route.service == "gateway":
            return self._app
        service = route.service

        async def forwarded(scope: Scope, receive: Receive, send: Send) -> None:
            await self._forwarder.forward(service, scope, receive, send)

        return forwarded

    async def _admitted(self, scope: Scope) -> tuple[Route, str | None]:
        """The request's route, if it may be taken, and who asks where that must be known. Raises Problem otherwise."""
        found = self._table.find(scope["method"], scope["raw_path"])
        scope[TEMPLATE] = found.template if isinstance(found, Route) else "none"
        address = address_of(scope["client"][0] if scope["client"] else None)
        if not isinstance(found, Route):
            self._limits.addresses.count(address)
            raise _no_such_method(found) if found is not None else not_found("address")
        person: str | None = None
        if found.open:
            if found.template not in UNCOUNTED:
                await self._count_open(found, scope, address)
        else:
            person = await self._admit_person(scope, address)
        if any(name == b"content-encoding" and value.lower() != b"identity" for name, value in scope["headers"]):
            raise Problem(415, "compressed", "The body is compressed.", "Send it without Content-Encoding.")
        return found, person

    async def _count_open(self, route: Route, scope: Scope, address: str) -> None:
        """Count who looks at a page by her session: a whole school may come from one address."""
        known = await self._visitors.known(scope) if route.page else None
        if known is None:
            self._limits.addresses.count(address)
        else:
            self._limits.people.count(known[0].person)

    async def _admit_person(self, scope: Scope, address: str) -> str:
        """Who asks. An access token goes before a cookie; a session becomes an access token here."""
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        try:
            if not given and given_cookie(scope, SESSION) is not None:
                person, authorization = await self._visitors.authorization(scope)
                scope["headers"] = [*scope["headers"], (b"authorization", authorization)]
            else:
                person = self._verifier.person(given[0].decode("latin-1") if len(given) == 1 else None).id
        except Problem:
            self._limits.addresses.count(address)
            raise
        self._limits.people.count(person)
        return person


class _Answering:
    """Sends the answer, with what stands on every answer of the gateway; knows whether it has begun."""

    def __init__(self, send: Send, tell: Callable[[Scope, Problem], Awaitable[Response]]) -> None:
        self._send, self._tell, self._begun = send, tell, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begun = True
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            headers.setdefault("Cache-Control", "no-store")
            headers["X-Content-Type-Options"] = "nosniff"
        await self._send(message)

    async def refuse(self, problem: Problem, scope: Scope, receive: Receive) -> None:
        if self._begun:
            raise problem  # an answer that has begun cannot become a refusal: the connection ends
        response = await self._tell(scope, problem)
        allowed = problem.more.get("allowed")
        if isinstance(allowed, list):
            response.headers["Allow"] = ", ".join(allowed)
        await response(scope, receive, self)


def _no_such_method(found: OtherMethods) -> Problem:
    return Problem(
        405,
        "other-methods",
        "This address is for other methods.",
        f"Use {' or '.join(found.allowed)}.",
        allowed=list(found.allowed),
    )
