"""Every page of the table: whose it is, and that no form of it does anything that does not come from a page of ours."""

import re
from uuid import uuid4

import pytest

from services.gateway.domain.page_routes import PAGES
from services.gateway.domain.route import Route
from tests.support.arranged import arranged
from tests.support.browser import Browser
from tests.support.signing_in import Door

OPEN = {"/", "/static/{name}", "/vote", "/vote/{token}", "/seminars/live", "/seminar-worker.js"}
"""For whoever comes, signed in or not."""

PLACES = {"version": "1", "number": "1", "ref": "ab" * 32}
"""What is asked for in places that are no ids."""

QUERIES = {"/district/policies/what-ifs/{what_if}/learners": f"?competency={uuid4()}"}
"""What an address cannot be without."""

HERS = [route for route in PAGES if route.template not in {*OPEN, "/panel-pass", "/panel-pass/leave"}]
FORMS = [route for route in HERS if route.method == "POST"]


def address(door: Door, route: Route) -> str:
    path = re.sub(r"\{([a-z_]+)\}", lambda place: PLACES.get(place[1]) or str(uuid4()), route.template)
    return f"{door.url}{path}{QUERIES.get(route.template, '')}"


def named(route: Route) -> str:
    return f"{route.method} {route.template}"


@pytest.mark.parametrize("route", HERS, ids=named)
async def test_who_is_not_signed_in_is_led_to_the_door_and_does_nothing(door: Door, route: Route) -> None:
    form: dict[str, str] | None = {} if route.method == "POST" else None
    answer = await door.browser().send(route.method, address(door, route), form=form)
    if form is None:
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith("/sign-in?return_to=")
    else:  # the policy of its page lets a form lead nowhere else
        assert answer.status_code == 401, answer.text
        assert "What you sent was not recorded." in answer.text
        assert re.search(r'href="/sign-in\?return_to=%2F[^"]*"', answer.text)
    assert door.world.untouched


async def test_a_script_of_ours_is_told_that_nobody_is_signed_in_any_more(door: Door) -> None:
    where = f"{door.url}/sections/{uuid4()}/scores"
    answer = await door.browser().send("POST", where, form={}, headers={"Accept": "application/json"})
    assert (answer.status_code, "You were signed out" in answer.json()["said"]) == (401, True)


async def test_who_comes_to_no_address_of_ours_sees_a_page_and_a_program_a_document(door: Door) -> None:
    told = await door.browser().send("GET", f"{door.url}/nonsense", headers={"Accept": "text/html,*/*"})
    assert (told.status_code, "There is no such page" in told.text) == (404, True)
    assert 'action="/sign-out"' not in told.text
    for path, accept in (("/nonsense", "*/*"), ("/v1/nonsense", "text/html")):
        document = await door.browser().send("GET", f"{door.url}{path}", headers={"Accept": accept})
        assert (document.status_code, document.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("route", FORMS, ids=named)
async def test_a_form_that_may_come_from_elsewhere_does_nothing(
    door: Door, somebody: tuple[Browser, str], route: Route
) -> None:
    browser, _ = somebody
    arranged(door, {})
    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    elsewhere = {"Origin": "https://elsewhere.test"}
    for given, headers in (({}, {}), ({"csrf_token": "x" * 43}, {}), ({"csrf_token": token}, elsewhere)):
        answer = await browser.send("POST", address(door, route), form={"a": "b", **given}, headers=headers)
        assert answer.status_code == 403, f"{given} {headers}: {answer.status_code} {answer.text}"
    assert not [asked for upstream in door.world.services.values() for asked in upstream.seen if asked.method != "GET"]
