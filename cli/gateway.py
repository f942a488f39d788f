"""The gateway as any client sees it: a personal token is exchanged for access tokens, and calls are retried.

Every write that goes through here carries ids or an Idempotency-Key, so sending it again is safe, and is done
whenever the outcome is not known.
"""

import ipaddress
import time
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import httpx
import orjson
import stamina
import stamina.instrumentation

from cli.errors import CommandError, Refused
from shared.runtime.authorities import authorities

ATTEMPTS = 12
"""How often a call is tried while the platform does not answer; with back-off, about half a minute."""

WAITS = 2
"""How often it is waited for positions that nobody may ever have reached; the platform waits itself each time."""

_RENEW_BEFORE = 30.0

_NOT_NOW = frozenset({401, 429, 502, 503, 504})
"""Statuses of answers after which the same is asked again: 401 where an access token ended meanwhile."""

_NOT_REACHED = "urn:ascertain:problem:not-reached"

stamina.instrumentation.set_on_retry_hooks([])  # a person at a terminal is told of the end, not of every attempt


class _Retry(Exception):  # noqa: N818 - never leaves this module
    """The platform did not answer, or said that it could not just now: then `problem` is what it said."""

    def __init__(self, why: str, problem: Mapping[str, Any] = MappingProxyType({})) -> None:
        super().__init__(why)
        self.problem = problem


class Gateway:
    """A client of one district's gateway, for one person; without a personal token for nobody, at what is open to all.

    Raises Refused where the platform answers with a problem, and CommandError where it does not answer at all.
    """

    def __init__(self, url: str, personal_token: str | None) -> None:
        self.url = url.rstrip("/")
        self._personal_token = personal_token
        self._access_token, self._renew_at = "", 0.0
        try:
            self._http = httpx.AsyncClient(
                base_url=self.url,
                verify=authorities(),
                timeout=httpx.Timeout(60, connect=5),
                trust_env=not _is_of_this_machine(self.url),
            )
        except httpx.InvalidURL as error:
            raise CommandError(f"{self.url} is no address of a platform: {error}.") from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def get(self, path: str, *, language: str | None = None, **parameters: str | int | None) -> Any:
        """The JSON answer of a read, in a language where there are several."""
        given = {name: value for name, value in parameters.items() if value is not None}
        headers = {} if language is None else {"Accept-Language": language}
        return (await self._call("GET", path, params=given, headers=headers))[1]

    async def content(self, path: str, **parameters: str | int | None) -> bytes:
        """What a read gives that is no JSON, such as a PDF."""
        given = {name: value for name, value in parameters.items() if value is not None}
        return (await self._response("GET", path, params=given)).content

    async def put(self, path: str, body: object) -> tuple[int, Any]:
        """Status and JSON answer of a write whose address says which one it is."""
        return await self._call("PUT", path, content=orjson.dumps(body))

    async def post(self, path: str, body: object, *, key: str | None = None) -> tuple[int, Any]:
        """Status and JSON answer of a write; `key` is its Idempotency-Key."""
        headers = {"Idempotency-Key": key} if key is not None else {}
        return await self._call("POST", path, content=orjson.dumps(body), headers=headers)

    async def person(self) -> str:
        """Whose token this is, as the access token says that it stands for."""
        claims = (await self._token()).split(".")[1]
        return str(orjson.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"])

    async def hand_in(self, path: str, content: bytes, media_type: str, *, key: str) -> Any:
        """The JSON answer of a write whose body is a file; `key` is its Idempotency-Key."""
        headers = {"Content-Type": media_type, "Idempotency-Key": key}
        return (await self._call("POST", path, content=content, headers=headers))[1]

    async def have(self, path: str, to: Path) -> None:
        """Write a file that the platform gives out from its origin of files. Raises CommandError where it does not."""
        location = httpx.URL((await self._response("GET", path)).headers["location"])
        headers = {"Host": location.netloc.decode()}
        if location.host.endswith(".localhost"):  # this machine, which not every resolver knows
            location = location.copy_with(host=httpx.URL(self.url).host)
        try:
            async with self._http.stream("GET", location, headers=headers) as response:
                if response.status_code != 200:
                    raise CommandError(f"{headers['Host']} does not give the file (status {response.status_code}).")
                with to.open("xb") as file:
                    async for part in response.aiter_bytes():
                        file.write(part)
        except httpx.TransportError as error:
            raise CommandError(f"{headers['Host']} does not give the file ({type(error).__name__}).") from error
        except OSError as error:
            raise CommandError(f"{to} cannot be written, or is there already.") from error

    async def delete(self, path: str) -> None:
        """Do away with something; that it is gone already is as well."""
        try:
            await self._call("DELETE", path)
        except Refused as error:
            if error.status != 404:
                raise

    async def _call(self, method: str, path: str, **request: Any) -> tuple[int, Any]:
        response = await self._response(method, path, **request)
        return response.status_code, _answer(response)

    async def _response(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Raises Refused and CommandError."""
        headers = {"Content-Type": "application/json", **request.pop("headers", {})}
        try:
            async for attempt in stamina.retry_context(on=_Retry, attempts=ATTEMPTS, timeout=None, wait_max=4.0):
                with attempt:
                    sent = {**headers, **await self._authorization()}
                    response = await self._send(method, path, sent, request, attempt.num)
        except _Retry as error:
            raise CommandError(
                str(error.problem.get("detail") or "")
                or f"{self.url} does not answer ({error}); is the stack up? Try ./ascertain status."
            ) from error
        if response.is_error:
            _answer(response)
        return response

    async def _send(
        self, method: str, path: str, headers: dict[str, str], request: dict[str, Any], attempt: int
    ) -> httpx.Response:
        try:
            response = await self._http.request(method, path, headers=headers, **request)
        except httpx.TransportError as error:
            raise _Retry(type(error).__name__) from error
        if response.status_code == 401:
            self._renew_at = 0.0
        if response.status_code in _NOT_NOW:
            problem = _problem(response)
            if attempt < WAITS or problem.get("type") != _NOT_REACHED:
                raise _Retry(f"status {response.status_code}", problem)
        return response

    async def _authorization(self) -> dict[str, str]:
        return {} if self._personal_token is None else {"Authorization": f"Bearer {await self._token()}"}

    async def _token(self) -> str:
        if time.monotonic() >= self._renew_at:
            headers = {"Authorization": f"Bearer {self._personal_token}"}
            try:
                response = await self._http.post("/v1/tokens", headers=headers)
            except httpx.TransportError as error:
                raise _Retry(type(error).__name__) from error
            if response.status_code in _NOT_NOW - {401}:
                raise _Retry(f"status {response.status_code}", _problem(response))
            answer = _answer(response)
            self._access_token = answer["access_token"]
            self._renew_at = time.monotonic() + float(answer["expires_in"]) - _RENEW_BEFORE
        return self._access_token


def _is_of_this_machine(url: str) -> bool:
    """Whether it is on the loopback, where no proxy leads: a personal token must not be shown to one either."""
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _problem(response: httpx.Response) -> dict[str, Any]:
    """What the platform says of a refusal; nothing where something before it answered."""
    try:
        problem = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _answer(response: httpx.Response) -> Any:
    try:
        answer = orjson.loads(response.content) if response.content else None
    except orjson.JSONDecodeError as error:
        raise CommandError(f"{response.url.host} answered with something that is not JSON.") from error
    if response.is_error:
        raise Refused(answer if isinstance(answer, dict) else {"status": response.status_code})
    return answer
