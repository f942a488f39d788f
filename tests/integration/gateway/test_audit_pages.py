"""An auditor's pages over HTTP: what is asked of the services, with names hidden and shown, and what is in the log."""

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from tests.support.arranged import arranged
from tests.support.browser import Browser
from tests.support.relations import new_id
from tests.support.signing_in import Door

WHEN = "2026-11-20T12:00:00.000Z"
PLACE = {"ledger": "evidence", "shard": 17, "position": 43}
THEME = "e69e6ade-47d3-5ea7-94af-84363a66160d"


def answers(grade: str, learner: str) -> dict[str, Any]:
    level = {"competency": THEME, "code": "english.theme", "status": "mastered", "level": "Four"}
    decision = {"event": grade, "state": "released", "version": 1, "by": new_id(), "recorded_at": WHEN}
    released = {
        "id": grade,
        "learner": learner,
        "course": new_id(),
        "period": new_id(),
        "version": 1,
        "state": "released",
        "levels": [level],
        "pins": [PLACE],
        "released": {"recorded_at": WHEN},
        "history": [],
    }
    audit = {
        "id": grade,
        "state": "equal",
        "grade": grade,
        "found": 0,
        "different": 0,
        "phases": [],
        "differences": [],
        "grades": [],
        "began_at": WHEN,
    }
    return {
        f"/releases/{grade}": released,
        "/mastery": {"states": [{**level, "level": "Three"}]},
        "/history": {"entries": [], "next": None},
        "/grades": {"grades": [{**released, "decisions": [decision], "affected": False}]},
        "/audits": audit,
        f"/audits/{grade}": audit,
    }


def told(door: Door, service: Any) -> list[Any]:
    """What this service is sent from now on, as it answers what was arranged."""
    sent: list[Any] = []
    upstream = door.world.services[service]
    answer = upstream.answer

    async def noted(request: Request) -> Response:
        if request.method == "POST":
            sent.append((request.url.path, await request.json()))
        given: Response = await answer(request)
        return given

    upstream.answer = noted
    return sent


async def test_a_grade_is_found_replayed_and_audited_without_a_name(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, person = somebody
    grade, learner = new_id(), new_id()
    arranged(door, answers(grade, learner))
    found = await browser.send("GET", f"{door.url}/audit?find={grade}&names=")
    assert (found.status_code, found.headers["location"]) == (303, f"/audit/grades/{grade}")
    shown = await browser.send("GET", f"{door.url}/audit/grades/{grade}?as_of=2026-10-31")
    assert shown.status_code == 200, shown.text
    assert "In one competency the grade differs from the record of that day." in shown.text
    assert not [asked for asked in door.world.services["evidence"].seen if asked.url.path == "/reveal"]
    days = {asked.query_params.get("as_of") for asked in door.world.services["mastery"].seen}
    assert days == {None, "2026-10-31"}
    rows = await door.pool.fetch("SELECT person::text FROM gateway.disclosures WHERE learner = $1", learner)
    assert {row["person"] for row in rows} == {person}, "who looked is written down, blind or not"

    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    form = {"csrf_token": token, "id": new_id()}
    sent = told(door, "audit")
    asked = await browser.send("POST", f"{door.url}/audit/grades/{grade}", form=form)
    assert (asked.status_code, asked.headers["location"]) == (303, f"/audit/results/{grade}")
    assert sent == [("/v1/audits", {"id": form["id"], "grade": grade})]
    result = await browser.send("GET", f"{door.url}/audit/results/{grade}")
    assert "copy, ledger and a new fold all agree" in result.text


async def test_names_are_asked_for_where_that_was_chosen(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, _ = somebody
    grade, learner = new_id(), new_id()
    arranged(door, answers(grade, learner))
    sent = told(door, "evidence")
    answer = await browser.send("GET", f"{door.url}/audit/grades/{grade}?names=shown")
    assert answer.status_code == 200, answer.text
    [(path, revealed)] = sent
    assert (path, revealed["names"]) == ("/reveal", [learner])


async def test_of_a_class_only_what_it_is_called_is_asked_for_where_names_stay_hidden(
    door: Door, somebody: tuple[Browser, str]
) -> None:
    browser, _ = somebody
    section, learner = new_id(), new_id()
    arranged(door, {f"/rosters/sections/{section}": {"section": section, "teachers": [], "members": [learner]}})
    found = await browser.send("GET", f"{door.url}/audit?section={section}&titles=shown&names=")
    assert found.headers["location"] == f"/audit/sections/{section}?titles=shown"
    sent = told(door, "evidence")
    answer = await browser.send("GET", f"{door.url}{found.headers['location']}")
    assert (answer.status_code, "Names are hidden" in answer.text) == (200, True)
    assert [revealed["names"] for _, revealed in sent] == [[section]]


@pytest.mark.parametrize("sought", ["nobody", "3d1f5a52-8a0e-4c43-b6a7-55d0f2b1c9e4"])
async def test_what_is_not_there_to_audit_is_said_beside_the_form(
    door: Door, somebody: tuple[Browser, str], sought: str
) -> None:
    arranged(door, {})
    answer = await somebody[0].send("GET", f"{door.url}/audit?find={sought}")
    assert (answer.status_code, "Nothing here has this id" in answer.text, sought in answer.text) == (404, True, True)


async def test_who_may_not_verify_everything_is_told_what_she_may(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, _ = somebody
    arranged(door, {})
    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    form = {"csrf_token": token, "id": new_id()}
    answer = await browser.send("POST", f"{door.url}/audit/verifications", form=form)
    assert (answer.status_code, "from her own page" in answer.text) == (404, True)
