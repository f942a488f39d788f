"""What whoever has a share's link is given, and what the learner is told of it; with evidence's door stood in for."""

import json
import re
from typing import Any

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway.http.ballots import MISSES_OF_ADDRESS
from services.gateway.http.pages.rendering import static_address
from services.gateway.http.shares import HEADERS
from shared.ledger.links import secret_of, token_of
from tests.support.gateway import World
from tests.support.relations import new_id

LEARNER, PARTNER, SHARE = new_id(), new_id(), new_id()
SECRET = secret_of(SHARE, bytes(range(20)))
SHOWN: dict[str, Any] = {
    "given": "Amara",
    "audience": "public",
    "shared_at": "2026-11-01T09:00:00.000Z",
    "expires_at": "2027-01-01T00:00:00.000Z",
    "exhibits": [
        {
            "title": "Animal Farm",
            "number": 2,
            "made_at": "2026-10-01T09:00:00.000Z",
            "others": 1,
            "shows": [{"code": "rl.1", "statement": "Finds the theme."}],
            "artefacts": [{"kind": "text", "content": "A draft."}],
        }
    ],
}


def opening(world: World) -> list[bytes]:
    """Evidence opens the one share; what it was asked."""
    asked: list[bytes] = []

    async def answer(request: Request) -> Response:
        asked.append(await request.body())
        assert request.scope["path"] == "/shares/open"
        if json.loads(asked[-1]) == {"share": SHARE, "token": token_of(SECRET)}:
            return JSONResponse({"share": SHARE, "learners": [LEARNER, PARTNER], "shown": SHOWN})
        return JSONResponse({}, 404)

    world.services["evidence"].answer = answer
    return asked


async def test_a_share_is_seen_without_an_account_kept_by_nobody_and_logged(world: World, pool: asyncpg.Pool) -> None:
    asked = opening(world)
    answer = await world.http.get(f"/v1/shares/{SECRET}")
    assert (answer.status_code, answer.json()) == (200, SHOWN)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"].startswith("noindex")
    assert LEARNER not in answer.text
    assert SECRET.encode() not in b"".join(asked)
    for learner in (LEARNER, PARTNER):  # a partner's log too: her work was seen
        rows = await pool.fetch(
            "SELECT person::text, what, count, purpose FROM gateway.disclosures WHERE learner = $1", learner
        )
        assert [tuple(row) for row in rows] == [(SHARE, "share", 1, None)]


async def test_what_is_no_secret_is_not_there_and_slowed_beyond_some(world: World) -> None:
    opening(world)
    wrong = secret_of(SHARE, bytes(20))
    for secret in ("no", wrong, SECRET[:-1]):
        answer = await world.http.get(f"/v1/shares/{secret}")
        assert answer.status_code == 404
        for name, said in HEADERS.items():
            assert answer.headers[name] == said
    statuses = [404]
    while statuses[-1] == 404 and len(statuses) < 3 * MISSES_OF_ADDRESS:  # misses of before count less as time goes by
        statuses.append((await world.http.get(f"/v1/shares/{wrong}")).status_code)
    assert statuses[-1] == 429
    assert len(statuses) >= MISSES_OF_ADDRESS - 1
    assert (await world.http.get(f"/v1/shares/{SECRET}")).status_code == 200


async def test_where_it_cannot_be_asked_nothing_is_shown(world: World) -> None:
    async def broken(_request: Request) -> Response:
        return JSONResponse({}, 500)

    world.services["evidence"].answer = broken
    answer = await world.http.get(f"/v1/shares/{SECRET}")
    assert (answer.status_code, answer.headers["referrer-policy"]) == (503, "no-referrer")


OWN_LINKS = {"#content", "/", "?lang=es", static_address("ascertain.css")}


async def test_a_browser_gets_a_page_in_which_no_text_becomes_markup(world: World) -> None:
    hostile = "<script>alert(1)</script>"

    async def answer(_request: Request) -> Response:
        exhibit = {
            **SHOWN["exhibits"][0],
            "title": hostile,
            "reason": f'"{hostile}',
            "artefacts": [
                {"kind": "link", "content": f"{hostile}.example"},
                {"kind": "file", "media_type": hostile, "size": 3},
                {"kind": "text", "content": hostile},
            ],
        }
        bare = {**SHOWN["exhibits"][0], "artefacts": [], "left_out": f"Left out. {hostile}"}
        shown = {**SHOWN, "exhibits": [exhibit, bare]}
        return JSONResponse({"share": SHARE, "learners": [LEARNER], "shown": shown})

    world.services["evidence"].answer = answer
    seen = await world.http.get(f"/v1/shares/{SECRET}", headers={"Accept": "text/html,*/*;q=0.8"})
    assert seen.headers["content-type"].startswith("text/html")
    assert '<html lang="en">' in seen.text
    assert "<script" not in seen.text
    assert set(re.findall(r'href="([^"]*)"', seen.text)) <= OWN_LINKS, "it leads nowhere"
    assert "Its title, words, links and files are not shown any more." in seen.text
    assert "3 bytes" in seen.text
    assert "default-src 'none'" in seen.headers["content-security-policy"]
    assert seen.headers["x-robots-tag"].startswith("noindex")
    assert seen.headers["referrer-policy"] == "no-referrer"
