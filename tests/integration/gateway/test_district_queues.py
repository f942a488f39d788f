"""What waits at a district: forgetting with its second approver, questions and answers, a roster that is brought."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway.http.pages.district import rosters
from shared.contracts.roster_files import COLUMNS
from tests.support.arranged import NOTHING
from tests.support.browser import Browser
from tests.support.relations import new_id
from tests.support.signing_in import Door

WHEN = "2026-11-20T12:00:00.000Z"
REF = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"


class Services:
    """What the services answer to these paths, and what they were sent."""

    def __init__(self, door: Door, **told: Any) -> None:
        self.sent: list[tuple[str, Any]] = []
        self.told = told
        self.refusal: dict[str, Any] | None = None
        for upstream in door.world.services.values():
            upstream.answer = self.answer

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        if path == "/reveal":
            asked = await request.json()
            texts = [
                {"ref": ref, "text": "Why <b>two</b>?", "owner": new_id(), "learners": []} for ref in asked["texts"]
            ]
            return JSONResponse({"texts": texts, "names": []})
        if request.method != "GET":
            self.sent.append((path, await request.json()))
            if self.refusal is not None:
                return JSONResponse(self.refusal, self.refusal["status"])
        end = path.rpartition("/")[2]
        return JSONResponse(self.told[end]) if end in self.told else NOTHING


async def form(browser: Browser, door: Door, **fields: str) -> dict[str, str]:
    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    return {"csrf_token": token, "id": new_id(), **fields}


def waiting(learner: str, by: str) -> dict[str, Any]:
    one = {"request": new_id(), "learner": learner, "state": "requested", "requested_by": by}
    return {"forgettings": [{**one, "requested_at": WHEN, "age_seconds": 200_000}], "next": None}


async def test_another_administrator_approves_and_says_that_she_means_it(
    door: Door, somebody: tuple[Browser, str]
) -> None:
    browser, _ = somebody
    learner = new_id()
    services = Services(door, forgettings=waiting(learner, new_id()), approve={}, forget={})
    shown = await browser.send("GET", f"{door.url}/district/forgetting")
    assert ("Approve forgetting" in shown.text, "2 days ago" in shown.text) == (True, True)
    path = f"{door.url}/district/forgetting/{learner}"
    unsure = await browser.send("POST", path, form=await form(browser, door, request=REF))
    assert (unsure.status_code, services.sent) == (422, [])
    fields = await form(browser, door, request=REF, sure="yes")
    done = await browser.send("POST", path, form=fields)
    assert done.status_code == 303, done.text
    wish = {"id": fields["id"], "request": REF}
    assert services.sent == [(f"/v1/learners/{learner}/forget/approve", wish)]


async def test_who_asked_has_no_button_and_is_refused_kindly(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, person = somebody
    learner = new_id()
    services = Services(door, forgettings=waiting(learner, person))
    assert "Approve forgetting" not in (await browser.send("GET", f"{door.url}/district/forgetting")).text
    no = {"type": "urn:ascertain:problem:conflict", "title": "Not so", "status": 409, "detail": "Something else."}
    for services.refusal, said in (
        (no | {"reason": "approved-by-oneself"}, "You asked for this yourself, so another administrator"),
        (no, "Something else."),
    ):
        fields = await form(browser, door, request=REF, sure="yes")
        answer = await browser.send("POST", f"{door.url}/district/forgetting/{learner}", form=fields)
        assert (answer.status_code, said in answer.text) == (409, True)


async def test_a_question_is_read_and_answered(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, person = somebody
    learner, review = new_id(), new_id()
    item: dict[str, Any] = {
        "id": review,
        "learner": learner,
        "about": {"competency": new_id()},
        "state": "open",
        "by": learner,
    }
    item |= {"requested_at": WHEN, "reason_ref": REF, "waiting_seconds": 200_000}
    services = Services(door, reviews={"items": [item], "next": None}, answer={})
    path = f"{door.url}/district/reviews/{learner}/{review}"
    shown = await browser.send("GET", path)
    assert (shown.status_code, "Why &lt;b&gt;two" in shown.text) == (200, True)
    fields = await form(browser, door, answer="It rests on both.", change="")
    assert (await browser.send("POST", path, form=fields)).status_code == 303
    wish = {"id": fields["id"], "expected_version": 1, "answer": "It rests on both.", "outcome": "unchanged"}
    assert services.sent == [(f"/v1/reviews/{review}/answer", wish)]
    assert (await browser.send("GET", f"{door.url}/district/reviews/{learner}/{new_id()}")).status_code == 404
    assert person


async def test_an_answer_that_came_second_is_told_so_and_kept(door: Door, somebody: tuple[Browser, str]) -> None:
    browser, learner, review = somebody[0], new_id(), new_id()
    item: dict[str, Any] = {
        "id": review,
        "learner": learner,
        "about": {"competency": new_id()},
        "by": learner,
        "requested_at": WHEN,
    }
    first = {"outcome": "unchanged", "answer_ref": REF, "by": new_id(), "recorded_at": WHEN}
    item |= {"state": "answered", "answered": first, "reason_ref": REF, "waiting_seconds": 0}
    services = Services(door, reviews={"items": [item], "next": None})
    services.refusal = {"type": "urn:ascertain:problem:stale-version", "title": "Stale", "status": 409, "detail": "2."}
    path = f"{door.url}/district/reviews/{learner}/{review}"
    second = await browser.send("POST", path, form=await form(browser, door, answer="Mine <b>too</b>.", change=REF))
    assert (second.status_code, 'role="alert"' in second.text) == (409, True)
    assert "so yours was not recorded" in second.text
    assert f"readonly>Mine &lt;b&gt;too&lt;/b&gt;.\n\n{REF}</textarea>" in second.text
    assert "not recorded" not in (await browser.send("GET", path)).text


async def bring(browser: Browser, door: Door) -> httpx.Response:
    """A roster of one school, by the page's form."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, columns in COLUMNS.items():
            archive.writestr(f"{name}.csv", ",".join(columns) + ("\nschool,,school,\n" if name == "orgs" else "\n"))
    fields = await form(browser, door)
    boundary = "b0undary"
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="roster"; filename="r.zip"\r\n\r\n'
    body = parts.encode() + head.encode() + content.getvalue() + f"\r\n--{boundary}--\r\n".encode()
    jar = browser.cookies[f"{door.url}"]
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
    headers = {"Cookie": cookie, "Content-Type": f"multipart/form-data; boundary={boundary}"}
    return await browser.http.post(f"{door.url}/district/rosters", content=body, headers=headers)


