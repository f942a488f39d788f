"""A panel that disagrees: each scores alone, what lies apart is talked about, and every member has what it came to."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.district import DemoDistrict
from tests.browser.opening import Look, Opener
from tests.browser.recorded import by_actor
from tests.browser.table import NOBODY

PHONE = Look(360, scripts=False)
LEAD, BESIDE = "teacher-sato", "teacher-lindgren"
TO_TALK = "On Clarity panelists are 2 levels apart: talk about it before you conclude."
CAME_TO = "From the back row nobody heard the speech; whoever sat near followed it."


@pytest.mark.long
async def test_a_panel_that_disagrees_talks_and_its_conclusion_is_each_members_score(
    opener: Opener, district: DemoDistrict
) -> None:
    exhibition, _ = await district.open_exhibition(1)
    path = f"{district.url}/exhibitions/{exhibition}/panel"
    await _appoint_colleague(district, exhibition)
    async with opener.blank(LEAD) as opened:
        leading = opened.page
        librarian, employer = [
            await _pass_of(leading, path, *guest)
            for guest in (("Odile", "Marchetti", "community"), ("Sven", "Aalto", "work"))
        ]
        async with _guest(opener, district, librarian) as page:
            await _score(page, {"clarity": "4", "answers": "3"})
        async with opener.blank(BESIDE) as other:
            await other.page.goto(path)
            await _score(other.page, {"clarity": "2", "answers": "3"})
            assert other.elsewhere + other.complaints == []
        await leading.goto(path)
        assert await leading.get_by_text("to be talked about").count() == 1
        await _conclude(leading, {"clarity": "3", "answers": "3"}, "")
        await expect(leading.locator("[role=alert]")).to_have_count(1)  # not without a word about it
        assert await leading.locator("input[name='level/clarity']:checked").last.get_attribute("value") == "3"
        async with _guest(opener, district, employer) as page:
            await _score(page, {"clarity": "3", "answers": "3.5"})
        await leading.locator("#resolution").fill(CAME_TO)
        await leading.get_by_role("button", name="Conclude").click()
        told = await leading.locator("[role=alert]").inner_text()
        assert told.startswith("Somebody scored meanwhile. What you chose is still here")
        assert await leading.locator("#resolution").input_value() == CAME_TO
        await leading.get_by_role("button", name="Conclude").click()
        assert "The panel has concluded" in await leading.locator("[role=status]").inner_text()
        assert opened.elsewhere + opened.complaints == []
        async with _guest(opener, district, librarian) as page:
            await page.locator("main ol a").first.click()
            await expect(page.get_by_text("The panel has concluded")).to_be_visible()
            assert await page.locator("form[action$='/score']").count() == 0, "what is concluded stays so"
    await _ledger_has_it(district, exhibition)


async def _ledger_has_it(district: DemoDistrict, exhibition: str) -> None:
    """Each score as its own panelist's, and out of them one conclusion, with a score of each member."""
    sato = await district.cast.as_person(LEAD)
    panel = await sato.get(f"/v1/exhibitions/{exhibition}/panel")
    scores: dict[str, dict[str, str]] = {}
    for one in panel["panelists"]:
        [scored] = [
            entry
            for entry in await by_actor(district.stack, one["panelist"])
            if entry["type"] == "PanelScored" and entry["body"]["exhibition"] == exhibition
        ]
        assert scored["body"]["panelist"] == one["panelist"]
        scores[scored["id"]] = _levels(scored["body"])
    assert sorted(levels["clarity"] for levels in scores.values()) == ["2", "3", "4"]
    hers = await by_actor(district.stack, await district.cast.person(LEAD))
    [concluded] = [
        one["body"] for one in hers if one["type"] == "PanelConcluded" and one["body"]["exhibition"] == exhibition
    ]
    assert (set(concluded["scores"]), _levels(concluded)) == (set(scores), {"clarity": "3", "answers": "3"})
    assert "resolution_ref" in concluded
    assert CAME_TO not in str(hers), "words are in the vault"
    members = [
        one["body"] for one in hers if one["type"] == "RubricScored" and one["body"]["rubric"] == panel["rubric"]
    ]
    work = await sato.get(f"/v1/works/{district.found['poster']}")
    by_member = Counter(body["learner"] for body in members[-len(work["members"]) :])
    assert by_member == dict.fromkeys(work["members"], 1)


def _levels(body: dict[str, Any]) -> dict[str, str]:
    return {one["criterion"]: one["earned"] for one in body["results"]}


async def _appoint_colleague(district: DemoDistrict, exhibition: str) -> None:
    sato = await district.cast.as_person(LEAD)
    wish = {"id": str(uuid4()), "panelist": await district.cast.person(BESIDE), "role": "teacher"}
    await sato.post(f"/v1/exhibitions/{exhibition}/panelists", wish)


async def _pass_of(page: Page, path: str, given: str, family: str, role: str) -> str:
    """Appoint somebody without an account, and read her pass as it is shown this once."""
    await page.goto(path)
    await page.locator("details:has(#given) summary").click()
    await page.locator("#given").fill(given)
    await page.locator("#family").fill(family)
    await page.locator("#role").select_option(role)
    await page.locator("#until").fill((datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"))
    await page.get_by_role("button", name="Appoint").click()
    await page.get_by_role("button", name=f"Make a pass {given} {family}").click()
    return await page.locator("code").inner_text()


@asynccontextmanager
async def _guest(opener: Opener, district: DemoDistrict, pass_: str) -> AsyncIterator[Page]:
    """Her telephone, on the panel's page, once she has typed her pass there."""
    async with opener.blank(NOBODY, PHONE) as opened:
        await opened.page.goto(f"{district.url}/panel-pass")
        await opened.page.locator("#pass").fill(pass_)
        await opened.page.get_by_role("button", name="Go on").click()
        await expect(opened.page.locator("main ol a")).to_have_count(1)
        yield opened.page
        assert opened.elsewhere + opened.complaints == []


async def _score(page: Page, levels: dict[str, str]) -> None:
    """Give one's own score, before which nothing of the others' is shown."""
    await page.locator("main ol a").first.click()
    await expect(page.locator("form[action$='/score']")).to_be_visible()
    assert await page.locator("#given, blockquote").count() == 0
    await _choose(page, "form[action$='/score']", levels)
    await page.get_by_role("button", name="Record my score").click()
    assert "Your score is recorded." in await page.locator("[role=status]").inner_text()


async def _conclude(page: Page, levels: dict[str, str], words: str) -> None:
    await page.locator("main ol a").first.click()
    await expect(page.get_by_text(TO_TALK)).to_be_visible()
    await page.get_by_text("Conclude for the panel").click()
    await _choose(page, "form[action$='/conclude']", levels)
    await page.locator("#resolution").fill(words)
    await page.get_by_role("button", name="Conclude").click()


async def _choose(page: Page, form: str, levels: dict[str, str]) -> None:
    for criterion, earned in levels.items():
        await page.locator(f"{form} input[name='level/{criterion}'][value='{earned}']").check()
