"""Grades of a section on pages: prepared with the competencies that were ticked, held, and released without some."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.support.arranged import NOTHING
from tests.support.browser import Browser
from tests.support.relations import new_id
from tests.support.signing_in import Door

BEGINS = "2026-08-17T00:00:00.000Z"
SECTION, SCHOOL, COURSE, PERIOD, THEME, LEARNER, BATCH = (new_id() for _ in range(7))
LINE = {"learner": LEARNER, "state": "ready", "levels": [{"competency": THEME, "status": "mastered", "level": "4"}]}
HELD = {"id": BATCH, "state": "held", "scope": f"section/{SECTION}", "total": 1, "done": 1}
COLUMN = {"competency": THEME, "code": "english.<b>", "statement": "S", "framework": new_id()}
OTHER = {**COLUMN, "competency": new_id(), "code": "biology.cells"}
ONE = {"section": SECTION, "course": COURSE, "teachers": [], "learners": 1}
OUTLINE = {
    "schools": [{"school": SCHOOL, "learners": 1, "sections": [ONE]}],
    "periods": [{"id": new_id(), "begins_at": BEGINS}, {"id": PERIOD, "begins_at": BEGINS}],
}
TITLE = {"person": SECTION, "given": "English 10 <b>", "family": "", "learner": False}
AWAY = {"type": "urn:ascertain:problem:unavailable", "title": "Not now", "detail": "The vault is closed."}
REFUSED = {"type": "urn:ascertain:problem:conflict", "title": "No", "detail": "Not now."}


@dataclass
class Answers:
    """What the services tell, by the end of the path, and what was written, by path."""

    told: dict[str, Any] = field(default_factory=dict)
    sent: list[tuple[str, Any]] = field(default_factory=list)
    are_names_away: bool = False

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        if path == "/reveal" and self.are_names_away:
            return JSONResponse(AWAY, 503)
        if path == "/reveal":
            return JSONResponse({"texts": [], "names": [TITLE]})
        if request.method == "POST":
            self.sent.append((path, await request.json()))
        told = self.told.get("own" if "own" in request.query_params else path.rpartition("/")[2])
        return NOTHING if told is None else JSONResponse(told, 409 if told is REFUSED else 200)


def answering(door: Door) -> Answers:
    page = {**HELD, "learners": [LINE], "next": None}
    told = {
        "rosters": OUTLINE,
        "grid": {"columns": [COLUMN, OTHER]},
        "own": {"columns": [COLUMN]},
        "release-batches": HELD,
        BATCH: page,
        "release": HELD,
    }
    answers = Answers(told)
    for upstream in door.world.services.values():
        upstream.answer = answers.answer
    return answers


async def token_of(door: Door, browser: Browser) -> str:
    return str((await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"])


async def test_grades_are_prepared_with_the_competencies_that_were_ticked(
    door: Door, somebody: tuple[Browser, str]
) -> None:
    browser, answers = somebody[0], answering(door)
    shown = await browser.send("GET", f"{door.url}/district/releases?section={SECTION}")
    assert (shown.status_code, "english.<wbr>&lt;b&gt;" in shown.text) == (200, True)
    assert shown.text.count(THEME) == 1
    assert "<details><summary>Others of which" in shown.text.partition("english.<wbr>")[2], "own come first"
    assert "biology.<wbr>cells" in shown.text.partition("<details>")[2]
    answers.are_names_away = True
    unnamed = await browser.send("GET", f"{door.url}/district/releases?section={SECTION}")
    assert (unnamed.status_code, f"Section {SECTION[:8]}" in unnamed.text) == (200, True), "it does without titles"
    answers.are_names_away = False
    form = {"csrf_token": await token_of(door, browser), "id": new_id(), "section": SECTION, "course": COURSE}
    form |= {"period": PERIOD}
    nothing = await browser.send("POST", f"{door.url}/district/releases", form=form)
    assert (nothing.status_code, "at least one competency" in nothing.text, answers.sent) == (422, True, [])
    assert f'value="{PERIOD}" selected' in nothing.text
    assert nothing.text.count("English 10 &lt;b&gt;") == 2, "where it is chosen, and above the form"
    answers.told["release-batches"] = REFUSED
    refused = await browser.send("POST", f"{door.url}/district/releases", form={**form, "competency": THEME})
    assert (refused.status_code, f'value="{THEME}" checked' in refused.text) == (409, True)
    answers.told["release-batches"] = HELD
    prepared = await browser.send("POST", f"{door.url}/district/releases", form={**form, "competency": THEME})
    assert prepared.headers["location"] == f"/district/releases/{BATCH}"
    wish = {"id": form["id"], "section": SECTION, "course": COURSE, "period": PERIOD, "competencies": [THEME]}
    assert answers.sent[1:] == [("/v1/release-batches", wish)]


async def test_what_is_held_says_of_whom_it_is(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, answers = somebody[0], answering(door)
    page = await browser.send("GET", f"{door.url}/district/releases/{BATCH}")
    assert "Held: look at them" in page.text
    assert "<h1>Grades for English 10 &lt;b&gt;</h1>" in page.text
    answers.told[BATCH] |= {"scope": f"school/{SCHOOL}"}
    whole = await browser.send("GET", f"{door.url}/district/releases/{BATCH}")
    assert f"<h1>Grades for school {SCHOOL[:8]}</h1>" in whole.text


async def test_where_nothing_is_left_nothing_is_offered_and_what_was_released_is_counted(
    door: Door, somebody: tuple[Browser, str]
) -> None:
    browser, answers = somebody[0], answering(door)
    path, before = f"{door.url}/district/releases/{BATCH}", {**LINE, "state": "released_before"}
    answers.told[BATCH] |= {"learners": [before]}
    nothing = (await browser.send("GET", path)).text
    assert ("There is nothing to release." in nothing, "Release these grades" in nothing) == (True, False)
    answers.told[BATCH] |= {"next": LEARNER}
    assert "Release these grades" in (await browser.send("GET", path)).text, "there may be some on another page"
    gone = [{**LINE, "state": "released"}, {**LINE, "state": "released"}, before]
    answers.told[BATCH] |= {"state": "released", "learners": gone, "next": None}
    assert "2 grades were released." in (await browser.send("GET", path)).text


async def test_grades_are_released_without_whom_was_ticked_on_any_page(
    door: Door, somebody: tuple[Browser, str]
) -> None:
    browser, answers = somebody[0], answering(door)
    told = answers.told
    page = await browser.send("GET", f"{door.url}/district/releases/{BATCH}")
    assert 'name="leave_out"' in page.text
    told[BATCH] = {**told[BATCH], "next": LEARNER}
    several = await browser.send("GET", f"{door.url}/district/releases/{BATCH}")
    assert f'name="after" value="{LEARNER}"' in several.text
    told[BATCH] = {**told[BATCH], "learners": [{**LINE, "learner": new_id()}], "next": None}
    token = await token_of(door, browser)
    ticked = {"csrf_token": token, "leave_out": LEARNER, "after": LEARNER}
    second = await browser.send("POST", f"{door.url}/district/releases/{BATCH}", form=ticked)
    assert (second.status_code, answers.sent) == (200, []), "looking at others releases nothing"
    assert f'type="hidden" name="leave_out" value="{LEARNER}"' in second.text, "who is ticked on one page stays so"
    assert "One learner of the other pages is left out." in second.text
    told[BATCH] = {**told[BATCH], "learners": [LINE]}
    first = await browser.send("POST", f"{door.url}/district/releases/{BATCH}", form={**ticked, "after": ""})
    assert f'value="{LEARNER}" checked' in first.text
    form = {"csrf_token": token, "leave_out": LEARNER}
    released = await browser.send("POST", f"{door.url}/district/releases/{BATCH}", form=form)
    assert released.status_code == 303
    assert answers.sent == [(f"/v1/release-batches/{BATCH}/release", {"leave_out": [LEARNER]})]
