"""Whatever people wrote, pages show it as words: nothing of it runs, nothing of it is asked for, nothing sticks out."""

from dataclasses import replace

import pytest

from tests.browser.district import DemoDistrict
from tests.browser.hostile import INSTEAD, HostileCorner, plant
from tests.browser.measuring import sticks_out
from tests.browser.opening import Look, Opener
from tests.browser.table import PAGES, Row, sampled

_PLANTED = """() => [...document.querySelectorAll('*')].filter(one =>
  one.matches('img, iframe, object, embed, base') ||
  (one.matches('script') && !one.src.startsWith(location.origin + '/static/')) ||
  [...one.attributes].some(its => /^on/i.test(its.name) || its.value.startsWith('/evil'))
).map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
async def corner(district: DemoDistrict) -> HostileCorner:
    return await plant(district)


@pytest.fixture(scope="module")
def hostile_opener(opener: Opener, corner: HostileCorner) -> Opener:
    return opener.at(corner.district)


@sampled(row for row in PAGES if row.who in INSTEAD)
async def test_words_stay_words(hostile_opener: Opener, corner: HostileCorner, row: Row) -> None:
    if not corner.has(row):
        pytest.skip("nothing hostile stands there")
    async with hostile_opener.row(replace(row, who=INSTEAD[row.who]), Look(320)) as opened:
        page = opened.page
        wrong = [f"planted: {one}" for one in await page.evaluate(_PLANTED)]
        wrong += await sticks_out(page)
        await page.set_viewport_size({"width": 1280, "height": 900})
        wrong += await sticks_out(page)
        wrong += opened.elsewhere + opened.complaints
    assert not wrong, "\n".join(wrong)
