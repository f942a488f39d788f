"""A teacher scores a column of her class, errs and takes it back: by keys, by pasting, and by plain forms alone."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.district import DemoDistrict
from tests.browser.opening import Look, Opener
from tests.browser.recorded import by_actor

TEACHER = "teacher-mensah"
"""Whose class nobody else's journey is about."""


class Scoring:
    """A page of her class, while she scores without a task, of 4 points; and what the ledger has of it as hers."""

    def __init__(self, page: Page, district: DemoDistrict) -> None:
        self.page, self._district = page, district
        self._before: set[str] = set()
        self.competency = ""

    async def begin(self) -> None:
        """On her class, with a task chosen once."""
        self._before = {one["id"] for one in await self._entries()}
        await self.page.goto(self._district.address("/sections/{mathematics}"))
        await self.page.locator("details:has(#task) summary").click()
        await self.page.locator("#of").fill("4")
        await self.page.locator("form:has(#task) button").click()
        scored = self.page.locator("#grid th[data-of]").first
        self.competency = str(await scored.get_attribute("data-c"))

    async def learner(self, row: int) -> str:
        """Who stands in a row of the grid, counted from 1."""
        return str(await self.page.locator(f"#grid tbody tr:nth-child({row})").get_attribute("data-l"))

    async def said(self, words: str) -> None:
        """Wait until the page says so, where it is announced."""
        await expect(self.page.locator("#said")).to_have_text(words)

    async def somebody_else_scores(self, learner: str) -> None:
        """The same teacher, at another desk."""
        teacher = await self._district.cast.as_person(TEACHER)
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        results = [{"competency": self.competency, "earned": "2", "possible": "4"}]
        body = {"learner": learner, "purpose": "performance", "results": results}
        _, receipt = await teacher.post(
            "/v1/evidence", {"id": str(uuid4()), "type": "ObservationRecorded", "occurred_at": now, "body": body}
        )
        place = receipt["position"]
        seen = f"{place['ledger']}:{place['shard']}:{place['position']}"
        await teacher.get(f"/v1/learners/{learner}/mastery", at_least=seen)

    async def recorded(self) -> tuple[Counter[tuple[str, str]], list[str]]:
        """Since it began: how often which score was recorded of whom in this column, and whose were taken back."""
        new = [one for one in await self._entries() if one["id"] not in self._before]
        pieces = {one["id"]: one["body"] for one in new if one["type"] == "ObservationRecorded"}
        voided = [one["body"]["evidence"] for one in new if one["type"] == "EvidenceVoided"]
        assert len(pieces) + len(voided) == len(new), "nothing else was written"
        of = {id_: (body["learner"], _earned(body, self.competency)) for id_, body in pieces.items()}
        return Counter(of.values()), [" ".join(of[id_]) for id_ in voided]

    async def _entries(self) -> list[dict[str, Any]]:
        return await by_actor(self._district.stack, await self._district.cast.person(TEACHER))


def _earned(body: dict[str, Any], competency: str) -> str:
    [result] = body["results"]
    assert (result["competency"], result["possible"]) == (competency, "4")
    return str(result["earned"])


