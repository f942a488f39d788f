"""Panels over HTTP: who comes by a pass and how far it leads her, what is shown of scores, what a conclusion names."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway.domain.passes import Pass, pass_text
from services.gateway.domain.personal_tokens import RANDOM_BYTES, token_digest
from services.gateway.http.cookies import PASS
from services.gateway.postgres.passes import StoredPasses
from shared.runtime.clock import now
from tests.support.browser import Browser
from tests.support.relations import new_id
from tests.support.signing_in import Door

FAIR, OTHER, WORK, GUEST, SCORE = (new_id() for _ in range(5))
RUBRIC = "5e" * 32
PLACE = {"ledger": "evidence", "shard": 3, "position": 7}
RECEIPT = {"id": SCORE, "status": 201, "outcome": "appended", "position": PLACE, "version": 2}
CRITERION: dict[str, Any] = {
    "code": "clarity",
    "title": "Clarity",
    "possible": "4",
    "competencies": [new_id()],
    "levels": [{"earned": str(n), "title": f"L{n}", "descriptor": f"D{n}"} for n in (1, 4)],
}
GIVEN = {"score": SCORE, "panelist": GUEST, "rubric": RUBRIC, "calibration": False, "levels": {"clarity": "4"}}
AGREEMENT = {"n": 0, "exact": 0, "adjacent": 0, "sentence": "Nothing yet.", "criteria": {}}


def panel(*scores: Any, leads: bool = False) -> dict[str, Any]:
    shown = {"work": WORK, "scores": list(scores), "hidden": 0, "differences": []}
    told = {
        "exhibition": FAIR,
        "rubric": RUBRIC,
        "discuss_from": 2,
        "panelists": [{"panelist": GUEST, "role": "community", "state": "appointed", "guest": True}],
        "works": [shown],
        "position": PLACE,
    }
    return {**told, "agreement": AGREEMENT} if leads else told


def answering(door: Door, told: dict[str, Any], *, sits: bool = True) -> list[tuple[str, Any]]:
    """Let evidence and portfolio answer; what was written, by path and body."""
    answers: dict[str, Any] = {
        "/reveal": {"texts": [], "names": []},
        "/panels/seat": {"sits": sits},
        f"/v1/exhibitions/{FAIR}/panel": told,
        f"/v1/works/{WORK}": {"work": WORK, "versions": []},
        f"/v1/documents/{RUBRIC}": {"format": "ascertain.rubric@1", "title": "Presenting", "criteria": [CRITERION]},
    }
    written: list[tuple[str, Any]] = []

    async def answer(request: Request) -> Response:
        path = request.url.path
        if path in answers:
            return JSONResponse(answers[path])
        if request.method == "POST":
            written.append((path, await request.json()))
            return JSONResponse(RECEIPT, 201)
        return JSONResponse({"type": "x:not-found", "title": "No"}, 404)

    for upstream in door.world.services.values():
        upstream.answer = answer
    return written


@pytest.fixture
async def pass_(door: Door) -> AsyncIterator[tuple[Pass, str]]:
    made = Pass(str(uuid4()), FAIR, GUEST, new_id(), now(), now() + 60_000)
    text = pass_text(uuid4().bytes * (RANDOM_BYTES // 16))
    await StoredPasses(door.pool).add(made, token_digest(text))
    yield made, text
    await StoredPasses(door.pool).revoke(made.id, now())


async def let_in(door: Door, text: str) -> Browser:
    browser = door.browser()
    typed = await browser.send("POST", f"{door.url}/panel-pass", form={"pass": f" {text} "})
    assert (typed.status_code, typed.headers["location"]) == (303, f"/exhibitions/{FAIR}/panel")
    assert browser.cookie(door.url, PASS) == text
    return browser


def csrf_of(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


async def test_a_pass_opens_the_panel_of_its_exhibition_and_nothing_else(door: Door, pass_: tuple[Pass, str]) -> None:
    written = answering(door, panel())
    browser = await let_in(door, pass_[1])
    page = await browser.send("GET", f"{door.url}/exhibitions/{FAIR}/panel")
    assert (page.status_code, "waits for your score" in page.text) == (200, True), page.text
    work = await browser.send("GET", f"{door.url}/exhibitions/{FAIR}/panel/{WORK}")
    assert work.status_code == 200, work.text
    form = {"csrf_token": csrf_of(work.text), "id": str(uuid4()), "level/clarity": "4", "note": "Clear."}
    scored = await browser.send("POST", f"{door.url}/exhibitions/{FAIR}/panel/{WORK}/score", form=form)
    assert scored.headers["location"] == f"/exhibitions/{FAIR}/panel?done=scored"
    [(path, body)] = written
    assert path == f"/v1/exhibitions/{FAIR}/works/{WORK}/panel-scores"
    assert (body["levels"], body["note"]) == ({"clarity": "4"}, "Clear.")
    for other in (f"/exhibitions/{OTHER}/panel", f"/exhibitions/{FAIR}", f"/works/{WORK}", f"/learners/{new_id()}"):
        answer = await browser.send("GET", f"{door.url}{other}")
        assert answer.headers["location"].startswith("/sign-in"), other
    assert (await browser.send("GET", f"{door.url}/v1/works/{WORK}")).status_code == 401


async def test_a_guests_form_that_may_come_from_elsewhere_does_nothing(door: Door, pass_: tuple[Pass, str]) -> None:
    written = answering(door, panel())
    browser = await let_in(door, pass_[1])
    path = f"{door.url}/exhibitions/{FAIR}/panel/{WORK}"
    token = csrf_of((await browser.send("GET", path)).text)
    elsewhere = {"Origin": "https://elsewhere.test"}
    for given, headers in (({}, {}), ({"csrf_token": "x" * 43}, {}), ({"csrf_token": token}, elsewhere)):
        form = {"level/clarity": "4", **given}
        assert (await browser.send("POST", f"{path}/score", form=form, headers=headers)).status_code == 403
    assert written == []
    away = await door.browser().send("POST", f"{door.url}/panel-pass", form={"pass": pass_[1]}, headers=elsewhere)
    assert away.status_code == 403


async def test_a_pass_that_is_revoked_or_whose_panelist_is_dismissed_opens_nothing_at_once(
    door: Door, pass_: tuple[Pass, str]
) -> None:
    answering(door, panel())
    browser = await let_in(door, pass_[1])
    path = f"{door.url}/exhibitions/{FAIR}/panel"
    answering(door, panel(), sits=False)
    assert (await browser.send("GET", path)).headers["location"].startswith("/sign-in")
    answering(door, panel())
    await StoredPasses(door.pool).revoke(pass_[0].id, now())
    assert (await browser.send("GET", path)).headers["location"].startswith("/sign-in")
    wrong = await door.browser().send("POST", f"{door.url}/panel-pass", form={"pass": pass_[1]})
    assert (wrong.status_code, "does not open anything" in wrong.text) == (422, True)


async def test_who_leaves_takes_her_pass_along(door: Door, pass_: tuple[Pass, str]) -> None:
    answering(door, panel())
    browser = await let_in(door, pass_[1])
    await browser.send("POST", f"{door.url}/panel-pass/leave", form={})
    assert browser.cookie(door.url, PASS) is None


async def test_a_conclusion_names_the_scores_that_were_seen(door: Door, somebody: tuple[Browser, str]) -> None:
    written = answering(door, panel(GIVEN, leads=True))
    browser, _ = somebody
    page = await browser.send("GET", f"{door.url}/exhibitions/{FAIR}/panel/{WORK}")
    assert f'name="score/{SCORE}"' in page.text
    form = {
        "csrf_token": csrf_of(page.text), "id": str(uuid4()), "at": "2026-11-29T10:00:00.000Z",
        f"score/{SCORE}": "1", "level/clarity": "4", "resolution": "Agreed.",
    }  # fmt: skip
    done = await browser.send("POST", f"{door.url}/exhibitions/{FAIR}/panel/{WORK}/conclude", form=form)
    assert done.headers["location"] == f"/exhibitions/{FAIR}/panel?done=concluded"
    [(path, body)] = written
    assert path == f"/v1/exhibitions/{FAIR}/works/{WORK}/panel"
    assert (body["scores"], body["levels"], body["resolution"]) == ([SCORE], {"clarity": "4"}, "Agreed.")


async def test_how_far_a_panel_agrees_is_said_in_the_readers_language(
    door: Door, somebody: tuple[Browser, str]
) -> None:
    told = panel(GIVEN, leads=True)
    apart = {"criterion": "clarity", "lowest": "1", "highest": "4", "levels": 1}
    told["works"] = [told["works"][0] | {"differences": [apart]}]
    answering(door, told)
    for path, said in (("panel", "Ningún par de panelistas"), (f"panel/{WORK}", "difieren en un nivel")):
        shown = await somebody[0].send("GET", f"{door.url}/exhibitions/{FAIR}/{path}?lang=es")
        assert (shown.status_code, said in shown.text, "Nothing yet." in shown.text) == (200, True, False)


async def test_a_panelist_who_does_not_lead_is_offered_no_conclusion(door: Door, pass_: tuple[Pass, str]) -> None:
    answering(door, panel())
    browser = await let_in(door, pass_[1])
    page = await browser.send("GET", f"{door.url}/exhibitions/{FAIR}/panel/{WORK}")
    assert ("Conclude" in page.text, "What panelists gave" in page.text) == (False, False)
