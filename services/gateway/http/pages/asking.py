"""Asks the services for a page, with the rights of whoever looks at it."""

from collections.abc import Mapping
from typing import Any

import httpx
import orjson
import structlog

from services.gateway.domain.disclosures import Purpose, Revealed
from services.gateway.domain.routes import Route, RouteTable
from services.gateway.flows.reveal import reveal
from services.gateway.http.disclosing import shown_of
from services.gateway.http.peers import Peers
from services.gateway.http.visitors import Visitor
from services.gateway.ports import Disclosures, Reveals
from shared.runtime.problems import Problem, unavailable

_log = structlog.get_logger()


class Asking:
    """The API of this district, as a signed-in person has it."""

    def __init__(self, peers: Peers, table: RouteTable, reveals: Reveals, log: Disclosures) -> None:
        self._peers, self._table, self._reveals, self._log = peers, table, reveals, log

    async def read(self, visitor: Visitor, path: str, **query: str) -> Any:
        """What `GET path` answers. What it tells of others is in their logs before this returns.

        Raises Problem as the service does, `problems.unavailable` where it does not answer or it cannot be logged.
        """
        route, answer = await self._sent(visitor, "GET", path, params=query)
        await self._log.note(shown_of(route, path, answer.headers.raw, visitor.person))
        return orjson.loads(answer.content)

    async def write(self, visitor: Visitor, path: str, body: Mapping[str, Any], *, key: str | None = None) -> Any:
        """What `POST path` answers. Raises Problem as the service does, or where it does not answer."""
        _, answer = await self._sent(
            visitor, "POST", path, json=body, headers={} if key is None else {"Idempotency-Key": key}
        )
        return orjson.loads(answer.content)

    async def revealed(
        self, visitor: Visitor, purpose: Purpose, *, texts: Mapping[str, str] | None = None, names: list[str]
    ) -> Revealed:
        """Texts by their references and names, as far as they may be read. Raises `problems.unavailable`."""
        wanted = list(dict.fromkeys((texts or {}).values()))
        return await reveal(
            visitor.person, purpose, wanted, list(dict.fromkeys(names)), reveals=self._reveals, log=self._log
        )

    async def _sent(self, visitor: Visitor, method: str, path: str, **more: Any) -> tuple[Route, httpx.Response]:
        route = self._table.find(method, path.encode("ascii"))
        if not isinstance(route, Route) or route.service == "gateway":
            raise LookupError(f"no service answers {method} {path}")
        headers = {"Authorization": visitor.authorization, **more.pop("headers", {})}
        try:
            answer = await self._peers[route.service].request(method, path, headers=headers, **more)
        except httpx.HTTPError as error:
            _log.warning("a service did not answer a page", service=route.service, error=type(error).__name__)
            raise unavailable("This cannot be shown at the moment.", retry_after=2) from error
        if answer.status_code >= 400:
            raise _problem(answer)
        return route, answer


def _problem(answer: httpx.Response) -> Problem:
    try:
        told = orjson.loads(answer.content)
        code = str(told["type"]).rpartition("/")[2].rpartition(":")[2]
        return Problem(
            answer.status_code, code, str(told["title"]), str(told.get("detail", "")), field=told.get("field")
        )
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return unavailable("This cannot be shown at the moment.", retry_after=2)
