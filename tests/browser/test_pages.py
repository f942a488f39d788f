"""Every page of the table: axe-core finds nothing, and what it cannot tell is right too.

Everything fits, can be pressed, is soon reached, comes from us alone and ranks nobody: narrow and wide, with letters
twice as large, with scripts off, and in words half as long again; the foremost pages also in each theme and in Spanish.
A theme changes colours and a language changes words, so they are not tried times each other. Of the other pages it is
asked that they are in Spanish; that no word is left without a translation has a test of its own, without a browser.

At each run every page is looked at in English, narrow and wide, and those that stand for others (`SAMPLED`) in every
look, and for their contrast, which takes as long as all other rules; in the long form (`--long`) all are, with every
rule at both widths.
"""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page

from services.gateway.domain.page_routes import PAGES as ROUTES
from services.gateway.domain.routes import RouteTable
from tests.browser.axe import ALIKE, CONTRAST, LAYOUT, findings
from tests.browser.measuring import cut_off, enlarge_text, presses_to, small_targets, sticks_out
from tests.browser.opening import HEIGHT, Look, Opened, Opener
from tests.browser.table import PAGES, Row, sampled
from tests.support.another_language import LANGUAGE as WORDY

NARROW, WIDE = 320, 1280
RANKS = re.compile(
    r"(?i)\b(rank(ed|ing)?|percentile|class average|average of the class|attempts?:? \d|\d+ (attempts|tries)"
    r"|better than|worse than|\d+(st|nd|rd|th) of \d|percentil|promedio de la clase|\d+ intentos|intentos: \d"
    r"|mejor que|peor que|puesto \d)\b"
)
"""Words that set a learner beside others, or count how often she tried."""

NOT_LOOKED_AT = (
    "/static/{name}",
    "/seminar-worker.js",
    "/exhibitions/{exhibition}/turnout",
    "/exhibitions/{exhibition}/ballots/{batch}/{role}/{number}",
    "/exhibitions/{exhibition}/panel/{work}/files/{ref}",
    "/sections/{section}/column",
)
"""Routes among those of pages that nobody looks at by themselves: parts of others, and what a form leads to."""

every_page = pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)


def test_every_page_that_can_be_opened_stands_in_the_table() -> None:
    table = RouteTable(ROUTES)
    there = {table.find("GET", _path(row.address)) for row in PAGES}
    missing = [route.template for route in ROUTES if route.method == "GET" and route not in there]
    assert [template for template in missing if template not in NOT_LOOKED_AT] == []
    assert len({row.name for row in PAGES}) == len(PAGES)


def _path(address: str) -> bytes:
    return re.sub(r"\{\w+\}", "0", urlsplit(address).path).encode()


@every_page
async def test_it_is_right_in_english(opener: Opener, row: Row, everything: bool) -> None:
    alike = None if everything else ALIKE
    but = () if everything or row.sampled else CONTRAST
    async with opener.row(row, Look(NARROW)) as opened:
        page = opened.page
        wrong = [f"narrow: {one}" for one in [*await sticks_out(page), *await findings(page, but=but, without=alike)]]
        wrong += await small_targets(page)
        presses, unmarked = await presses_to(page, opener.main_of(row))
        wrong += [f"{presses} presses of Tab lead to what it is for"] if presses > row.stops else []
        wrong += [f"focus is not to be seen on {one}" for one in unmarked]
        wrong += await _in_other_colours(page, alike) if row.sampled or (everything and row.foremost) else []
        await enlarge_text(page, 200)
        wrong += [f"with letters twice as large, {one}" for one in [*await sticks_out(page), *await cut_off(page)]]
        await enlarge_text(page, 100)
        wrong += await _wide(opened, row, everything=everything)
    assert not wrong, "\n".join(wrong)


@sampled(row for row in PAGES if row.foremost)
async def test_it_is_right_in_spanish(opener: Opener, row: Row, everything: bool) -> None:
    async with opener.row(row, Look(NARROW, "es")) as opened:
        page = opened.page
        assert await page.locator("html").get_attribute("lang") == "es"
        alike = None if everything else ALIKE
        wrong = [f"narrow: {one}" for one in [*await sticks_out(page), *await findings(page, without=alike)]]
        wrong += await _wide(opened, row, everything=everything)
    assert not wrong, "\n".join(wrong)


@pytest.mark.long
async def test_every_other_page_speaks_spanish(opener: Opener) -> None:
    """Asked for without a browser's window: its words are what is looked at."""
    for row in PAGES:
        if not row.foremost:
            answer = await opener.asked(row, "es")
            assert (row.name, answer.status) == (row.name, row.status)
            html = await answer.text()
            assert (row.name, '<html lang="es"' in html) == (row.name, True)
            said = RANKS.findall(re.sub(r"<[^>]*>", " ", html)) if row.own else []
            assert (row.name, said) == (row.name, [])


async def _in_other_colours(page: Page, alike: str | None) -> list[str]:
    """What cannot be read in the dark, and in the reader's own colours."""
    await page.emulate_media(color_scheme="dark")
    wrong = [f"dark: {one}" for one in await findings(page, CONTRAST, without=alike)]
    await page.emulate_media(color_scheme="light", forced_colors="active")
    wrong += [f"forced colours: {one}" for one in await findings(page, CONTRAST, without=alike)]
    await page.emulate_media(color_scheme="light", forced_colors="none")
    return wrong


async def _wide(opened: Opened, row: Row, *, everything: bool) -> list[str]:
    """What is wrong at its width for a desk, in its words, and in what it asked of others."""
    page = opened.page
    await page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    rules = () if everything else LAYOUT
    wrong = [f"wide: {one}" for one in [*await sticks_out(page), *await findings(page, rules)]]
    text = await page.locator("body").inner_text() if row.own else ""
    wrong += [f"it says {found.group()!r}" for found in RANKS.finditer(text)]
    return wrong + opened.elsewhere + opened.complaints


@sampled(PAGES)
async def test_it_works_with_scripts_off_and_has_room_for_long_words(opener: Opener, row: Row) -> None:
    async with opener.row(row, Look(NARROW, WORDY, scripts=False)) as opened:
        assert await opened.page.locator("html").get_attribute("lang") == WORDY
        assert await opened.page.locator(opener.main_of(row)).count() > 0
        wrong = [*await sticks_out(opened.page), *await cut_off(opened.page), *opened.elsewhere, *opened.complaints]
    assert not wrong, "\n".join(wrong)
