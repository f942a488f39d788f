"""axe-core finds nothing on any page: narrow and wide, in each language and theme."""

import pytest

from tests.browser.axe import CONTRAST, findings
from tests.browser.opening import Look, Opener
from tests.browser.table import PAGES, Row

NARROW, WIDE, HEIGHT = 320, 1280, 900


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
async def test_nothing_is_found(opener: Opener, row: Row, language: str) -> None:
    async with opener.row(row, Look(NARROW, language)) as opened:
        page = opened.page
        assert await page.locator("html").get_attribute("lang") == language
        found = {"narrow": await findings(page)}
        await page.emulate_media(color_scheme="dark")
        found["dark"] = await findings(page, CONTRAST)
        await page.emulate_media(color_scheme="light", forced_colors="active")
        found["forced colours"] = await findings(page, CONTRAST)
        await page.emulate_media(color_scheme="light", forced_colors="none")
        await page.set_viewport_size({"width": WIDE, "height": HEIGHT})
        found["wide"] = await findings(page)
    assert not any(found.values()), "\n".join(f"{look}: {one}" for look, ones in found.items() for one in ones)
