"""A work, its exhibition and a rubric as services tell of them, for pages that show these and forms that write them."""

from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.support.arranged import NOTHING
from tests.support.browser import Browser
from tests.support.relations import new_id
from tests.support.signing_in import Door

SECTION, SCHOOL, LEARNER, WORK, FAIR, DRAFT, FORM = (new_id() for _ in range(7))
RUBRIC, QUESTIONS = "5e" * 32, "6f" * 32
PLACE = {"ledger": "evidence", "shard": 3, "position": 7}
RECEIPT = {"id": FAIR, "status": 201, "outcome": "appended", "position": PLACE, "version": 2}
EXHIBITION: dict[str, Any] = {
    "exhibition": FAIR,
    "version": 2,
    "state": "open",
    "school": SCHOOL,
    "questions": QUESTIONS,
    "roles": ["family"],
    "works": [{"work": WORK, "number": 1}],
    "others": 0,
    "by": LEARNER,
    "planned_at": "2026-11-01T09:00:00.000Z",
    "opened_at": "2026-11-02T09:00:00.000Z",
    "ballots": {"issued": 12, "voted": 5},
    "counted": False,
}
ASKED = {
    "format": "ascertain.questions@1",
    "title": "Vote",
    "language": "en",
    "questions": [
        {
            "kind": "choice",
            "code": "leader",
            "title": "<b>Who</b>?",
            "options": [{"code": "boxer", "title": "Boxer"}, {"code": "clover", "title": "Clover"}],
        }
    ],
}
CRITERION: dict[str, Any] = {
    "code": "clarity",
    "title": "Clarity",
    "possible": "4",
    "competencies": [new_id(), new_id()],
    "levels": [{"earned": str(n), "title": f"L{n}", "descriptor": f"D{n}"} for n in (1, 4)],
}
MADE: dict[str, Any] = {
    "work": WORK,
    "version": 2,
    "members": [LEARNER],
    "others": 0,
    "by": LEARNER,
    "courses": [],
    "occurred_at": "2026-11-01T09:00:00.000Z",
    "versions": [
        {
            "event": DRAFT,
            "number": 1,
            "by": LEARNER,
            "artefacts": [],
            "occurred_at": "2026-11-01T09:00:00.000Z",
            "feedback": [],
        }
    ],
    "pieces": [],
    "beside": [],
}
STALE = {"type": "urn:ascertain:problem:stale-version", "title": "Stale", "detail": "Stale", "version": 3}


def answering(door: Door, **more: Any) -> list[tuple[str, str, Any]]:
    """Let the services answer; what was written, by method, path and body. `more`: other answers to ends of paths."""
    answers: dict[str, Any] = {
        "/reveal": {"texts": [], "names": []},
        "/v1/exhibitions": {"items": [EXHIBITION], "next": None},
        "/v1/exhibitions-due": {"learners": [LEARNER], "of": 1},
        f"/v1/exhibitions/{FAIR}": EXHIBITION,
        "/v1/works": {"items": [], "next": None},
        f"/v1/works/{WORK}": MADE,
        "/v1/rubrics": {"rubrics": [], "next": None},
        f"/v1/documents/{QUESTIONS}": ASKED,
        f"/v1/documents/{RUBRIC}": {"format": "ascertain.rubric@1", "title": "Presenting", "criteria": [CRITERION]},
        **more,
    }
    written: list[tuple[str, str, Any]] = []

    async def answer(request: Request) -> Response:
        path = request.url.path
        if request.method != "GET" and path != "/reveal":
            written.append((request.method, path, await request.json()))
            given = more.get(f"{request.method} {path.rpartition('/')[2]}", RECEIPT)
            return given if isinstance(given, Response) else JSONResponse(given, 201)
        found = next((one for end, one in answers.items() if path.endswith(end)), None)
        return NOTHING if found is None else found if isinstance(found, Response) else JSONResponse(found)

    for upstream in door.world.services.values():
        upstream.answer = answer
    return written


async def sent(door: Door, browser: Browser, path: str, **fields: str) -> Any:
    """The answer to a form of hers with these fields."""
    token = (await browser.send("GET", f"{door.url}/v1/session")).json()["csrf_token"]
    form = {"csrf_token": token, "id": str(uuid4()), **fields}
    return await browser.send("POST", f"{door.url}{path}", form=form)
