"""What the gateway says by itself: limits, descriptions, health, keys."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from joserfc.jwk import KeySet

from services.gateway.domain.routes import ROUTES
from services.gateway.http import documents
from services.gateway.http.front import Limits
from services.gateway.http.limits import Limiter
from shared.runtime.calling import Answer
from shared.runtime.keys import SigningKey
from shared.runtime.tokens import AccessTokens
from tests.support.gateway import World, gateway_world, problem
from tests.support.relations import TENANT, new_id

OWN = {(route.method.lower(), route.template) for route in ROUTES if route.service == "gateway" and not route.page}


async def test_a_person_is_limited_wherever_she_calls_from(pool: asyncpg.Pool, tmp_path: Path) -> None:
    limits = Limits(people=Limiter(5), addresses=Limiter(1000))
    async with gateway_world(pool, tmp_path, limits=limits) as world:
        person, other = new_id(), new_id()
        path = f"/v1/evidence/{new_id()}"
        answers = [await world.http.get(path, headers=world.signed_in(person)) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        problem(answers[-1])
        assert (await world.http.get(path, headers=world.signed_in(other))).status_code == 200


async def test_an_address_is_limited_by_what_it_asks_without_a_valid_token(pool: asyncpg.Pool, tmp_path: Path) -> None:
    limits = Limits(people=Limiter(1000), addresses=Limiter(4))
    async with gateway_world(pool, tmp_path, limits=limits) as world:
        forged = {"Authorization": f"Bearer {AccessTokens(TENANT, SigningKey.generated()).mint(new_id())}"}
        asked = [
            await world.http.post("/v1/tokens"),
            await world.http.get("/v1/personal-tokens", headers=forged),
            await world.http.get("/nowhere"),
            await world.http.get("/docs"),
        ]
        assert [answer.status_code for answer in asked] == [401, 401, 404, 200]
        for path in ("/docs", "/nowhere", "/v1/personal-tokens", "/v1/openapi.json"):
            assert (await world.http.get(path, headers=forged)).status_code == 429, path
        assert (await world.http.post("/v1/tokens")).status_code == 429
        assert (await world.http.get("/health")).status_code == 200, "what watches is not counted"
        path = f"/v1/evidence/{new_id()}"
        assert (await world.http.get(path, headers=world.signed_in(new_id()))).status_code == 200


async def test_the_public_keys_verify_what_the_gateway_mints(world: World) -> None:
    published = (await world.http.get("/.well-known/jwks.json")).json()
    keys = KeySet.import_key_set(published).keys
    assert [key.is_private for key in keys] == [False]
    assert not {"d", "p", "q", "k"} & published["keys"][0].keys()


async def test_health_tells_of_every_service(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with gateway_world(pool, tmp_path) as world:
        well = (await world.http.get("/health")).json()
        assert (well["service"], well["status"], well["quarantined"]) == ("gateway", "ok", 4)
        assert well["services"]["audit"] == {"service": "audit", "status": "ok", "shards": {}, "quarantined": 1}


async def test_health_names_what_is_down(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with gateway_world(pool, tmp_path, down=("mastery",)) as world:
        ill = (await world.http.get("/health")).json()
        assert ill["status"] == "degraded"
        assert ill["services"]["mastery"] == {"service": "mastery", "status": "down"}
        assert ill["services"]["audit"]["status"] == "ok"


async def test_health_is_asked_once_for_all_who_ask_at_once(world: World) -> None:
    asked = 0
    real = world.clients["audit"].ask

    async def counted(*arguments: Any, **more: Any) -> Answer:
        nonlocal asked
        asked += 1
        return await real(*arguments, **more)

    world.clients["audit"].ask = counted  # type: ignore[method-assign]
    try:
        await asyncio.gather(*(world.http.get("/health") for _ in range(20)))
    finally:
        world.clients["audit"].ask = real  # type: ignore[method-assign]
    assert asked <= 2


async def test_the_description_holds_the_gateways_own_routes_and_those_of_services(world: World) -> None:
    world.services["audit"].openapi = {
        "paths": {
            "/v1/verifications": {"post": {"responses": {}}},
            "/ledger/heads": {"get": {"responses": {}}},
        }
    }
    whole = (await world.http.get("/v1/openapi.json")).json()
    assert whole["openapi"].startswith("3.1")
    told = {(method, path) for path, item in whole["paths"].items() for method in item}
    assert told == OWN | {("post", "/v1/verifications")}
    assert whole["paths"]["/v1/personal-tokens"]["post"]["security"] == [{"accessToken": []}, {"session": []}]


async def test_a_service_that_comes_up_is_described_from_then_on(
    pool: asyncpg.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "RETRY", 0.0)
    monkeypatch.setattr(documents, "REFRESH", 0.0)
    async with gateway_world(pool, tmp_path) as world:
        world.services["audit"].openapi = {"paths": {"/v1/verifications": {"post": {"responses": {}}}}}
        audit = world.clients["audit"]
        audit.url = "http://127.0.0.1:9"
        absent = (await world.http.get("/v1/openapi.json")).json()
        assert absent["x-missing-services"] == ["audit"]
        assert "/v1/verifications" not in absent["paths"]
        audit.url = world.urls["audit"]
        present = (await world.http.get("/v1/openapi.json")).json()
        assert "x-missing-services" not in present
        assert "/v1/verifications" in present["paths"]
        audit.url = "http://127.0.0.1:9"
        kept = (await world.http.get("/v1/openapi.json")).json()
        assert kept == present, "what it said last stands while it is down"


async def test_the_page_fetches_and_runs_nothing(world: World) -> None:
    answer = await world.http.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "<script" not in answer.text
    assert "src=" not in answer.text
    assert "/v1/personal-tokens" in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/v1/personal-tokens/x/y", "/v1", "/docs/", "/redoc", "/openapi.json"])
async def test_what_is_nowhere_is_a_problem_like_any_other(world: World, path: str) -> None:
    answer = await world.http.get(path, headers=world.signed_in(new_id()))
    assert answer.status_code == 404
    problem(answer)