async def test_a_roster_is_brought_and_what_was_refused_told_by_its_line(
    door: Door, somebody: tuple[Browser, str]
) -> None:
    browser, _ = somebody
    row = {"file": "orgs", "index": 0, "sourcedId": "school"}
    problem = {"type": "urn:ascertain:problem:invalid", "status": 422, "title": "No", "detail": "It is <b>odd</b>."}
    refused = [{**problem, **row}]
    told = {"appended": 3, "unchanged": 1, "refused": refused, "schools": [], "periods": []}
    services = Services(door, rosters=told)
    answer = await bring(browser, door)
    assert answer.status_code == 200, answer.text
    assert "3 entries recorded" in answer.text
    assert "It is &lt;b&gt;odd" in answer.text
    assert '<td class="number">2</td>' in answer.text
    assert {path for path, _ in services.sent} == {"/v1/rosters"}


async def test_of_a_roster_that_stopped_in_the_middle_is_told_what_was_recorded(
    door: Door, somebody: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, _ = somebody
    told = {"appended": 3, "unchanged": 0, "refused": [], "schools": [], "periods": []}
    services = Services(door, rosters=told)

    def in_two(roster: Any) -> Iterator[Any]:
        yield roster
        services.refusal = {"title": "Later", "status": 503}
        yield roster

    monkeypatch.setattr(rosters, "chunks", in_two)
    answer = await bring(browser, door)
    assert (answer.status_code, "3 entries recorded" in answer.text) == (200, True)
    assert "Bring the same ZIP again; nothing is recorded twice." in answer.text


async def test_of_whoever_may_not_see_rosters_no_file_is_unpacked(
    door: Door, somebody: tuple[Browser, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked: list[bytes] = []
    monkeypatch.setattr(rosters, "read_zip", unpacked.append)
    Services(door)
    answer = await bring(somebody[0], door)
    assert (answer.status_code, unpacked) == (404, [])