async def test_a_column_scored_by_keys_is_recorded_once_and_an_error_is_taken_back(
    opener: Opener, district: DemoDistrict
) -> None:
    async with opener.blank(TEACHER) as opened:
        page, hers = opened.page, Scoring(opened.page, district)
        await hers.begin()
        first, second, third, fourth = [await hers.learner(row) for row in (1, 2, 3, 4)]
        await page.locator("#grid tbody tr:nth-child(1) td a").first.click()
        for keys in ("3", "2.", "4"):
            await page.keyboard.type(keys)
            await page.keyboard.press("Enter")
        await expect(page.locator("#grid td[data-state=done]")).to_have_count(3)
        await page.keyboard.press("Control+z")
        await hers.said("Taken back. It stays in the record, and no longer counts.")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.type("1")
        await page.keyboard.press("Enter")
        await expect(page.locator("#grid td[data-state=done]")).to_have_count(3)
        assert await page.evaluate("() => document.activeElement.closest('tr').rowIndex") == 4, "focus goes on"
        await hers.somebody_else_scores(fourth)
        await page.keyboard.type("9")
        await page.keyboard.press("Enter")
        await hers.said("This is more than there is to earn.")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.type("3")
        await page.keyboard.press("Enter")
        await expect(page.locator("#said")).to_contain_text("since you opened this page. Look again")
        assert (await hers.recorded())[0][fourth, "3"] == 0, "what she did not see is not written over"
        await page.keyboard.press("ArrowUp")
        await page.keyboard.type("3")
        await page.keyboard.press("Enter")
        await expect(page.locator("#grid td[data-state=done]")).to_have_count(4)
        assert opened.elsewhere == []
        assert [one for one in opened.complaints if "409" not in one and "422" not in one] == []
    scores, taken_back = await hers.recorded()
    expected = [(first, "3"), (second, "2.5"), (third, "4"), (third, "1"), (fourth, "2"), (fourth, "3")]
    assert scores == Counter(expected)
    assert taken_back == [f"{third} 4"]


@pytest.mark.long
async def test_a_pasted_column_is_looked_at_mended_and_recorded_once(opener: Opener, district: DemoDistrict) -> None:
    async with opener.blank(TEACHER) as opened:
        page, hers = opened.page, Scoring(opened.page, district)
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await hers.begin()
        learners = [await hers.learner(row) for row in range(1, 6)]
        await page.evaluate("() => navigator.clipboard.writeText('3\\n2.5\\n\\nabsent\\n4\\n')")
        await page.locator("#grid tbody tr:nth-child(1) td a").first.click()
        await page.keyboard.press("Control+v")
        wrong = page.locator("input[aria-invalid=true]")
        assert await wrong.input_value() == "absent"
        assert "Nothing was recorded" in await page.locator("[role=alert]").inner_text()
        await wrong.fill("")
        await page.locator("button[value=look]").click()
        await expect(page.locator("tbody tr")).to_have_count(3)
        await page.locator("button[value=record]").dblclick()
        await hers.said("3 scores are recorded.")
        assert opened.elsewhere + opened.complaints == []
    scores, taken_back = await hers.recorded()
    assert scores == Counter([(learners[0], "3"), (learners[1], "2.5"), (learners[4], "4")])
    assert taken_back == []


@pytest.mark.long
async def test_a_column_scored_by_plain_forms_ends_as_one_scored_by_keys(
    opener: Opener, district: DemoDistrict
) -> None:
    async with opener.blank(TEACHER, Look(360, scripts=False)) as opened:
        page, hers = opened.page, Scoring(opened.page, district)
        await hers.begin()
        first, second, third = [await hers.learner(row) for row in (1, 2, 3)]
        await page.locator("#grid th[data-of] a").first.click()
        await _fill(page, {first: "3", second: "2.", third: "9"})
        await page.locator("button[value=look]").click()
        assert await page.locator("input[aria-invalid=true]").input_value() == "9"
        await _fill(page, {third: "4"})
        await page.locator("button[value=look]").click()
        await hers.somebody_else_scores(second)
        await page.locator("button[value=record]").click()
        stale = await page.locator("[role=alert]").inner_text()
        assert "Nothing was recorded. Since you opened this, something else was recorded" in stale
        assert await page.locator(f"input[name='score/{second}']").input_value() == "2.", "nothing is typed twice"
        await page.locator("button[value=look]").click()
        await page.locator("button[value=record]").click()
        await hers.said("3 scores are recorded.")
        await page.locator("#recorded summary").click()
        await page.locator(f"#recorded form:has(input[value='{third}']) button").click()
        await hers.said("Taken back. It stays in the record, and no longer counts.")
        assert opened.elsewhere + opened.complaints == []
    scores, taken_back = await hers.recorded()
    assert scores == Counter([(first, "3"), (second, "2.5"), (second, "2"), (third, "4")])
    assert taken_back == [f"{third} 4"]


async def _fill(page: Page, scores: dict[str, str]) -> None:
    for learner, score in scores.items():
        await page.locator(f"input[name='score/{learner}']").fill(score)
