"""People sign in by the real page: the district's issuer, and the button with her name."""

from playwright.async_api import Browser, StorageState

from deploy.local.issuer.people import sign_in_url
from tests.browser.table import NOBODY


class SignedIn:
    """Remembers each person's cookies, so that she presses her button once a run."""

    def __init__(self, browser: Browser, gateway: str) -> None:
        self._browser, self._gateway = browser, gateway
        self._kept: dict[str, StorageState] = {}

    async def cookies_of(self, who: str) -> StorageState | None:
        """What a new context must be given to be hers; None for somebody who did not sign in."""
        if who == NOBODY:
            return None
        if who not in self._kept:
            context = await self._browser.new_context(locale="en")
            page = await context.new_page()
            await page.goto(sign_in_url(self._gateway, who))
            await page.locator(f"button[name=subject][value={who}]").click()
            await page.wait_for_url(f"{self._gateway}/")
            self._kept[who] = await context.storage_state()
            await context.close()
        return self._kept[who]
