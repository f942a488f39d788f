"""Opens a page as one person sees it in one look, and notes what the browser had to say meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, Request

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
    """Everybody's browser."""

    def __init__(self, browser: Browser, district: DemoDistrict) -> None:
        self.district = district
        self._browser = browser
        self._signed_in = SignedIn(browser, district.url)

    @asynccontextmanager
    async def blank(self, who: str, look: Look = Look()) -> AsyncIterator[Opened]:
        """A page that is nowhere yet, in a browser of this person's."""
        context = await self._browser.new_context(
            viewport={"width": look.width, "height": HEIGHT},
            locale=look.language,
            color_scheme=look.scheme,
            java_script_enabled=look.scripts,
            reduced_motion="reduce",
            storage_state=await self._signed_in.cookies_of(who),
        )
        context.set_default_timeout(LIMIT_MS)
        try:
            opened = Opened(await context.new_page(), self.district.url)
            opened.watch()
            yield opened
        finally:
            await context.close()

    @asynccontextmanager
    async def row(self, row: Row, look: Look = Look()) -> AsyncIterator[Opened]:
        """A page of the table, with what its person does first done. Its status must be what the row says."""
        async with self.blank(row.who, look) as opened:
            answer = await opened.page.goto(self.district.address(row.address))
            assert answer is not None
            assert answer.status == row.status, f"{row.name} answers {answer.status}: {await answer.text()}"
            if row.do is not None:
                await row.do(opened.page)
                await opened.page.wait_for_load_state()
            yield opened

    def main_of(self, row: Row) -> str:
        """Where on the page is what she came for, in CSS."""
        return row.main.format(**self.district.found) if "{" in row.main else row.main
