"""A seminar that is tapped without a network: through reloads and a closed page, the ledger has each tap once."""

from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page

from tests.browser.opening import Opener
from tests.support.running import until_applied

TEACHER = "teacher-lindgren"
LEFT = """() => new Promise((done) => {
  const opening = indexedDB.open("ascertain-seminar");
  opening.onsuccess = () => {
    const asked = opening.result.transaction("seminars").objectStore("seminars").getAll();
    asked.onsuccess = () => { opening.result.close(); done(asked.result); };
  };
})"""
"""What the device has."""


async def begun(page: Page, opener: Opener) -> None:
    await page.goto(opener.district.address("/seminars/new?section={english}"))
    await page.get_by_role("button", name="Begin now").click()
    await page.wait_for_url("**/seminars/live")
    await page.get_by_role("button", name="Amara").wait_for()


async def tap(page: Page, who: str, what: str) -> None:
    await page.get_by_role("button", name=who).click()
    await page.get_by_role("button", name=what).click()
    await page.get_by_text(f"{who}: {what}", exact=True).wait_for()


async def reopened(context: BrowserContext, page: Page) -> Page:
    """The page is closed, and another one opened where it was."""
    address = page.url
    await page.close()
    other = await context.new_page()
    await other.goto(address)
    return other


async def seminars_of(opener: Opener, name: str) -> list[dict[str, Any]]:
    """What the record has of a learner's seminars, but for the story's."""
    teacher = await opener.district.cast.as_person(TEACHER)
    told: dict[str, Any] = await teacher.get(f"/v1/learners/{opener.district.found[name]}/portfolio")
    return [one for one in told["evidence"] if "seminar" in one and not one["occurred_at"].startswith("2026-11-12")]


def counted(piece: dict[str, Any]) -> dict[str, int]:
    return {one["move"]: one["count"] for one in piece["moves"]}


async def test_taps_without_a_network_are_in_the_record_once(opener: Opener) -> None:
    async with opener.blank(TEACHER) as opened:
        page, context = opened.page, opened.page.context
        await begun(page, opener)
        await context.set_offline(True)
        await tap(page, "Amara", "cites the text")
        await tap(page, "Amara", "cites the text")
        await page.get_by_role("button", name="challenges with a reason").click()
        await page.get_by_role("button", name="Bao").click()
        await page.get_by_text("Bao: challenges with a reason").wait_for()
        await page.reload()
        await tap(page, "Bao", "builds on a peer")
        await page.get_by_role("button", name="Take back the last").click()
        await page.get_by_text("Taken back. Bao: builds on a peer").wait_for()
        page = await reopened(context, page)
        await page.get_by_text("Taps on this device, not sent yet: 3").wait_for()
        await page.get_by_text("It is over").click()
        await page.get_by_label("Chiara").check()
        await page.get_by_role("button", name="End it and send").click()
        await page.get_by_text("There is no network now.").wait_for()
        page = await reopened(context, page)
        await page.get_by_text("A seminar that is over waits on this device").wait_for()
        device = await page.evaluate(LEFT)
        await context.set_offline(False)
        await page.get_by_text("Sent, for 3 learners.").wait_for()
        assert await page.evaluate(LEFT) == []
        await _sent_again(page, device)
    await until_applied(opener.district.stack)
    seen = {name: await seminars_of(opener, name) for name in ("amara", "bao", "chiara", "dmitri")}
    assert {name: [counted(piece) for piece in pieces] for name, pieces in seen.items()} == {
        "amara": [{"cites": 2}],
        "bao": [{"challenges": 1}],
        "chiara": [{}],
        "dmitri": [],
    }


async def _sent_again(page: Page, device: list[dict[str, Any]]) -> None:
    """As if the answer had not been heard: what was on the device is there again, and goes out again."""
    put = """(seminars) => new Promise((done) => {
      const opening = indexedDB.open("ascertain-seminar");
      opening.onsuccess = () => {
        const all = opening.result.transaction("seminars", "readwrite");
        for (const one of seminars) all.objectStore("seminars").put(one);
        all.oncomplete = () => { opening.result.close(); done(); };
      };
    })"""
    await page.evaluate(put, device)
    await page.reload()
    await page.get_by_text("Sent, for 3 learners.").wait_for()


@pytest.mark.long
async def test_what_waits_is_asked_about_before_signing_out_and_can_be_thrown_away(opener: Opener) -> None:
    async with opener.blank(TEACHER) as opened:
        page = opened.page
        await begun(page, opener)
        await page.goto(opener.district.address("/seminars/new?section={english}"))
        await page.get_by_text("A seminar lies on this device").wait_for()
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("heading", name="A seminar was not sent yet").wait_for()
        await page.get_by_role("link", name="Go on with it, and send it").click()
        await page.get_by_role("button", name="Amara").wait_for()
        await page.get_by_text("Throw it away").click()
        await page.get_by_role("button", name="Remove it").click()
        await page.get_by_text("It is removed from this device.").wait_for()
        assert await page.evaluate(LEFT) == []
