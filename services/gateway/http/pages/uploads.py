"""A form with a file in it, taken apart as it comes: what was typed first, then the file, which nobody holds.

A browser sends the fields of a form in their order, so a form of ours has its file last. By then it is known whose it
is and that a page of ours sent it; the file goes on to where it is kept while it still comes in.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from services.gateway.domain.route import FILE
from services.gateway.http.pages.refusing import too_much
from services.gateway.http.pages.typed import no_form
from services.gateway.http.pages.visiting import fields_of
from shared.runtime.problems import Problem

MAX_FIELDS = 100
MAX_TYPED = 2 * 1024 * 1024
"""Fields of such a form, and bytes of all that was typed, at most."""

PAUSE = 20.0
"""Seconds that a browser may pause within a form: a slow one must not hold a service's connection for ever."""

_DEFAULT = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class _Begun:
    """A part of the form begins: a field, or a file by the name that it has on the sender's machine."""

    name: str
    file: str | None
    media_type: str


class Upload:
    """A file on its way: read it once, by `parts`. It has at most `FILE` bytes."""

    def __init__(self, name: str, media_type: str, form: "FormWithFile", first: bytes) -> None:
        self.name, self.media_type = name, media_type
        self._form, self._first, self._size = form, first, 0

    async def parts(self) -> AsyncIterator[bytes]:
        """Its bytes, as they come. Raises Problem: 413 where there are too many, and as `FormWithFile` does."""
        part: bytes | None = self._first
        while part is not None:
            self._size += len(part)
            if self._size > FILE:
                raise too_much("A file may have at most %(number)s MiB.", number=FILE // 2**20)
            yield part
            part = await self._form.more()


class FormWithFile:
    """What a browser sends by such a form, or by a plain one. `fields` are complete once it was `opened`.

    Raises `refusing.wrong` for what no form sends, 408 where it does not come, 400 where it breaks off.
    """

    def __init__(self, request: Request, boundary: bytes) -> None:
        self.fields: dict[str, str] = {}
        self.upload: Upload | None = None
        self._events: deque[_Begun | bytes | None] = deque()
        self._stream = request.stream()
        self._head: dict[str, bytes] = {}
        self._name, self._value = b"", b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._head.clear,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_ends,
                "on_headers_finished": self._begins,
                "on_part_data": lambda data, start, end: self._events.append(data[start:end]),
                "on_part_end": lambda: self._events.append(None),
            },
        )

    @classmethod
    async def opened(cls, request: Request) -> Self:
        """The form, with its fields read. Where it has a file that is not empty, `upload` is that, yet unread."""
        kind, options = parse_options_header(request.headers.get("content-type"))
        form = cls(request, options.get(b"boundary", b"none")[:100])
        if kind != b"multipart/form-data":
            form.fields.update(await fields_of(request))
        else:
            await form._read_fields()
        return form

    async def more(self) -> bytes | None:
        """What comes next of the part that is being read; None where that ends."""
        event = await self._next()
        if isinstance(event, _Begun):
            raise no_form()
        return event

    async def rest(self) -> None:
        """Let what was not read pass by, so that the browser hears our answer."""
        with suppress(ClientDisconnect):
            async for _ in self._stream:
                pass

    async def _read_fields(self) -> None:
        typed = begun = 0
        while (event := await self._next(at_end=_END)) is not _END:
            begun += 1  # not by their names: many may have the same one
            if not isinstance(event, _Begun) or begun > MAX_FIELDS:
                raise no_form()
            text = bytearray()
            while (part := await self.more()) is not None:
                if event.file and part:
                    self.upload = Upload(event.file, event.media_type, self, part)
                    return
                text += part
                typed += len(part)
                if typed > MAX_TYPED:
                    raise too_much("That is too much text.")
            if event.file is None:
                self.fields.setdefault(event.name, _text(bytes(text)).replace("\r\n", "\n"))

    async def _next(self, at_end: "_Begun | None" = None) -> "_Begun | bytes | None":
        while not self._events:
            try:
                async with asyncio.timeout(PAUSE):
                    chunk = await anext(self._stream, b"")
                if chunk:
                    self._parser.write(chunk)
                elif at_end is not None:
                    return at_end
                else:
                    raise no_form()
            except TimeoutError:
                raise Problem(408, "too-slow", "The form did not come.", "Send it without long pauses.") from None
            except (MultipartParseError, ClientDisconnect) as error:
                raise no_form() from error
        return self._events.popleft()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        self._head[self._name.decode("latin-1").lower()] = self._value
        self._name, self._value = b"", b""

    def _begins(self) -> None:
        self._events.append(_begun(self._head))


_END = _Begun("", None, "")


def _begun(head: Mapping[str, bytes]) -> _Begun:
    _, options = parse_options_header(head.get("content-disposition"))
    if b"name" not in options:
        raise no_form()
    file = options.get(b"filename")
    media_type = head.get("content-type", _DEFAULT.encode()).decode("latin-1")
    return _Begun(
        _text(options[b"name"]), None if file is None else _text(file), media_type if media_type.isascii() else _DEFAULT
    )


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise no_form() from None
