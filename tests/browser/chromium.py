"""Debian's chromium: where it is, and what a machine without it is told. Playwright brings no browser of its own."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

from cli.checks import NO_BROWSER


def chromium() -> str | None:
    """The program's path, where this machine has one."""
    return shutil.which("chromium")


@asynccontextmanager
async def running_chromium() -> AsyncIterator[Browser]:
    """A browser without a window. Raises FileNotFoundError, with the words of `NO_BROWSER`, where there is none."""
    program = chromium()
    if program is None:
        raise FileNotFoundError(NO_BROWSER)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            await browser.close()
