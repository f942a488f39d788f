"""Grades of a section on pages: prepared with the competencies that were ticked, held, and released without some."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.support.arranged import NOTHING
from tests.support.browser import Browser
from tests.support.relations import new_id
from tests.support.signing_in import Door

BEGINS = "2026-08-17T00:00:00.000Z"


async def test_grades_are_prepared_held_and_released_without_whom_was_ticked(
    door: Door, somebody: tuple[Browser, str]
) -> None:
    browser, _ = somebody
    section, course, period, theme, learner, batch = (new_id() for _ in range(6))
    sent: list[Any] = []
    line = {"learner": learner, "state": "ready", "levels": [{"competency": theme, "status": "mastered", "level": "4"}]}
    held = {"id": batch, "state": "held", "scope": f"section/{section}", "total": 1, "done": 1}
    one = {"section": section, "course": course, "teachers": [], "learners": 1}
    outline = {
        "schools": [{"school": new_id(), "learners": 1, "sections": [one]}],
        "periods": [{"id": period, "begins_at": BEGINS}],
    }
    column = {"competency": theme, "code": "english.<b>", "statement": "S", "framework": new_id()}
    told: dict[str, Any] = {
        "rosters": outline,
        "grid": {"columns": [column]},
        "release-batches": held,
        batch: {**held, "learners": [line], "next": None},
        "release": held,
    }

    async def answer(request: Request) -> Response:
        if request.url.path == "/reveal":
            return JSONResponse({"texts": [], "names": []})
        if request.method == "POST":
            sent.append((request.url.path, await request.json()))
        end = request.url.path.rpartition("/")[2]
        return JSONResponse(told[end]) if end in told else NOTHING

    for upstream in door.world.services.values():
        upstream.answer = answer
    shown = await browser.send("GET", f"{door.url}/district/releases?section={section}")
    assert (shown.status_code, "english.&lt;b&gt;" in shown.text) == (200, True)
    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    form = {"csrf_token": token, "id": new_id(), "section": section, "course": course, "period": period}
    nothing = await browser.send("POST", f"{door.url}/district/releases", form=form)
    assert (nothing.status_code, "at least one competency" in nothing.text, sent) == (422, True, [])
    prepared = await browser.send("POST", f"{door.url}/district/releases", form={**form, "competency": theme})
    assert prepared.headers["location"] == f"/district/releases/{batch}"
    wish = {"id": form["id"], "section": section, "course": course, "period": period, "competencies": [theme]}
    assert sent == [("/v1/release-batches", wish)]
    page = await browser.send("GET", f"{door.url}/district/releases/{batch}")
    assert "Held: look at them" in page.text
    assert 'name="leave_out"' in page.text
    told[batch] = {**told[batch], "next": learner}
    several = await browser.send("GET", f"{door.url}/district/releases/{batch}")
    assert f'name="after" value="{learner}"' in several.text
    told[batch] = {**told[batch], "learners": [{**line, "learner": new_id()}], "next": None}
    ticked = {"csrf_token": token, "leave_out": learner, "after": learner}
    second = await browser.send("POST", f"{door.url}/district/releases/{batch}", form=ticked)
    assert (second.status_code, len(sent)) == (200, 1), "looking at others releases nothing"
    assert f'type="hidden" name="leave_out" value="{learner}"' in second.text, "who is ticked on one page stays so"
    assert "One learner of the other pages is left out." in second.text
    told[batch] = {**told[batch], "learners": [line]}
    first = await browser.send("POST", f"{door.url}/district/releases/{batch}", form={**ticked, "after": ""})
    assert f'value="{learner}" checked' in first.text
    released = await browser.send(
        "POST", f"{door.url}/district/releases/{batch}", form={"csrf_token": token, "leave_out": learner}
    )
    assert released.status_code == 303
    assert sent[1:] == [(f"/v1/release-batches/{batch}/release", {"leave_out": [learner]})]
