"""Seminars over HTTP: for whom the pages are, what the table asks for, and what a browser is let keep."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway.http.cookies import SEMINAR
from shared.contracts.documents import document_digest
from shared.runtime.clock import now
from tests.support.browser import Browser
from tests.support.relations import new_id
from tests.support.signing_in import Door

MOVES = {"digest": "d" * 64, "title": "What we look for", "moves": [{"code": "asks", "title": "Asks"}]}


@pytest.fixture
async def section(door: Door, somebody: tuple[Browser, str]) -> AsyncIterator[tuple[str, str]]:
    """A section that somebody teaches, and the learner in it."""
    section, learner, school = new_id(), new_id(), new_id()
    await door.pool.execute("UPDATE access.complete SET looked = true, complete_ms = $1", now())
    await door.pool.execute(
        "INSERT INTO access.sections (section, school, course, owner) VALUES ($1, $2, $2, $1)", section, school
    )
    await door.pool.execute(
        "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, 'teacher', $2, $3)",
        somebody[1],
        f"section/{section}",
        section,
    )
    await door.pool.execute(
        "INSERT INTO access.enrolments (learner, section, school) VALUES ($1, $2, $3)", learner, section, school
    )
    yield section, learner
    await door.pool.execute("DELETE FROM access.grants WHERE person = $1", somebody[1])


def answering(door: Door, learner: str, refusal: Response | None = None) -> list[Any]:
    written: list[Any] = []
    name = {"person": learner, "given": "Amara", "family": "Okafor", "learner": True}

    async def answer(request: Request) -> Response:
        if request.url.path == "/reveal":
            return JSONResponse({"texts": [], "names": [name]})
        if request.method == "PUT":
            written.append((request.url.path, await request.json()))
            return JSONResponse({"position": {"ledger": "definitions", "shard": 0, "position": 7}}, 201)
        if request.method == "POST":
            written.append(await request.json())
            return refusal or JSONResponse({"seminar": new_id(), "receipts": []}, 201)
        return JSONResponse({"moves": [MOVES], "next": None})

    for upstream in door.world.services.values():
        upstream.answer = answer
    return written


async def test_the_table_records_what_was_counted_once(
    door: Door, somebody: tuple[Browser, str], section: tuple[str, str]
) -> None:
    browser, (taught, learner) = somebody[0], section
    written = answering(door, learner)
    shown = await browser.send("GET", f"{door.url}/seminars/new?section={taught}&lang=es")
    assert shown.status_code == 200, shown.text
    assert f'data-learner="{learner}" data-short="Amara"' in shown.text
    [asked] = [one for one in door.world.services["portfolio"].seen if one.url.path == "/v1/moves"]
    assert asked.headers["accept-language"] == "es"
    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    form = {
        "csrf_token": token,
        "id": str(uuid4()),
        "section": taught,
        "moves_by": MOVES["digest"],
        "purpose": "practice",
    }
    form |= {"at": "2026-11-12T09:00", f"count/{learner}/asks": "3"}
    answers = [await browser.send("POST", f"{door.url}/seminars/new", form={**form}) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {f"/seminars/new?section={taught}&done=recorded"}
    assert written[0] == written[1]
    course = await door.pool.fetchval("SELECT course::text FROM access.sections WHERE section = $1", taught)
    assert written[0]["course"] == course
    [observation] = written[0]["observations"]
    assert (observation["learner"], observation["moves"]) == (learner, [{"move": "asks", "count": 3}])


async def test_a_refused_table_keeps_what_was_typed(
    door: Door, somebody: tuple[Browser, str], section: tuple[str, str]
) -> None:
    browser, (taught, learner) = somebody[0], section
    answering(door, learner)
    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    form = {"csrf_token": token, "id": str(uuid4()), "section": taught, f"count/{learner}/asks": "3", "at": "yesterday"}
    answer = await browser.send("POST", f"{door.url}/seminars/new", form=form)
    assert (answer.status_code, "This is no date and time." in answer.text) == (422, True)
    assert f'name="count/{learner}/asks" value="3"' in answer.text


async def test_a_class_that_she_does_not_teach_is_not_there(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, _ = somebody
    written = answering(door, new_id())
    await door.pool.execute("UPDATE access.complete SET looked = true, complete_ms = $1", now())
    assert (await browser.send("GET", f"{door.url}/seminars/new?section={new_id()}")).status_code == 404
    assert "You teach no class now." in (await browser.send("GET", f"{door.url}/seminars/new")).text
    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    form = {"csrf_token": token, "id": str(uuid4()), "section": new_id()}
    assert (await browser.send("POST", f"{door.url}/seminars/new", form=form)).status_code == 404
    assert written == []


async def test_what_a_browser_keeps_tells_of_nobody(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, person = somebody
    live = await browser.send("GET", f"{door.url}/seminars/live")
    assert live.status_code == 200
    assert person not in live.text
    assert "csrf" not in live.text
    worker = await browser.send("GET", f"{door.url}/seminar-worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"
    assert "service-worker-allowed" not in worker.headers
    assert door.world.untouched


async def test_signing_out_clears_what_the_device_kept(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, _ = somebody
    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    refused = await browser.send("POST", f"{door.url}/sign-out", form={"csrf_token": "x"})
    assert "clear-site-data" not in refused.headers, "another site could throw a seminar away"
    foreign = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    without_session = await door.browser().send("POST", f"{door.url}/sign-out", headers=foreign)
    assert "clear-site-data" not in without_session.headers, "its form brings no cookie, and is no sign that one left"
    browser.cookies[door.url][SEMINAR] = "1"  # as the script does it
    for then in ("", "kiosk"):
        asked = await browser.send("POST", f"{door.url}/sign-out", form={"csrf_token": token, "then": then})
        assert (asked.status_code, "clear-site-data" in asked.headers) == (409, False), "no tap is lost unasked"
        assert "A seminar was not sent yet" in asked.text
        assert ('name="then" value="kiosk"' in asked.text) == bool(then)
        assert await door.is_signed_in(browser)
    answer = await browser.send("POST", f"{door.url}/sign-out", form={"csrf_token": token, "remove": "seminar"})
    assert SEMINAR not in browser.cookies[door.url]
    assert answer.headers["clear-site-data"] == '"storage"'


async def test_a_list_of_her_own_is_published_and_then_chosen(
    door: Door, somebody: tuple[Browser, str], section: tuple[str, str]
) -> None:
    browser, (taught, learner) = somebody[0], section
    written = answering(door, learner)
    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    form = {"csrf_token": token, "id": str(uuid4()), "section": taught, "title": "Ours", "lines": "Asks\nBuilds"}
    answer = await browser.send("POST", f"{door.url}/seminars/moves", form=form)
    [(path, document)] = written
    digest = path.rpartition("/")[2]
    assert digest == document_digest(document)
    where = f"/seminars/new?section={taught}&moves={digest}&done=listed&seen=definitions:0:7"
    assert (answer.status_code, answer.headers["location"]) == (303, where)
