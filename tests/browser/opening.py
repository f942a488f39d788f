"""Opens a page as one person sees it in one look, and notes what the browser had to say meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from playwright.async_api import APIResponse, Browser, ConsoleMessage, Page, Request, StorageState

from tests.browser.district import DemoDistrict
from tests.browser.signing import SignedIn
from tests.browser.table import Row

HEIGHT = 900
LIMIT_MS = 30_000
OF_ITSELF = "Failed to load resource: the server responded with a status of"
"""What chromium writes of every answer of 400 and more: the page's own status is looked at elsewhere."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a browser is set: width in pixels, language, theme, and whether scripts run."""

    width: int = 1280
    language: str = "en"
    scheme: Literal["light", "dark"] = "light"
    scripts: bool = True


@dataclass(slots=True)
class Opened:
    """An open page, and what was seen of it: addresses asked for that are not ours, and complaints of the browser."""

    page: Page
    gateway: str
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Begin to note. Playwright writes on what it is given to call, and a bound method takes none of it."""
        self.page.on("request", partial(Opened._asked, self))
        self.page.on("console", partial(Opened._said, self))
        self.page.on("pageerror", lambda error: self.complaints.append(f"an error of a script: {error}"))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"a script ran: {dialog.message}"))

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != self.gateway:
            self.elsewhere.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(OF_ITSELF):
            self.complaints.append(message.text)


class Opener:
    """Everybody's browser. Who only looks at a page does so in a window that is kept: one for each `Look`, in which one
    person follows the other by her cookies. To open a window anew takes longer than most that is looked at in it.
    """

    def __init__(self, browser: Browser, district: DemoDistrict) -> None:
        self.district = district
        self._browser = browser
        self._signed_in = SignedIn(browser, district.url)
        self._windows: dict[Look, Opened] = {}

    def at(self, district: DemoDistrict) -> "Opener":
        """The same browser, where other things are found by the names of `district`."""
        other = copy(self)
        other.district = district
        return other

    @asynccontextmanager
    async def blank(self, who: str, look: Look = Look()) -> AsyncIterator[Opened]:
        """A page that is nowhere yet, in a new browser of this person's."""
        opened = await self._window(look, await self._signed_in.cookies_of(who))
        try:
            yield opened
        finally:
            await opened.page.context.close()

    @asynccontextmanager
    async def row(self, row: Row, look: Look = Look()) -> AsyncIterator[Opened]:
        """A page of the table, with what its person does first done. Its status must be what the row says."""
        async with self.blank(row.who, look) if row.do is not None else self._kept(row.who, look) as opened:
            answer = await opened.page.goto(self.district.address(row.address))
            assert answer is not None
            assert answer.status == row.status, f"{row.name} answers {answer.status}: {await answer.text()}"
            if row.do is not None:
                await row.do(opened.page)
                await opened.page.wait_for_load_state()
            yield opened

    async def asked(self, row: Row, language: str) -> APIResponse:
        """The answer to asking for a row's page in a language, and no more: nothing is drawn, and no script runs."""
        async with self._kept(row.who, Look()) as opened:
            address = self.district.address(row.address)
            headers = {"Accept": "text/html", "Accept-Language": language}
            return await opened.page.context.request.get(address, headers=headers)

    def main_of(self, row: Row) -> str:
        """Where on the page is what she came for, in CSS."""
        return row.main.format(**self.district.found) if "{" in row.main else row.main

    @asynccontextmanager
    async def _kept(self, who: str, look: Look) -> AsyncIterator[Opened]:
        """The window that is kept for this look, as hers. It is given up where something goes wrong in it."""
        state = await self._signed_in.cookies_of(who)
        opened = self._windows.pop(look, None) or await self._window(look, None)
        context = opened.page.context
        try:
            await context.clear_cookies()
            if state is not None:
                await context.add_cookies(cast("Any", state["cookies"]))
            opened.elsewhere.clear()
            opened.complaints.clear()
            yield opened
            await opened.page.goto("about:blank")  # what a page goes on asking for is no part of the next one
            await opened.page.emulate_media(color_scheme=look.scheme, forced_colors="none")
            await opened.page.set_viewport_size({"width": look.width, "height": HEIGHT})
        except BaseException:
            await context.close()
            raise
        self._windows[look] = opened

    async def _window(self, look: Look, state: StorageState | None) -> Opened:
        context = await self._browser.new_context(
            viewport={"width": look.width, "height": HEIGHT},
            locale=look.language,
            color_scheme=look.scheme,
            java_script_enabled=look.scripts,
            reduced_motion="reduce",
            storage_state=state,
        )
        context.set_default_timeout(LIMIT_MS)
        opened = Opened(await context.new_page(), self.district.url)
        opened.watch()
        return opened
