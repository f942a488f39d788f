"""Passes: made for panelists without an account, shown once, exchanged until they end, and for nobody else."""

import hashlib
from typing import Any

import asyncpg
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.ledger.instants import instant, instant_text
from shared.runtime.clock import now
from shared.runtime.tokens import Verifier
from tests.support.gateway import World
from tests.support.relations import TENANT, new_id

TEACHER, EXHIBITION = new_id(), new_id()
LATER = now() + 86_400_000


@pytest.fixture
def guest(world: World) -> str:
    """Somebody who became known by her appointment, until later; the teacher holds her exhibition."""
    panelist = new_id()

    async def guests(request: Request) -> Response:
        asked = await request.json()
        if request.url.path == "/panels/seat":
            return JSONResponse({"sits": asked == {"panelist": panelist, "exhibition": EXHIBITION}})
        if asked != {"person": TEACHER, "exhibition": EXHIBITION}:
            return JSONResponse({}, status_code=404)
        return JSONResponse({"guests": {panelist: LATER}})

    world.services["evidence"].answer = guests
    return panelist


async def make(world: World, panelist: str, by: str = TEACHER, **more: Any) -> Any:
    wish = {"exhibition": EXHIBITION, "panelist": panelist, **more}
    headers = world.signed_in(by) | {"Idempotency-Key": more.get("ends_at", "a pass") + panelist}
    return await world.http.post("/v1/passes", json=wish, headers=headers)


async def exchange(world: World, text: str) -> Any:
    return await world.http.post("/v1/tokens", headers={"Authorization": f"Bearer {text}"})


async def test_a_pass_becomes_access_tokens_of_its_panelist(world: World, pool: asyncpg.Pool, guest: str) -> None:
    answer = await make(world, guest)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["pass"].startswith("ascx_")
    assert instant(made["ends_at"]) == LATER, "with her appointment, where nothing sooner is asked for"
    stored = await pool.fetchval("SELECT digest FROM gateway.passes WHERE id = $1", made["id"])
    assert stored == hashlib.sha256(made["pass"].encode()).hexdigest()
    token = await exchange(world, made["pass"])
    assert (token.status_code, token.json()["expires_in"]) == (200, 300)
    assert Verifier(TENANT, world.trusted).person(f"Bearer {token.json()['access_token']}").id == guest
    again = await make(world, guest)
    assert (again.status_code, again.json()["reason"]) == (409, "pass-made")
    listed = await world.http.get(f"/v1/passes?exhibition={EXHIBITION}", headers=world.signed_in(TEACHER))
    assert made["id"] in {one["id"] for one in listed.json()["passes"]}
    assert made["pass"] not in listed.text


async def test_an_access_token_never_outlives_its_pass(world: World, guest: str) -> None:
    made = (await make(world, guest, ends_at=instant_text(now() + 60_000))).json()
    token = (await exchange(world, made["pass"])).json()
    assert 0 < token["expires_in"] <= 60
    late = await make(world, guest, ends_at=instant_text(LATER + 1))
    assert instant(late.json()["ends_at"]) == LATER
    over = await make(world, guest, ends_at="2026-01-01T00:00:00.000Z")
    assert (over.status_code, over.json()["field"], over.json()["reason"]) == (422, "/ends_at", "panel-in-the-past")


async def test_a_pass_that_is_over_or_revoked_gives_nothing(world: World, pool: asyncpg.Pool, guest: str) -> None:
    first, second = [(await make(world, guest, ends_at=instant_text(LATER - n))).json() for n in (1, 2)]
    for stranger in (new_id(), guest):
        answer = await world.http.delete(f"/v1/passes/{first['id']}", headers=world.signed_in(stranger))
        assert answer.status_code == 404
    for _ in range(2):
        answer = await world.http.delete(f"/v1/passes/{first['id']}", headers=world.signed_in(TEACHER))
        assert answer.status_code == 204
    assert (await exchange(world, first["pass"])).status_code == 401
    assert (await exchange(world, second["pass"])).status_code == 200
    await _moved(pool, second["id"], now())
    assert (await exchange(world, second["pass"])).status_code == 401
    assert (await exchange(world, "ascx_" + "A" * 43)).status_code == 401


async def test_a_pass_of_who_sits_on_the_panel_no_longer_gives_nothing(world: World, guest: str) -> None:
    made = (await make(world, guest)).json()
    assert (await exchange(world, made["pass"])).status_code == 200

    async def dismissed(_request: Request) -> Response:
        return JSONResponse({"sits": False})

    async def away(_request: Request) -> Response:
        return JSONResponse({}, status_code=500)

    world.services["evidence"].answer = dismissed
    assert (await exchange(world, made["pass"])).status_code == 401
    world.services["evidence"].answer = away
    assert (await exchange(world, made["pass"])).status_code == 503


async def test_a_pass_lets_in_nobody_who_is_anything_else(world: World, pool: asyncpg.Pool, guest: str) -> None:
    made = (await make(world, guest)).json()
    assert (await make(world, new_id())).status_code == 404, "only who became known by her appointment"
    assert (await make(world, guest, by=new_id())).status_code == 404, "only whoever holds the exhibition makes one"
    await pool.execute(
        "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, 'administrator', 'district', $1)", guest
    )
    try:
        assert (await exchange(world, made["pass"])).status_code == 401
        assert (await make(world, guest, ends_at=instant_text(LATER - 3))).status_code == 404
    finally:
        await pool.execute("DELETE FROM access.grants WHERE person = $1", guest)
    assert (await exchange(world, made["pass"])).status_code == 200


async def test_who_has_a_pass_makes_no_token_that_would_outlive_it(world: World, guest: str) -> None:
    made = (await make(world, guest)).json()
    token = (await exchange(world, made["pass"])).json()["access_token"]
    answer = await world.http.post(
        "/v1/personal-tokens", json={"label": "for ever"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 404


async def _moved(pool: asyncpg.Pool, pass_: str, ends: int) -> None:
    """Let a pass have ended: nothing but a test may, so it is written anew."""
    row = await pool.fetchrow("DELETE FROM gateway.passes WHERE id = $1 RETURNING *", pass_)
    assert row is not None
    columns = ", ".join(row.keys())
    places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    values = [ends if name == "ends_ms" else value for name, value in row.items()]
    await pool.execute(f"INSERT INTO gateway.passes ({columns}) VALUES ({places})", *values)
