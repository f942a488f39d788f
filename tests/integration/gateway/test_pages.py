"""Pages over HTTP: who is led where, what is asked of the services in whose name, and what stands in which log."""

from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway.http.limits import PER_ADDRESS
from shared.runtime.tokens import Verifier
from tests.support.arranged import NOTHING, arranged
from tests.support.browser import Browser
from tests.support.relations import TENANT, new_id
from tests.support.signing_in import Door

COMPETENCY = "e69e6ade-47d3-5ea7-94af-84363a66160d"
STATEMENT = "Traces how a <b>theme</b> grows."


STATES = {
    "states": [
        {"competency": COMPETENCY, "code": "english.theme", "statement": STATEMENT, "status": "not_yet", "level": "Two"}
    ]
}
NEXT: dict[str, list[Any]] = {"next": [], "flagged": []}
HERS = {
    "/overview": {**STATES, **NEXT, "frameworks": [], "redos": [], "recent": []},
    "/reviews": {"items": [], "next": None},
}
"""What a learner's page is made of."""


async def test_who_is_not_signed_in_is_led_to_the_door_and_back(door: Door) -> None:
    path = f"/learners/{new_id()}"
    answer = await door.browser().send("GET", f"{door.url}{path}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?return_to={path.replace('/', '%2F')}")
    assert door.world.untouched


