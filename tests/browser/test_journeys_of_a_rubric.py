"""A teacher writes a rubric, errs and mends it, publishes it with a task, and scores by it. No script is needed."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.district import DemoDistrict
from tests.browser.opening import Look, Opener
from tests.browser.recorded import by_actor

TEACHER = "teacher-abara"
TITLE, TASK = "Weighing a source", "Two witnesses of one day"
LEVELS = ("Names it", "Says who wrote it", "Says why it was written", "Weighs it against another")


@pytest.mark.long
async def test_a_teacher_drafts_a_rubric_errs_mends_publishes_and_scores_by_it(
    opener: Opener, district: DemoDistrict
) -> None:
    me = await district.cast.person(TEACHER)
    before = {one["id"] for one in await by_actor(district.stack, me)}
    async with opener.blank(TEACHER, Look(scripts=False)) as opened:
        page = opened.page
        await page.goto(f"{district.url}/tasks")
        await page.locator("a[href='/rubrics/new']").click()
        await _draft(page)
        await _publish(page)
        await expect(page.locator("[role=alert]")).to_have_count(1)  # a criterion shows some skill
        assert await page.locator("#c0").input_value() == "The sourse", "nothing is typed twice"
        skill = await _tick_first(page, "c0.on/")
        await _publish(page)
        assert await page.locator("[role=status]").inner_text() == "The rubric is published."
        await _mend(page)
        assert await page.locator("[role=status]").inner_text() == "The rubric is published."
        await _write_task(page, skill)
        learner = await _score(page, district, skill)
        assert opened.elsewhere + opened.complaints == []
    written = [one for one in await by_actor(district.stack, me) if one["id"] not in before]
    documents = [one["body"] for one in written if one["type"] == "DocumentPublished"]
    assert [body["format"] for body in documents] == ["ascertain.rubric@2", "ascertain.rubric@2", "ascertain.task@2"]
    first, mended, task = documents
    assert first["id"] == mended["id"], "what is mended is a new version"
    assert first["digest"] != mended["digest"]
    [scored] = [one["body"] for one in written if one["type"] == "RubricScored"]
    assert len(written) == 4
    assert (scored["learner"], scored["rubric"], scored["task"]) == (learner, mended["digest"], task["id"])
    [result] = scored["results"]
    assert (result["competency"], result["earned"], result["possible"]) == (skill, "2.5", "4")


async def _draft(page: Page) -> None:
    """A title, and one criterion with its levels; its name is misspelt, and it says no skill."""
    await page.locator("#title").fill(TITLE)
    await page.locator("#c0").fill("The sourse")
    await page.locator("input[name='c0.half']").check()
    for number, level in enumerate(LEVELS):
        await page.locator(f"input[name='c0.l{number}.title']").fill(level)


async def _tick_first(page: Page, prefix: str) -> str:
    """Tick the first skill that is offered; which one it is."""
    box = page.locator(f"input[name^='{prefix}']").first
    details = page.locator(f"details:has(input[name^='{prefix}']) summary").first
    if not await box.is_visible():
        await details.click()
    await box.check()
    return str(await box.get_attribute("name")).removeprefix(prefix)


async def _publish(page: Page) -> None:
    await page.get_by_role("button", name="Publish it").click()


async def _mend(page: Page) -> None:
    """Seen once it was published: a letter is wrong. The next version has it right."""
    rubric = page.locator("li", has=page.locator("summary", has_text=TITLE))
    await rubric.locator("summary").click()
    await rubric.get_by_text("Write a new version").click()
    await page.locator("#c0").fill("The source")
    await _publish(page)


async def _write_task(page: Page, skill: str) -> None:
    await page.locator("a[href='/tasks/new']").click()
    await page.locator("#title").fill(TASK)
    await page.locator("#prompt").fill("Read both letters. Whom do you believe, and why?")
    await page.locator("#rubric").select_option(label=TITLE)
    await page.locator(f"input[name='competency/{skill}']").check()
    await _publish(page)
    assert await page.locator("[role=status]").inner_text() == "The task is published."


async def _score(page: Page, district: DemoDistrict, skill: str) -> str:
    """Half a point between two levels, of the first learner of the class; who that is."""
    await page.goto(district.address("/sections/{history}"))
    await page.locator("details:has(#task) summary").click()
    await page.locator("#task").select_option(label=TASK)
    await page.locator("form:has(#task) button").click()
    await page.locator(f"#grid th[data-c='{skill}'] a").click()
    box = page.locator("input[name^='score/']").first
    await box.fill("2.")
    await page.locator("button[value=look]").click()
    await page.locator("button[value=record]").click()
    assert await page.locator("#said").inner_text() == "1 score is recorded."
    learner = await page.locator("#recorded input[name=learner]").first.get_attribute("value")
    return str(learner)
