"""What axe cannot tell: everything fits, can be pressed, is soon reached, comes from us, and ranks nobody."""

import re
from urllib.parse import urlsplit

import pytest

from services.gateway.domain.page_routes import PAGES as ROUTES
from services.gateway.domain.routes import RouteTable
from tests.browser.measuring import cut_off, enlarge_text, presses_to, small_targets, sticks_out
from tests.browser.opening import Look, Opener
from tests.browser.table import PAGES, Row

NARROW = Look(320)
RANKS = re.compile(
    r"(?i)\b(rank(ed|ing)?|percentile|class average|average of the class|attempts?:? \d|\d+ (attempts|tries)"
    r"|better than|worse than|\d+(st|nd|rd|th) of \d|percentil|promedio de la clase|\d+ intentos|intentos: \d"
    r"|mejor que|peor que|puesto \d)\b"
)
"""Words that set a learner beside others, or count how often she tried."""

every_page = pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)


def test_every_page_that_can_be_opened_stands_in_the_table() -> None:
    table = RouteTable(ROUTES)
    there = {table.find("GET", _path(row.address)) for row in PAGES}
    missing = [route.template for route in ROUTES if route.method == "GET" and route not in there]
    assert [template for template in missing if template not in NO_PAGES] == []


NO_PAGES = ("/static/{name}",)
"""Routes among pages that nobody looks at by themselves."""


def _path(address: str) -> bytes:
    return re.sub(r"\{\w+\}", "0", urlsplit(address).path).encode()


@every_page
async def test_it_fits_is_soon_reached_and_asks_nobody_else(opener: Opener, row: Row) -> None:
    async with opener.row(row, NARROW) as opened:
        page, wrong = opened.page, []
        wrong += await sticks_out(page)
        wrong += await small_targets(page)
        presses, unmarked = await presses_to(page, opener.main_of(row))
        wrong += [f"{presses} presses of Tab lead to what it is for"] if presses > row.stops else []
        wrong += [f"focus is not to be seen on {one}" for one in unmarked]
        await enlarge_text(page, 200)
        wrong += [f"with letters twice as large, {one}" for one in [*await sticks_out(page), *await cut_off(page)]]
        wrong += opened.elsewhere + opened.complaints
    assert not wrong, "\n".join(wrong)


@every_page
async def test_it_works_with_scripts_off(opener: Opener, row: Row) -> None:
    """The same words, and what she came for."""
    async with opener.row(row, Look(scripts=False)) as opened:
        assert await opened.page.locator(opener.main_of(row)).count() > 0
        assert opened.elsewhere + opened.complaints == []


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("row", [row for row in PAGES if row.own], ids=lambda row: row.name)
async def test_nothing_ranks_a_learner_or_counts_her_attempts(opener: Opener, row: Row, language: str) -> None:
    async with opener.row(row, Look(language=language)) as opened:
        text = await opened.page.locator("body").inner_text()
        assert RANKS.findall(text) == []
