"""Asks the services for a page, and tells them what was done on it, with the rights of whoever looks at it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson
import structlog

from services.gateway.domain.disclosures import Purpose, Revealed
from services.gateway.domain.route import Method, Route
from services.gateway.domain.routes import RouteTable
from services.gateway.flows.reveal import reveal
from services.gateway.http.disclosing import shown_of
from services.gateway.http.peers import Peers
from services.gateway.http.visitors import Visitor
from services.gateway.ports import Disclosures, Reveals
from shared.runtime.calling import Answer
from shared.runtime.problems import Problem, unavailable
from shared.runtime.trouble import UnavailableError

SMALL = 64 * 1024
"""Bytes of a document up to which it is kept: a policy, a rubric or a task, and no framework of a thousand skills."""

MOST_DOCUMENTS = 200
"""Documents that are kept."""

_log = structlog.get_logger()


class Asking:
    """The API of this district, as a signed-in person has it."""

    def __init__(self, peers: Peers, table: RouteTable, reveals: Reveals, log: Disclosures) -> None:
        self._peers, self._table, self._reveals, self._log = peers, table, reveals, log
        self._documents: dict[str, Any] = {}

    async def read(self, visitor: Visitor, path: str, *, said_in: str | None = None, **query: str | list[str]) -> Any:
        """What `GET path` answers, its words in the language `said_in` where it has them. What it tells of others is in
        their logs before this returns.

        Raises Problem as the service does, `problems.unavailable` where it does not answer or it cannot be logged.
        """
        route = self._route("GET", path)
        more = {} if said_in is None else {"Accept-Language": said_in}
        answer = await self._asked(route, visitor, path, more, query=query)
        await self._log.note(shown_of(route, path, answer.headers, visitor.person))
        return orjson.loads(answer.content)

    async def document(self, visitor: Visitor, digest: str) -> Any:
        """A published document. It names nobody, whoever is signed in may read it, and it is the same for ever: so a
        small one is asked for once. Nobody changes what is given. Raises as `read` does.
        """
        if digest not in self._documents:
            path = f"/v1/documents/{digest}"
            answer = await self._asked(self._route("GET", path), visitor, path)
            if len(answer.content) > SMALL:
                return orjson.loads(answer.content)
            if len(self._documents) >= MOST_DOCUMENTS:
                del self._documents[next(iter(self._documents))]
            self._documents[digest] = orjson.loads(answer.content)
        return self._documents[digest]

    async def read_unless(
        self, visitor: Visitor, path: str, tag: str | None, **query: str | list[str]
    ) -> tuple[Any | None, str]:
        """As `read`, with the answer's tag; None where it still has this `tag`, and is as it was.

        It is told again all the same, and so is in the logs. Raises as `read` does.
        """
        route = self._route("GET", path)
        known = {} if tag is None else {"If-None-Match": tag}
        answer = await self._asked(route, visitor, path, known, query=query)
        await self._log.note(shown_of(route, path, answer.headers, visitor.person))
        return None if answer.status == 304 else orjson.loads(answer.content), answer.header("etag") or ""

    async def write(self, visitor: Visitor, method: Method, path: str, body: Any) -> Any:
        """What `method path` answers to this JSON body. With the same ids in it, it may be sent again. Whom its answer
        tells of is logged as of a read.

        Raises Problem as the service does, `problems.unavailable` where it does not answer or it cannot be logged.
        """
        route = self._route(method, path)
        answer = await self._asked(route, visitor, path, json=body)
        await self._log.note(shown_of(route, path, answer.headers, visitor.person))
        return orjson.loads(answer.content)

    async def hand_in(
        self, visitor: Visitor, path: str, parts: AsyncIterator[bytes], *, media_type: str, key: str
    ) -> Any:
        """What `POST path` answers to a file, which is passed on as it comes. The key makes it count once.

        Raises as `write` does, and whatever `parts` raise.
        """
        route = self._route("POST", path)
        more = {"Content-Type": media_type, "Idempotency-Key": key}
        answer = await self._asked(route, visitor, path, more, body=parts)
        await self._log.note(shown_of(route, path, answer.headers, visitor.person))
        return orjson.loads(answer.content)

    async def revealed(
        self, visitor: Visitor, purpose: Purpose, *, texts: Sequence[str] = (), names: Sequence[str] = ()
    ) -> Revealed:
        """Texts by their references and names, as far as they may be read. Raises `problems.unavailable`."""
        return await reveal(visitor.person, purpose, texts, names, reveals=self._reveals, log=self._log)

    def _route(self, method: Method, path: str) -> Route:
        route = self._table.find(method, path.encode("ascii"))
        if not isinstance(route, Route) or route.service == "gateway":
            raise LookupError(f"no service answers {method} {path}")
        return route

    async def _asked(
        self, route: Route, visitor: Visitor, path: str, headers: Mapping[str, str] = MappingProxyType({}), **more: Any
    ) -> Answer:
        headers = {"Authorization": visitor.authorization, **headers}
        try:
            answer = await self._peers[route.service].ask(route.method, path, headers=headers, **more)
        except UnavailableError as error:
            _log.warning("a service did not answer a page", service=route.service, error=type(error).__name__)
            raise unavailable("This cannot be shown at the moment.", retry_after=2) from error
        if answer.status >= 400:
            raise _problem(answer)
        return answer


def told_problem(status: int, told: Mapping[str, Any]) -> Problem:
    """A problem that a service told in a document. Raises KeyError where it is none."""
    code = str(told["type"]).rpartition("/")[2].rpartition(":")[2]
    why = {name: told[name] for name in ("reason", "figures") if name in told}
    return Problem(status, code, str(told["title"]), str(told.get("detail", "")), field=told.get("field"), **why)


def _problem(answer: Answer) -> Problem:
    try:
        return told_problem(answer.status, orjson.loads(answer.content))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return unavailable("This cannot be shown at the moment.", retry_after=2)
