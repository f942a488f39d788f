"""What an issuer says of itself: where its doors are (OpenID Connect Discovery), and its keys."""

import asyncio
import ipaddress
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from services.gateway.domain.sign_in import IssuerUnavailableError
from services.gateway.oidc.signatures import PublishedKey, published_keys
from shared.runtime.authorities import authorities

GOOD_FOR = 600.0
"""Seconds for which what an issuer said is good: after them a key that it has withdrawn is not taken any more."""

REREAD_AFTER = 30.0
"""Seconds between two readings of the keys for tokens of unknown ones, however many such tokens come."""

MAX_ANSWER = 1024 * 1024
"""Bytes of an answer of the issuer's at most."""

TIMEOUT = httpx.Timeout(10, connect=3)


class Metadata(msgspec.Struct, frozen=True):
    """The members of an issuer's description that are used here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Provider:
    """An issuer named by its URL. Nothing is asked before it is needed, so it may come up after the gateway."""

    def __init__(self, http: httpx.AsyncClient, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._http, self._clock = http, clock
        self._asking = asyncio.Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, tuple[PublishedKey, ...]] | None = None
        self._reread_at = float("-inf")

    async def metadata(self) -> Metadata:
        """Raises IssuerUnavailableError, also where it does not name itself as we do, or names a door in the clear."""
        async with self._asking:
            return await self._current_metadata()

    async def keys(self) -> tuple[PublishedKey, ...]:
        """Its keys as last read. Raises IssuerUnavailableError."""
        async with self._asking:
            if self._keys is None or self._clock() >= self._keys[0]:
                await self._read_keys()
            assert self._keys is not None
            return self._keys[1]

    async def newer_keys(self, known: tuple[PublishedKey, ...]) -> tuple[PublishedKey, ...] | None:
        """Its keys, read anew where `known` are all that was read so far; None where that was done just now.

        Raises IssuerUnavailableError.
        """
        async with self._asking:
            if self._keys is not None and self._keys[1] is not known:
                return self._keys[1]  # someone else has read them meanwhile
            if self._clock() - self._reread_at < REREAD_AFTER:
                return None
            self._reread_at = self._clock()
            await self._read_keys()
            assert self._keys is not None
            return self._keys[1]

    async def answer(self, request: httpx.Request) -> tuple[int, Any]:
        """Status and JSON of the issuer's answer. Raises IssuerUnavailableError; redirects are not followed."""
        try:
            response = await self._http.send(request, stream=True)
            try:
                content = b""
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > MAX_ANSWER:
                        raise IssuerUnavailableError("its answer is too large")
            finally:
                await response.aclose()
            return response.status_code, msgspec.json.decode(content)
        except (httpx.HTTPError, httpx.InvalidURL, msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise IssuerUnavailableError(type(error).__name__) from error

    async def _current_metadata(self) -> Metadata:
        if self._metadata is None or self._clock() >= self._metadata[0]:
            document = await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            try:
                metadata = msgspec.convert(document, Metadata)
            except msgspec.ValidationError as error:
                raise IssuerUnavailableError("its description is not one") from error
            self._check(metadata)
            self._metadata = self._clock() + GOOD_FOR, metadata
        return self._metadata[1]

    def _check(self, metadata: Metadata) -> None:
        if metadata.issuer != self.issuer:
            raise IssuerUnavailableError("it describes another issuer")
        for url in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
            if not is_safe(url):
                raise IssuerUnavailableError("it has a door that is reached in the clear")

    async def _read_keys(self) -> None:
        metadata = await self._current_metadata()
        document: Mapping[str, Any] = await self._get(metadata.jwks_uri)
        self._keys = self._clock() + GOOD_FOR, published_keys(document)

    async def _get(self, url: str) -> Any:
        status, document = await self.answer(self._http.build_request("GET", url))
        if status != 200:
            raise IssuerUnavailableError(f"it answers {status}")
        return document


def is_safe(url: str) -> bool:
    """Whether nobody on the way can read or change what is asked there: HTTPS, or this very machine."""
    parts = urlsplit(url)
    return parts.hostname is not None and (
        parts.scheme == "https" or (parts.scheme == "http" and is_local(parts.hostname))
    )


def is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def client_of(issuer: str) -> httpx.AsyncClient:
    """A client for an issuer's doors. On this machine no proxy is asked."""
    local = is_local(urlsplit(issuer).hostname or "")
    return httpx.AsyncClient(
        verify=authorities(), timeout=TIMEOUT, trust_env=not local, headers={"Accept": "application/json"}
    )
