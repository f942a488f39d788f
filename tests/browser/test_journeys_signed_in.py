"""Journeys of people who sign in: each does what she came for on the pages, and the ledger holds it as hers."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.district import DemoDistrict
from tests.browser.opening import Look, Opener
from tests.browser.recorded import by_actor, latest
from tests.browser.table import AUDITOR, OPERATOR
from tests.support.running import until_applied

LONG_JOB_MS = 120_000


async def test_a_guardian_reads_one_sentence_in_spanish_and_asks_for_a_correction(
    opener: Opener, district: DemoDistrict
) -> None:
    async with opener.blank("guardian-okafor", Look(360, "es", scripts=False)) as opened:
        page = opened.page
        await page.goto(f"{district.url}/learners/{district.found['amara']}")
        assert await page.locator("html").get_attribute("lang") == "es"
        sentence = await page.locator("p.lead").first.inner_text()
        assert sentence.endswith(".")
        assert sentence.count(".") == 1
        form = page.locator("form[action$='/question']")
        about = await form.locator("select").input_value()
        await form.locator("textarea").fill("La rúbrica se aplicó a otro trabajo.")
        await form.locator("button").click()
        assert "done=question" in page.url
        await expect(page.locator("[role=status]")).to_have_text("Su pregunta se envió. La escuela responde aquí.")
        assert opened.elsewhere + opened.complaints == []
    asked = await latest(district.stack, "ReviewRequested")
    assert asked["actor"] == await district.cast.person("guardian-okafor")
    assert (asked["body"]["learner"], asked["body"]["competency"]) == (district.found["amara"], about)
    assert "rúbrica" not in str(asked["body"]), "words are in the vault"


@pytest.mark.long
async def test_an_administrator_sees_whom_a_policy_would_move_and_adopts_it(
    opener: Opener, district: DemoDistrict
) -> None:
    """For the other school, which nobody else's journey is about."""
    scope = f"school/{await district.cast.resolved('roster:org/school-riverside-high')}"
    async with opener.blank(OPERATOR) as opened:
        page = opened.page
        await page.goto(f"{district.url}/district/policies/new")
        await page.locator("main a[href*='from=most-recent']").click()
        await page.locator("#other_scope").fill(scope)
        await page.locator("main form button").click()
        await expect(page.locator("#reason")).to_be_visible(timeout=LONG_JOB_MS)
        await page.locator("#reason").fill("Riverside grades by the newest work.")
        await page.locator("form:has(#reason) button").click()
        await page.wait_for_url("**/district/policies/in-force**")
        assert opened.elsewhere + opened.complaints == []
    adopted = await latest(district.stack, "PolicyAdopted")
    assert (adopted["actor"], adopted["body"]["scope"]) == (district.stack.operator.person, scope)


@pytest.mark.long
async def test_an_auditor_replays_a_grade_to_last_month_has_it_proved_and_changes_nothing(
    opener: Opener, district: DemoDistrict
) -> None:
    grade = district.found["grade"]
    month_ago = (datetime.now(UTC) - timedelta(days=30)).date().isoformat()
    async with opener.blank(AUDITOR) as opened:
        page = opened.page
        await page.goto(f"{district.url}/audit")
        await page.locator("#find").fill(grade)
        await page.locator("form:has(#find) button").click()
        await page.locator("#as_of").fill(month_ago)
        await page.locator("form:has(#as_of) button").click()
        assert "had not been released yet" in await page.locator("[role=status]").inner_text()
        assert await page.get_by_text("Okafor").count() == 0, "names are hidden unless they are asked for"
        await page.locator(f"form[action='/audit/grades/{grade}'] button").click()
        await expect(page.locator("#verdict")).to_contain_text("all agree", timeout=LONG_JOB_MS)
        assert opened.elsewhere + opened.complaints == []
        auditor = (await (await page.context.request.get(f"{district.url}/v1/session")).json())["person"]
    assert await by_actor(district.stack, auditor) == []
    amara = await district.cast.as_person("learner-amara")
    log = (await amara.get(f"/v1/learners/{district.found['amara']}/disclosures"))["disclosures"]
    assert auditor in {row["person"] for row in log}


async def test_a_learner_relearns_does_it_over_and_reaches_mastery(opener: Opener, district: DemoDistrict) -> None:
    """Asked for, relearned, talked over and opened on pages; the new work is scored by her teacher."""
    hers, teacher = await district.cast.as_person("learner-farid"), await district.cast.as_person("teacher-lindgren")
    farid = district.found["farid"]
    states = (await hers.get(f"/v1/learners/{farid}/mastery"))["states"]
    not_yet = [one for one in states if one["status"] == "not_yet" and one["code"].startswith("english.")]
    competency = not_yet[-1]["competency"]
    why = f"{district.url}/learners/{farid}/competencies/{competency}"
    async with opener.blank("learner-farid", Look(360, scripts=False)) as opened:
        page = opened.page
        await page.goto(why)
        piece = await page.locator("form[action$='/redo'] select").input_value()
        await _send(page, "form[action$='/redo']", "I mixed up the plot and the theme.")
        if await page.locator("form[action$='/relearn']").count():
            await _send(page, "form[action$='/relearn']", "I read chapter seven again, and marked the lines.")
        assert opened.elsewhere + opened.complaints == []
    async with opener.blank("teacher-lindgren") as opened:
        await opened.page.goto(why)
        await _send(opened.page, "form[action$='/relearn']", "We talked over what a theme is.")
        await opened.page.locator("form[action$='/open'] button").click()
        assert opened.elsewhere + opened.complaints == []
    opened_redo = await latest(district.stack, "RedoOpened")
    assert opened_redo["body"]["learner"] == farid
    for redo_of in (piece, None):
        await teacher.post("/v1/evidence", _attempt(farid, competency, redo_of))
    await until_applied(district.stack)
    async with opener.blank("learner-farid", Look(360, scripts=False)) as opened:
        await opened.page.goto(why)
        assert "Mastered" in await opened.page.locator(".level").first.inner_text()
    asked = await latest(district.stack, "RedoRequested")
    assert (asked["actor"], asked["body"]["competency"]) == (farid, competency)


async def _send(page: Page, form: str, words: str) -> None:
    await page.locator(f"{form} textarea").fill(words)
    await page.locator(f"{form} button").click()


def _attempt(learner: str, competency: str, redo_of: str | None) -> dict[str, object]:
    body = {
        "learner": learner,
        "purpose": "performance",
        "results": [{"competency": competency, "earned": "4", "possible": "4"}],
        **({"redo_of": redo_of} if redo_of else {}),
    }
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"id": str(uuid4()), "type": "AttemptRecorded", "occurred_at": now, "body": body}
