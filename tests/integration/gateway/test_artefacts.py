"""Files of works: sent on to an origin of their own, with a ticket that is good once, and shown as downloads alone."""

from typing import Any

import asyncpg
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deploy.setup.databases import Database
from services.gateway.domain.artefact_tickets import LIFE
from services.gateway.http.artefacts import POLICY, PREFIX
from shared.runtime.disclosing import disclose
from tests.support.gateway import World, problem
from tests.support.relations import new_id

REF = "5e" * 32
CONTENT = b"<script>alert(document.cookie)</script>"


def file_of(learner: str, seer: str) -> Any:
    """A service that gives one file to one person, and to everyone else says that there is none."""

    async def answer(request: Request) -> Response:
        if request.url.path != f"/artefacts/{REF}" or request.query_params["person"] != seer:
            return JSONResponse({}, 404)
        headers = {"Content-Disposition": "attachment; filename=\"x.txt\"; filename*=UTF-8''x.txt", "X-Own": "no"}
        return disclose(Response(CONTENT, headers=headers, media_type="text/plain; charset=utf-8"), "file", [learner])

    return answer


@pytest.fixture
def learner() -> str:
    return new_id()


async def sent_on(world: World, person: str) -> str:
    answer = await world.http.get(f"/v1/artefacts/{REF}", headers=world.signed_in(person))
    assert (answer.status_code, answer.content) == (303, b""), answer.text
    return answer.headers["location"]


async def had(world: World, location: str, method: str = "GET", **headers: str) -> httpx.Response:
    """What the origin of files answers: by its name, at the one address that this machine has."""
    url = httpx.URL(location)
    return await world.http.request(method, url.raw_path.decode(), headers={"Host": url.netloc.decode(), **headers})


async def test_a_file_is_a_download_from_another_origin_and_once(
    world: World, pool: asyncpg.Pool, learner: str
) -> None:
    seer = new_id()
    world.services["evidence"].answer = file_of(learner, seer)
    location = await sent_on(world, seer)
    assert httpx.URL(location).host != httpx.URL(world.url).host
    answer = await had(world, location)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert not {"set-cookie", "x-own", "ascertain-discloses"} & answer.headers.keys()
    assert (await had(world, location)).status_code == 404
    shown = await pool.fetch("SELECT person::text, what FROM gateway.disclosures WHERE learner = $1", learner)
    assert [tuple(row) for row in shown] == [(seer, "file")]


async def test_each_origin_answers_its_own_alone(world: World, learner: str) -> None:
    world.services["evidence"].answer = file_of(learner, learner)
    location = await sent_on(world, learner)
    ours = await world.http.get(httpx.URL(location).path)
    assert ours.status_code == 404
    for path in ("/", "/v1/openapi.json", "/health", "/sign-in", f"/v1/artefacts/{REF}", PREFIX, f"{PREFIX}x"):
        beside = await had(world, str(httpx.URL(location).copy_with(path=path)), **world.signed_in(learner))
        assert (beside.status_code, problem(beside)["type"]) == (404, "urn:ascertain:problem:not-found"), path
    for method in ("POST", "HEAD", "OPTIONS"):
        assert (await had(world, location, method)).status_code == 404
    assert (await had(world, location)).status_code == 200


async def test_who_may_not_see_it_has_no_ticket(world: World, pool: asyncpg.Pool, learner: str) -> None:
    world.services["evidence"].answer = file_of(learner, learner)
    before = await pool.fetchval("SELECT count(*) FROM gateway.artefact_ticket")
    answer = await world.http.get(f"/v1/artefacts/{REF}", headers=world.signed_in(new_id()))
    assert answer.status_code == 404
    assert (await world.http.get(f"/v1/artefacts/{REF}")).status_code == 401
    assert await pool.fetchval("SELECT count(*) FROM gateway.artefact_ticket") == before
    assert not await pool.fetch("SELECT FROM gateway.disclosures WHERE learner = $1", learner)


async def test_a_ticket_ends_and_rights_are_asked_again(world: World, database: Database, learner: str) -> None:
    world.services["evidence"].answer = file_of(learner, learner)
    late = await sent_on(world, learner)
    owner = await asyncpg.connect(database.migrator)
    try:
        await owner.execute("UPDATE gateway.artefact_ticket SET ends_ms = ends_ms - $1", LIFE)
    finally:
        await owner.close()
    assert (await had(world, late)).status_code == 404
    taken_back = await sent_on(world, learner)
    world.services["evidence"].answer = file_of(learner, new_id())
    assert (await had(world, taken_back)).status_code == 404
