"""An administrator's pages over HTTP: a policy is tried, seen and adopted; what others may not is not there."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.runtime.policy_templates import template
from tests.support.arranged import NOTHING, arranged
from tests.support.browser import Browser
from tests.support.relations import new_id
from tests.support.signing_in import Door

DIGEST = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
WHAT_IFS = "/district/policies/what-ifs"


def what_if(id_: str) -> dict[str, Any]:
    return {
        "id": id_,
        "state": "done",
        "policy": DIGEST,
        "title": "Ours",
        "document": template("canvas"),
        "scope": "district",
        "mode": "keep_attained",
        "reason": None,
        "progress": {"done": 64, "parts": 64},
        "result": {"states": 30, "changed": 12, "hidden": False, "competencies": [], "summary": []},
        "accommodated": 0,
        "stay": {},
        "elsewhere": None,
    }


class Services:
    """What mastery and evidence answer, and what they were sent."""

    def __init__(self, door: Door) -> None:
        self.id = new_id()
        self.sent: list[tuple[str, str, Any]] = []
        self.adopting = 201
        self.adopted: list[dict[str, Any]] = []
        for upstream in door.world.services.values():
            upstream.answer = self.answer

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        if path == "/reveal":
            return JSONResponse({"texts": [], "names": []})
        if request.method != "GET":
            self.sent.append((request.method, path, await request.json()))
        if path.endswith("/adoptions") and request.method == "POST":
            receipt = {"position": {"ledger": "definitions", "shard": 0, "position": 9}}
            stale = {"type": "urn:ascertain:problem:stale-version", "title": "Stale", "detail": "It is at version 5."}
            return JSONResponse(receipt if self.adopting == 201 else stale, self.adopting)
        told: dict[str, Any] = {
            f"/what-ifs/{self.id}": what_if(self.id),
            "/what-ifs": what_if(self.id),
            "/policies": {"scope": "district", "adopted": self.adopted, "policy": None, "refolded": 12},
            "/policies/preview": {"states": 30, "learners": 10, "under": []},
            f"/documents/{DIGEST}": {},
            "/adoptions": {"adoptions": []},
        }
        return next((JSONResponse(answer) for end, answer in told.items() if path.endswith(end)), NOTHING)


async def form(browser: Browser, door: Door, **fields: str) -> dict[str, str]:
    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    return {"csrf_token": token, "id": new_id(), **fields}


async def test_a_policy_is_tried_and_adopted_as_it_was_tried(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, services = somebody[0], Services(door)
    for path in ("/district/policies/new", "/district/policies/new?from=canvas"):
        assert (await browser.send("GET", f"{door.url}{path}")).status_code == 404, "she administers nothing"
    await door.pool.execute(
        "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, 'administrator', 'district', $1)",
        somebody[1],
    )
    draft = await browser.send("GET", f"{door.url}/district/policies/new?from=canvas")
    assert (draft.status_code, "What it says" in draft.text) == (200, True)
    fields = await form(browser, door, document='{"title": "Ours"}', scope="district", mode="keep_attained")
    tried = await browser.send("POST", f"{door.url}{WHAT_IFS}", form=fields)
    assert (tried.status_code, tried.headers["location"]) == (303, f"{WHAT_IFS}/{services.id}")
    wish = {"id": fields["id"], "policy": {"title": "Ours"}, "scope": "district", "mode": "keep_attained"}
    assert services.sent == [("POST", "/v1/what-ifs", wish)]
    shown = await browser.send("GET", f"{door.url}{WHAT_IFS}/{services.id}")
    assert "12 of 30 levels would change." in shown.text

    fields = await form(browser, door, reason="It is kinder.", version="4")
    adopted = await browser.send("POST", f"{door.url}{WHAT_IFS}/{services.id}", form=fields)
    assert adopted.status_code == 303, adopted.text
    adoption = {"scope": "district", "policy": DIGEST, "mode": "keep_attained", "expected_version": 4}
    assert services.sent[1:] == [
        ("PUT", f"/v1/documents/{DIGEST}", template("canvas")),
        ("POST", "/v1/adoptions", {"id": fields["id"], **adoption, "reason": "It is kinder."}),
    ]
    after = await browser.send("GET", f"{door.url}{adopted.headers['location']}")
    assert "in force from now on" in after.text
    assert "12 states so far" in after.text


async def test_what_was_adopted_meanwhile_is_said_and_the_reason_kept(
    door: Door, somebody: tuple[Browser, str]
) -> None:
    browser, services = somebody[0], Services(door)
    services.adopting = 409
    fields = await form(browser, door, reason="It is <b>kinder</b>.", version="4")
    answer = await browser.send("POST", f"{door.url}{WHAT_IFS}/{services.id}", form=fields)
    assert answer.status_code == 409
    assert "somebody adopted another policy here" in answer.text
    assert "It is &lt;b&gt;kinder" in answer.text


async def test_what_is_in_force_already_is_not_offered_again(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, services = somebody[0], Services(door)
    path = f"{door.url}{WHAT_IFS}/{services.id}"
    same = {"policy": DIGEST, "title": "Ours", "method": "mean", "mode": "keep_attained", "version": 5}
    same |= {"recorded_at": "2026-11-20T12:00:00.000Z"}
    for there, is_same in ([same], True), ([{**same, "mode": "recompute"}], False), ([{**same, "policy": "x"}], False):
        services.adopted = there
        shown = (await browser.send("GET", path)).text
        assert ("This policy is in force here since" in shown, "Nothing is adopted yet." in shown) == (
            is_same, not is_same
        )  # fmt: skip
        assert ('name="reason"' in shown, "An adoption would concern" in shown) == (not is_same, not is_same)
    services.adopting, services.adopted = 409, [same]
    second = await browser.send("POST", path, form=await form(browser, door, reason="<b>Mine</b>.", version="4"))
    assert (second.status_code, 'role="alert"' in second.text) == (409, True)
    assert "readonly>&lt;b&gt;Mine&lt;/b&gt;.</textarea>" in second.text


async def test_who_may_try_no_policy_is_not_led_to_it(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, person = somebody
    Services(door)
    pages = [f"{door.url}/district/policies", f"{door.url}/district/policies/in-force"]
    for page in pages:
        shown = await browser.send("GET", page)
        assert (shown.status_code, "Try another policy" in shown.text, 'href="/district"' in shown.text) == (
            200, False, False
        )  # fmt: skip
    grant = "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, 'administrator', 'district', $1)"
    await door.pool.execute(grant, person)
    for page in pages:
        assert "Try another policy" in (await browser.send("GET", page)).text
    assert 'href="/district"' in (await browser.send("GET", pages[0])).text
    await door.pool.execute("DELETE FROM access.grants WHERE person = $1", person)


async def test_without_a_reason_nothing_is_adopted(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, services = somebody[0], Services(door)
    fields = await form(browser, door, reason="  ", version="0")
    answer = await browser.send("POST", f"{door.url}{WHAT_IFS}/{services.id}", form=fields)
    assert (answer.status_code, "Say why" in answer.text, services.sent) == (422, True, [])


async def test_what_is_no_json_is_refused_and_kept(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, services = somebody[0], Services(door)
    fields = await form(browser, door, document="{<b>", scope="district")
    answer = await browser.send("POST", f"{door.url}{WHAT_IFS}", form=fields)
    assert (answer.status_code, "{&lt;b&gt;" in answer.text, services.sent) == (422, True, [])


async def test_the_district_is_no_page_of_who_administers_nothing(door: Door, somebody: tuple[Browser, str]) -> None:
    arranged(door, {})
    answer = await somebody[0].send("GET", f"{door.url}/district")
    assert answer.status_code == 404
