"""What a learner does on her pages reaches the services as she did it, once; and what is refused stays on the page."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import orjson
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.ledger.instants import instant_text
from shared.runtime.clock import now
from tests.support import explained as told
from tests.support.arranged import NOTHING
from tests.support.browser import Browser
from tests.support.signing_in import Door

RECEIPT = {"position": {"ledger": "evidence", "shard": 17, "position": 42}}
REFUSED = {"type": "urn:ascertain:problem:conflict", "title": "Something came meanwhile.", "detail": "It was opened."}
GIVEN: dict[str, Any] = {
    "/explanation": told.explanation(redo=told.redo()),
    f"/documents/{told.explanation()['policy']}": told.POLICY,
    "/reviews": {"items": [], "next": None},
    "/verified": {"learner": told.LEARNER, "state": "equal", "ended_at": told.DAY.format(24), "through": None},
    "/reveal": {"texts": [], "names": []},
}


class Services:
    """Behind the gateway: they give what is read, and keep what is written."""

    def __init__(self, door: Door) -> None:
        self.written: list[tuple[str, Any]] = []
        self.read: list[tuple[str, Mapping[str, str]]] = []
        self.refuses = False
        for upstream in door.world.services.values():
            upstream.answer = self.answer

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        if request.method == "POST" and path != "/reveal":
            self.written.append((path, orjson.loads(await request.body())))
            return JSONResponse(REFUSED, 409) if self.refuses else JSONResponse(RECEIPT, 201)
        self.read.append((path, dict(request.query_params)))
        return next((JSONResponse(answer) for end, answer in GIVEN.items() if path.endswith(end)), NOTHING)


@pytest.fixture
def services(door: Door) -> Services:
    return Services(door)


async def token(door: Door, browser: Browser) -> str:
    return str((await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"])


PIECE, FORM = told.FIRST, str(uuid4())
WRITES: list[tuple[str, dict[str, str], str, dict[str, Any]]] = [
    ("/question", {"about": "", "reason": " Why? "}, "/v1/reviews", {"competency": told.THEME, "reason": "Why?"}),
    ("/question", {"about": PIECE, "reason": "Why?"}, "/v1/reviews", {"evidence": PIECE, "reason": "Why?"}),
    ("/redo", {"about": PIECE, "note": ""}, "/v1/redos", {"competency": told.THEME, "evidence": PIECE}),
    (f"/redos/{told.THEME}/relearn", {"kind": "practice", "note": "Ten."}, f"/v1/redos/{told.THEME}/relearn", {}),
    (
        f"/redos/{told.THEME}/open",
        {"version": "3"},
        f"/v1/redos/{told.THEME}/open",
        {"expected_version": 3},
    ),
    (
        f"/questions/{told.THEME}/answer",
        {"change": "", "answer": "It holds."},
        f"/v1/reviews/{told.THEME}/answer",
        {"expected_version": 1, "outcome": "unchanged", "answer": "It holds."},
    ),
    (
        f"/questions/{told.THEME}/answer",
        {"change": PIECE, "answer": "You are right."},
        f"/v1/reviews/{told.THEME}/answer",
        {"outcome": "changed", "change": PIECE},
    ),
]


@pytest.mark.parametrize(("path", "fields", "asked", "body"), WRITES)
async def test_a_form_is_written_once_and_leads_to_a_page_that_has_seen_it(  # noqa: PLR0917 - a row of the table
    door: Door,
    somebody: tuple[Browser, str],
    services: Services,
    path: str,
    fields: dict[str, str],
    asked: str,
    body: dict[str, Any],
) -> None:
    browser, person = somebody
    page = f"/learners/{person}/competencies/{told.THEME}"
    form = {"csrf_token": await token(door, browser), "id": FORM, **fields}
    answer = await browser.send("POST", f"{door.url}{page}{path}", form=form)
    assert answer.status_code == 303, answer.text
    [(where, written)] = services.written
    assert (where, written["id"]) == (asked, FORM)
    assert written.items() >= body.items()
    led = answer.headers["location"]
    assert led.startswith(f"{page}?done={path.rpartition('/')[2]}&seen=evidence:17:42")
    shown = await browser.send("GET", f"{door.url}{led.partition('#')[0]}")
    assert shown.status_code == 200, shown.text
    assert 'role="status"' in shown.text
    assert any(p.endswith("/explanation") and q == {"at_least": "evidence:17:42"} for p, q in services.read)


async def test_a_reflection_is_of_a_piece_and_of_when_its_page_was_made(
    door: Door, somebody: tuple[Browser, str], services: Services
) -> None:
    browser, person = somebody
    at = instant_text(now())
    form = {"csrf_token": await token(door, browser), "id": FORM, "about": PIECE, "text": "Hard.", "at": at}
    page = f"{door.url}/learners/{person}/competencies/{told.THEME}/reflection"
    assert (await browser.send("POST", page, form=form)).status_code == 303
    item = {"id": FORM, "type": "ReflectionRecorded", "occurred_at": at, "texts": {"text": "Hard."}}
    assert services.written == [("/v1/evidence", {**item, "body": {"learner": person, "evidence": PIECE}})]


async def test_what_is_refused_is_said_and_what_was_typed_is_kept(
    door: Door, somebody: tuple[Browser, str], services: Services
) -> None:
    browser, person = somebody
    services.refuses = True
    form = {"csrf_token": await token(door, browser), "id": FORM, "about": PIECE, "reason": "Because <of> it."}
    page = f"{door.url}/learners/{person}/competencies/{told.THEME}/question"
    answer = await browser.send("POST", page, form=form)
    assert answer.status_code == 409
    assert 'role="alert" tabindex="-1" autofocus>It was opened.' in answer.text
    assert "Because &lt;of&gt; it.</textarea>" in answer.text
    empty = await browser.send("POST", page, form={**form, "reason": "  "})
    assert (empty.status_code, len(services.written)) == (422, 1)


async def test_a_page_asks_for_a_document_once_whoever_looks(
    door: Door, somebody: tuple[Browser, str], services: Services
) -> None:
    browser, person = somebody
    for _ in range(3):
        page = await browser.send("GET", f"{door.url}/learners/{person}/competencies/{told.THEME}")
        assert told.POLICY["title"] in page.text
    asked = [path for path, _ in services.read if path.endswith("/explanation") or "/documents/" in path]
    assert asked.count(f"/v1/documents/{told.explanation()['policy']}") <= 1
    assert len(asked) in {3, 4}


async def test_who_has_seen_a_record_is_told_to_the_learner_alone(
    door: Door, somebody: tuple[Browser, str], services: Services
) -> None:
    browser, person = somebody
    await door.pool.execute(
        "INSERT INTO gateway.disclosures (at_ms, learner, person, what, count, purpose)"
        " VALUES ($1, $2, $3, 'texts', 2, 'teaching')",
        *(now(), person, str(uuid4())),
    )
    answer = await browser.send("GET", f"{door.url}/learners/{person}/seen", headers={"Accept-Language": "es"})
    assert answer.status_code == 200, answer.text
    assert "Lo que se escribió" in answer.text
    assert "Alguien del distrito" in answer.text
    assert (await browser.send("GET", f"{door.url}/learners/{told.LEARNER}/seen")).status_code == 404
    assert not services.written