async def test_a_learner_reads_her_own_page_in_her_own_name(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, person = somebody
    arranged(door, HERS)
    answer = await browser.send("GET", f"{door.url}/learners/{person}", headers={"Accept-Language": "es"})
    assert answer.status_code == 200, answer.text
    assert "<h1>Lo que domino</h1>" in answer.text
    assert "Traces how a &lt;b&gt;theme" in answer.text
    assert "Two · En camino" in answer.text
    [asked] = [r for r in door.world.services["mastery"].seen if r.url.path.endswith("/overview")]
    assert Verifier(TENANT, door.world.trusted).person(asked.headers["authorization"]).id == person
    assert not await door.pool.fetchval("SELECT count(*) FROM gateway.disclosures WHERE learner = $1", person)


async def test_a_page_of_somebody_else_is_in_her_log(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, person = somebody
    learner = new_id()
    arranged(door, HERS)
    assert (await browser.send("GET", f"{door.url}/learners/{learner}")).status_code == 200
    rows = await door.pool.fetch(
        "SELECT what, person::text FROM gateway.disclosures WHERE learner = $1 ORDER BY what", learner
    )
    assert [tuple(row) for row in rows] == [("overview", person)]


async def test_a_teacher_who_is_a_guardian_reads_her_own_child_as_that(
    door: Door, somebody: tuple[Browser, str]
) -> None:
    browser, person = somebody
    child, taught, section, school = (new_id() for _ in range(4))

    async def reveal(request: Request) -> Response:
        asked = (await request.json())["names"]
        named = [{"person": one, "given": "A", "family": "B", "learner": True} for one in asked if one != section]
        return JSONResponse({"texts": [], "names": named})

    for upstream in door.world.services.values():
        upstream.answer = reveal
    pool = door.pool
    await pool.execute("INSERT INTO access.guardians (learner, guardian) VALUES ($1, $2)", child, person)
    await pool.execute(
        "INSERT INTO access.sections (section, course, school, owner) VALUES ($1, $2, $2, $1)", section, school
    )
    for learner in (child, taught):
        await pool.execute(
            "INSERT INTO access.enrolments (learner, section, school) VALUES ($1, $2, $3)", learner, section, school
        )
    await pool.execute(
        "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, 'teacher', $2, $1)",
        *(person, f"section/{section}"),
    )
    assert (await browser.send("GET", f"{door.url}/")).status_code == 200
    rows = await pool.fetch(
        "SELECT learner::text, purpose FROM gateway.disclosures WHERE person = $1 AND what = 'names'", person
    )
    assert {(row["learner"], row["purpose"]) for row in rows} == {(child, "family"), (taught, "teaching")}
    for table, column in (("guardians", "guardian"), ("grants", "person")):
        await pool.execute(f"DELETE FROM access.{table} WHERE {column} = $1", person)
    for table in ("enrolments", "sections"):
        await pool.execute(f"DELETE FROM access.{table} WHERE section = $1", section)


async def test_what_is_not_hers_to_see_looks_as_if_it_were_absent(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, _ = somebody
    arranged(door, {})
    for path in (f"/learners/{new_id()}", f"/learners/{new_id()}/competencies/{COMPETENCY}"):
        answer = await browser.send("GET", f"{door.url}{path}")
        assert answer.status_code == 404
        assert "There is no such page" in answer.text


async def test_an_address_of_no_page_is_told_on_a_page(door: Door, somebody: tuple[Browser, str]) -> None:
    """Who is signed in can still sign out there."""
    for path in ("/learners/x", "/nonsense", f"/learners/{new_id()}"):
        arranged(door, {})
        answer = await somebody[0].send("GET", f"{door.url}{path}", headers={"Accept": "text/html"})
        assert (answer.status_code, "There is no such page" in answer.text) == (404, True)
        assert 'action="/sign-out"' in answer.text, path


async def test_a_day_before_anything_was_known_is_not_a_missing_page(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, person = somebody

    async def mastery(request: Request) -> Response:
        return NOTHING if "as_of" in request.query_params else JSONResponse({"status": "no_evidence"})

    door.world.services["mastery"].answer = mastery
    path = f"/learners/{person}/competencies/{COMPETENCY}?as_of=2020-01-01"
    answer = await browser.send("GET", f"{door.url}{path}")
    assert (answer.status_code, "Nothing was known of this then" in answer.text) == (200, True)


async def test_where_a_service_is_away_the_page_says_so(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, person = somebody

    async def away(_request: Request) -> Response:
        return JSONResponse({"type": "urn:ascertain:problem:unavailable", "title": "T"}, 503)

    for upstream in door.world.services.values():
        upstream.answer = away
    answer = await browser.send("GET", f"{door.url}/learners/{person}")
    assert (answer.status_code, answer.headers["retry-after"].isdigit()) == (503, True)
    assert "Nothing was lost" in answer.text


async def test_a_language_once_chosen_is_remembered(door: Door) -> None:
    browser = door.browser()
    welcome = (await browser.send("GET", f"{door.url}/?of=a&lang=es")).text
    assert "Bienvenida" in welcome
    assert 'href="?of=a&amp;lang=en"' in welcome, "whatever else the address says is kept"
    assert "Bienvenida" in (await browser.send("GET", f"{door.url}/", headers={"Accept-Language": "en"})).text
    other = door.browser()
    assert "Welcome" in (await other.send("GET", f"{door.url}/?lang=xx%0d%0aSet-Cookie:a=1")).text
    assert other.cookies[door.url] == {}


async def test_a_style_is_found_at_its_digest_and_nowhere_else(door: Door, tmp_path: Path) -> None:
    text = (await door.browser().send("GET", f"{door.url}/")).text
    address = text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = await door.browser().send("GET", f"{door.url}{address}")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/css")
    assert "immutable" in answer.headers["cache-control"]
    for other in ("/static/ascertain.css", f"{address}x", "/static/..%2Frendering.py", "/static/rendering.py"):
        assert (await door.browser().send("GET", f"{door.url}{other}")).status_code == 404


async def test_a_vote_by_a_form_counts_as_at_the_api(door: Door) -> None:
    token = "ab" * 16
    asked: list[Any] = []

    async def evidence(request: Request) -> Response:
        asked.append(await request.json())
        receipt = {"recorded_at": "2026-11-24T09:30:00.000Z"}
        return JSONResponse({"outcome": "counted", "receipt": receipt}, 201 if len(asked) == 1 else 200)

    door.world.services["evidence"].answer = evidence
    browser = door.browser()
    form = {"answer/leader": "snowball", "answer/poster/x": "3", "answer/citizen": "", "other": "1"}
    first = await browser.send("POST", f"{door.url}/vote/{token}", form=form)
    assert (first.status_code, "Your vote is counted" in first.text) == (200, True)
    assert asked == [{"token": token, "answers": {"leader": "snowball", "poster/x": "3"}}]
    again = await browser.send("POST", f"{door.url}/vote/{token}", form=form)
    assert (again.status_code, "counted already" in again.text) == (200, True)
    assert browser.cookies.get(door.url, {}) == {}, "nobody is known by a vote"


async def test_words_that_are_no_ballot(door: Door) -> None:
    wrong = await door.browser().send("POST", f"{door.url}/vote", form={"words": "once upon a time"})
    assert (wrong.status_code, "not the twelve words" in wrong.text) == (422, True)
    right = await door.browser().send("POST", f"{door.url}/vote", form={"words": "AB" * 16})
    assert (right.status_code, right.headers["location"]) == (303, f"/vote/{'ab' * 16}")


@pytest.mark.parametrize("token", ["x", "AB" * 16, "ab" * 15, "a" * 400])
async def test_what_is_no_token_is_no_ballot(door: Door, token: str) -> None:
    for method in ("GET", "POST"):
        answer = await door.browser().send(method, f"{door.url}/vote/{token}")
        assert (answer.status_code, "No ballot has these words" in answer.text) == (404, True)
    assert door.world.untouched


async def test_a_whole_school_may_type_its_words(door: Door) -> None:
    """From one address, beyond what an address may ask otherwise."""
    browser = door.browser()
    statuses = {(await browser.send("GET", f"{door.url}/vote")).status_code for _ in range(PER_ADDRESS + 50)}
    assert statuses == {200}
