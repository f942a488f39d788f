"""What people come for, done by them in a browser from beginning to end; then what the ledger holds of it."""

import re
from collections import Counter
from functools import partial
from uuid import uuid4

import httpx
from playwright.async_api import Page

from shared.runtime.authorities import authorities
from tests.browser.district import DemoDistrict
from tests.browser.opening import Look, Opener
from tests.browser.recorded import recorded
from tests.browser.table import NOBODY
from tests.support.browser import Browser

PHONE = Look(360, scripts=False)
VOTERS, TWICE = 40, 8
"""So many vote; every so-manieth has her ballot open twice, and sends another vote from the second."""

BY_HAND = 3
"""So many of them in chromium; the others send the same form as a browser would that shows nothing."""

CITIZENS = ("boxer", "clover", "benjamin", "muriel")


async def test_forty_people_vote_by_phone_some_twice_and_each_ballot_counts_once(
    opener: Opener, district: DemoDistrict
) -> None:
    """No account, no script. Every second vote is told that the first stands."""
    exhibition, tokens = await district.open_exhibition(VOTERS)
    chosen = [CITIZENS[number % 3] for number in range(VOTERS)]
    async with (
        opener.blank(NOBODY, PHONE) as opened,
        httpx.AsyncClient(verify=authorities(), timeout=30, trust_env=False) as http,
    ):
        page, other = opened.page, await opened.page.context.new_page()
        for number, (token, citizen) in enumerate(zip(tokens, chosen, strict=True)):
            address, twice = f"{district.url}/vote/{token}", number % TWICE == 0
            if number < BY_HAND:
                await page.goto(address)
                if twice:
                    await other.goto(address)
                first, second = partial(_vote, page), partial(_vote, other)
            else:
                browser = Browser(http)
                ballot = await browser.open(address)
                first = second = partial(_send, browser, ballot)
            assert await first(citizen) == "Thank you. Your vote is counted."
            if twice:
                assert await second(CITIZENS[3]) == "This ballot was counted already"
        assert opened.elsewhere + opened.complaints == []
    sato = await district.cast.as_person("teacher-sato")
    await sato.post(f"/v1/exhibitions/{exhibition}/close", {"id": str(uuid4()), "expected_version": 2})
    [tally] = await recorded(district.stack, f"tally/{exhibition}")
    assert tally["body"]["voted"] == VOTERS
    [citizens] = [row for row in tally["body"]["tallied"] if row["question"] == "citizen" and row.get("role") is None]
    assert {row["option"]: row["count"] for row in citizens["counts"] if row["count"]} == Counter(chosen)


async def _vote(page: Page, citizen: str) -> str:
    """What she is told who has her ballot before her, chooses, and presses the one button."""
    await page.locator(f"input[name='answer/citizen'][value={citizen}]").check()
    await page.locator("main button").click()
    return await page.locator("h1").inner_text()


async def _send(browser: Browser, ballot: httpx.Response, citizen: str) -> str:
    """The same, by what the ballot's form would send."""
    answer = await browser.follow(await browser.press(ballot, **{"answer/citizen": citizen}))
    [heading] = re.findall(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    return str(heading).strip()


async def test_words_that_were_mistyped_are_still_there_to_be_mended(opener: Opener, district: DemoDistrict) -> None:
    async with opener.blank(NOBODY, PHONE) as opened:
        page, typed = opened.page, "apple <b>bread</b> candle"
        await page.goto(f"{district.url}/vote")
        await page.locator("textarea").fill(typed)
        await page.locator("main button").click()
        assert await page.locator("textarea").input_value() == typed
        described = await page.locator("textarea").get_attribute("aria-describedby")
        assert await page.locator(f"#{described}").get_attribute("role") == "alert"
