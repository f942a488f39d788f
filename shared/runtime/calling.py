"""How services call each other over HTTP: by aiohttp's client (decision 22)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypeAlias
from urllib.parse import urlencode

import aiohttp
import orjson
from yarl import URL

from shared.runtime.bounds import MAX_HEADERS
from shared.runtime.trouble import RefusedError, UnavailableError

CONNECTIONS = 100
"""Connections to a service at most; more requests wait for one."""

IDLE = 30.0
"""Seconds that an unused connection is kept: less than the services keep theirs, so that none ends under a request."""

CONNECT = 2.0
"""Seconds until a service that is not there is noticed; one whose connections are all taken, after five times that."""

WRITE = 30.0
"""Seconds that a service has to take one part of a body."""

READ = 60.0
"""Seconds that an answer may pause. A large batch may take long to be answered."""

BROKEN = (aiohttp.ClientError, OSError)
"""What is raised where a connection cannot be made, or breaks. TimeoutError is an OSError."""

Query: TypeAlias = Mapping[str, str | int | Sequence[str]]

NO_QUERY: Query = MappingProxyType({})
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


def bearing(token: str) -> dict[str, str]:
    """The header by which a service knows who calls."""
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    content: bytes

    @property
    def accepted(self) -> Self:
        """Itself. Raises RefusedError where the status is that of a refusal or a redirection."""
        if not 200 <= self.status < 300:
            raise RefusedError(self.status)
        return self

    def header(self, name: str) -> str | None:
        """The first header of this name in lower case; None where there is none."""
        wanted = name.encode("ascii")
        return next((value.decode("latin-1") for header, value in self.headers if header.lower() == wanted), None)


class ServiceClient:
    """Calls one service at `url`: `async with ServiceClient(url) as client:`.

    It keeps connections, adds nothing to a request but `Host`, keeps no cookie, follows nothing, and leaves an answer
    as it came. What only reads is asked again where a kept connection turns out to have ended; a POST never is.
    """

    def __init__(self, url: str, *, read: float = READ) -> None:
        self.url = url.rstrip("/")
        self._read = read
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """Its connections, for who passes on what it does not look at."""
        if self._session is None:
            raise RuntimeError("Call a service within `async with`.")
        return self._session

    async def ask(  # noqa: PLR0913 - what a request has
        self,
        method: str,
        path: str,
        *,
        query: Query = NO_QUERY,
        json: Any = None,
        headers: Mapping[str, str] = _NO_HEADERS,
        body: AsyncIterator[bytes] | None = None,
        within: float | None = None,
    ) -> Answer:
        """The answer, once it is here whole. `within` bounds all of it, in seconds.

        Raises UnavailableError where none comes, and whatever `body` raises.
        """
        parts = None if body is None else Upload(body)
        try:
            async with (
                asyncio.timeout(within),
                nullcontext() if parts is None else parts.bounded(),
                self._request(method, path, query=query, json=json, headers=headers, data=parts) as response,
            ):
                return Answer(response.status, response.raw_headers, await response.read())
        except BROKEN as error:
            if parts is not None and parts.failure is not None:
                raise parts.failure from error
            raise UnavailableError(f"{method} was not answered.") from error

    @asynccontextmanager
    async def opened(
        self, path: str, *, query: Query = NO_QUERY, headers: Mapping[str, str] = _NO_HEADERS
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to `GET`, read as it comes. Raises UnavailableError where it does not come, or breaks."""
        try:
            async with self._request("GET", path, query=query, headers=headers) as response:
                yield response
        except BROKEN as error:
            raise UnavailableError("GET was not answered, or not whole.") from error

    def _request(  # noqa: PLR0913 - as `ask`
        self,
        method: str,
        path: str,
        *,
        query: Query,
        headers: Mapping[str, str],
        json: Any = None,
        data: "Upload | None" = None,
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        target = f"{self.url}{path}?{urlencode(query, doseq=True)}" if query else self.url + path
        if json is None:
            return self.session.request(method, URL(target), data=data, headers=headers, allow_redirects=False)
        typed = {"Content-Type": "application/json", **headers}
        return self.session.request(method, URL(target), data=orjson.dumps(json), headers=typed, allow_redirects=False)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE),
            timeout=aiohttp.ClientTimeout(total=None, connect=5 * CONNECT, sock_connect=CONNECT, sock_read=self._read),
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_field_size=MAX_HEADERS,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()


class Upload:
    """A body that is given to a service in parts, as they come, and once.

    The client tells of whatever its source raises as a break of the connection; `failure` is what it was.
    """

    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        self.failure: Exception | None = None
        self._parts, self._begun = parts, False
        self._bound: asyncio.Timeout | None = None

    @asynccontextmanager
    async def bounded(self) -> AsyncIterator[None]:
        """Raises TimeoutError within where the service does not take a part within WRITE seconds."""
        async with asyncio.timeout(None) as self._bound:
            yield

    def __aiter__(self) -> AsyncIterator[bytes]:
        if self._begun:  # the client would send a PUT again over another connection, from which the parts are gone
            raise aiohttp.ClientConnectionError
        self._begun = True
        return self._passed()

    async def _passed(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._parts:
                self._due(asyncio.get_running_loop().time() + WRITE)
                yield part
                self._due(None)
        except Exception as error:
            self.failure = error
            raise

    def _due(self, until: float | None) -> None:
        if self._bound is not None and not self._bound.expired():  # an answer under way goes on
            with suppress(RuntimeError):  # the request is over
                self._bound.reschedule(until)
