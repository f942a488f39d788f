"""What passes the gateway to a service and back, and what does not."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from services.gateway.domain.route import BATCH, DOCUMENT, SMALL, Route
from services.gateway.domain.routes import ROUTES
from services.gateway.http import forwarding
from shared.runtime.bounds import MAX_HEADERS
from tests.support.gateway import World, gateway_world, problem
from tests.support.relations import new_id
from tests.support.serving import serving

PERSON = "5f1d7a3e-2b64-4c0a-9d55-0c6f2a9b7e11"  # the same in every process that collects these tests
BEHIND = [route for route in ROUTES if route.service != "gateway"]


def filled(template: str) -> str:
    return re.sub(r"\{[a-z_]+\}", lambda _: new_id(), template.replace("{digest}", "ab" * 32))


@pytest.mark.parametrize("route", BEHIND, ids=lambda route: f"{route.method} {route.template}")
async def test_every_route_reaches_the_service_that_owns_it(world: World, route: Route) -> None:
    path, headers = filled(route.template), world.signed_in(PERSON)
    answer = await world.http.request(route.method, f"{path}?at_least=evidence:1:2&q=%2e%2e", headers=headers)
    assert answer.status_code == 200
    seen = answer.json()
    assert (seen["service"], seen["method"], seen["path"]) == (route.service, route.method, path)
    assert seen["query"] == "at_least=evidence:1:2&q=%2e%2e"


@pytest.mark.parametrize(
    "path",
    [
        "/ledger/heads",
        "/ledger/evidence/0",
        f"/ledger/owners/{PERSON}",
        f"/documents/{'ab' * 32}",
        "/mastery/states",
        f"/mastery/learners/{PERSON}/states",
        "/mastery/kept",
        "/openapi.json",
        "/v1",
        "/v1/",
        "//",
        "/v1/ledger/heads",
        "/v1/evidence/",
        "/v1//evidence",
        "//v1/evidence",
        "//evidence.internal/v1/evidence",
        "/v1/evidence/..",
        "/v1/evidence/.",
        "/v1/evidence/../../ledger/heads",
        "/v1/evidence/x/../../../ledger/heads",
        "/v1/learners/../../ledger/x/mastery",
        "/v1/learners/x/../../../ledger/heads",
        "/v1/evidence/%2e%2e",
        "/v1/evidence/%2e%2e%2f%2e%2e%2fledger%2fheads",
        "/v1/evidence/..%2f..%2fledger%2fheads",
        "/v1/evidence/%252e%252e",
        "/v1/evidence/x%2fvoid",
        "/v1/evidence/x%00",
        "/v1/evidence/x%0d%0aX-Header:1",
        "/v1/evidence/..;/",
        "/v1/evidence/x;y=z",
        "/v1/evidence\\..\\ledger",
        "/v1/evidence/%5c..%5cledger",
        "/v1/EVIDENCE",
        "/V1/evidence",
        "/v1/evidence/" + "x" * 600,
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_doors_and_tricks_lead_nowhere(world: World, path: str, method: str) -> None:
    token = world.signed_in(PERSON)["Authorization"]
    status, body = await asked_raw(world, f"{method} {path} HTTP/1.1", f"Authorization: {token}", "Content-Length: 0")
    assert status == 404, body
    assert '"urn:ascertain:problem:not-found"' in body
    assert world.untouched


async def asked_raw(world: World, *lines: str, body: str = "") -> tuple[int, str]:
    """Status and text of the answer to a request written by hand, which no client library tidies up."""
    host, port = world.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = [lines[0], "Host: gateway", "Connection: close", *lines[1:]]
    writer.write(("\r\n".join(head) + "\r\n\r\n" + body).encode("latin-1"))
    answer = (await asyncio.wait_for(reader.read(), 20)).decode("latin-1")
    writer.close()
    return int(answer.split(" ", 2)[1]), answer


async def test_an_absolute_address_leads_to_no_other_host(world: World) -> None:
    token = world.signed_in(PERSON)["Authorization"]
    status, _ = await asked_raw(world, "GET http://127.0.0.1:1/ledger/heads HTTP/1.1", f"Authorization: {token}")
    assert status == 404
    assert world.untouched


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT", "OPTIONS", "TRACE", "HEAD"])
async def test_other_methods_are_told_which_there_are(world: World, method: str) -> None:
    answer = await world.http.request(method, "/v1/evidence", headers=world.signed_in(PERSON))
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert world.untouched


async def test_only_headers_that_a_service_needs_reach_it(world: World) -> None:
    needed = {
        "Idempotency-Key": "k",
        "If-Match": '"1"',
        "Accept": "application/json",
        "Content-Type": "application/json",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    others = {
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Host": "attacker.test",
        "X-Person": new_id(),
        "Cookie": "session=1",
        "Forwarded": "for=10.0.0.1",
        "X-HTTP-Method-Override": "DELETE",
        "Keep-Alive": "1",
        "TE": "trailers",
        "Upgrade": "h2c",
        "Proxy-Authorization": "Basic x",
        "Accept-Encoding": "gzip",
    }
    token = world.signed_in(PERSON)
    answer = await world.http.post("/v1/evidence", content=b"{}", headers=token | needed | others)
    seen = answer.json()["headers"]
    assert seen.keys() <= {*(name.lower() for name in needed), "authorization", "content-length", "host"}
    assert seen["authorization"] == token["Authorization"]
    assert seen["idempotency-key"] == "k"
    assert seen["host"] == world.urls["evidence"].removeprefix("http://")


async def test_an_answer_loses_only_what_belongs_to_one_hop(world: World) -> None:
    answer = await world.http.get(f"/v1/evidence/{new_id()}", headers=world.signed_in(PERSON))
    assert answer.headers["ascertain-position"] == "evidence:1:1"
    assert "x-of-this-hop" not in answer.headers
    assert not {"server", "set-cookie"} & answer.headers.keys()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_problem_passes_as_it_is(world: World) -> None:
    async def stale(_request: Request) -> Response:
        body = {"type": "urn:ascertain:problem:stale", "title": "t", "status": 409, "detail": "d", "version": 7}
        return JSONResponse(body, 409, media_type="application/problem+json", headers={"Retry-After": "9"})

    world.services["evidence"].answer = stale
    answer = await world.http.post("/v1/evidence", json={}, headers=world.signed_in(PERSON))
    assert problem(answer)["version"] == 7
    assert answer.headers["retry-after"] == "9"


async def test_a_body_is_passed_on_as_it_comes(world: World) -> None:
    """The service sees the first part before the client has sent the second."""
    first_seen = asyncio.Event()

    async def reads(request: Request) -> Response:
        parts = []
        async for part in request.stream():
            parts.append(part)
            first_seen.set()
        return Response(b"".join(parts))

    async def sent() -> AsyncIterator[bytes]:
        yield b"first"
        await asyncio.wait_for(first_seen.wait(), 10)
        yield b"second"

    world.services["evidence"].answer = reads
    answer = await world.http.post("/v1/evidence", content=sent(), headers=world.signed_in(PERSON))
    assert answer.content == b"firstsecond"


async def test_an_answer_is_passed_back_as_it_comes(world: World) -> None:
    """The client sees the first part before the service has sent the second."""
    first_seen = asyncio.Event()

    async def answers(_request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first"
            await asyncio.wait_for(first_seen.wait(), 10)
            yield b"second"

        return StreamingResponse(parts())

    world.services["audit"].answer = answers
    path = f"/v1/learners/{new_id()}/history"
    async with world.http.stream("GET", path, headers=world.signed_in(PERSON)) as answer:
        parts = answer.aiter_raw()
        assert await anext(parts) == b"first"
        first_seen.set()
        assert await anext(parts) == b"second"


@pytest.mark.parametrize(
    ("method", "template", "most"),
    [
        ("POST", "/v1/evidence", BATCH),
        ("PUT", f"/v1/documents/{'ab' * 32}", DOCUMENT),
        ("POST", "/v1/adoptions", SMALL),
    ],
)
@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_may_be_so_large_and_no_larger(
    world: World, method: str, template: str, most: int, chunked: bool
) -> None:
    async def parts(size: int) -> AsyncIterator[bytes]:
        for start in range(0, size, 1 << 16):
            yield b" " * min(1 << 16, size - start)

    async def send(size: int) -> httpx.Response:
        content = parts(size) if chunked else b" " * size
        return await world.http.request(method, template, content=content, headers=world.signed_in(PERSON))

    fits = await send(most)
    assert (fits.status_code, fits.json()["size"]) == (200, most)
    refused = await send(most + 1)
    assert refused.status_code == 413
    assert str(most) in problem(refused)["detail"]


async def test_a_head_that_is_too_large(world: World) -> None:
    answer = await world.http.get("/health", headers={"X-Large": "x" * MAX_HEADERS})
    assert answer.status_code == 431
    problem(answer)


async def test_a_compressed_body_is_refused_unread(world: World) -> None:
    headers = world.signed_in(PERSON) | {"Content-Encoding": "gzip"}
    answer = await world.http.post("/v1/evidence", content=b"\x1f\x8b", headers=headers)
    assert answer.status_code == 415
    problem(answer)
    assert world.untouched


async def test_nobody_gets_behind_the_door_without_a_token(world: World) -> None:
    for headers in ({}, {"Authorization": "Bearer x.y.z"}):
        for route in (route for route in BEHIND if not route.open):
            answer = await world.http.request(route.method, filled(route.template), headers=headers)
            assert answer.status_code == 401, route
            problem(answer)
    assert world.untouched


async def test_two_authorizations_are_none(world: World) -> None:
    token = world.signed_in(PERSON)["Authorization"]
    line = f"GET /v1/evidence/{new_id()} HTTP/1.1"
    status, _ = await asked_raw(world, line, f"Authorization: {token}", f"Authorization: {token}")
    assert status == 401
    assert world.untouched


async def test_one_service_that_is_down_leaves_the_others(pool: asyncpg.Pool, tmp_path: Path) -> None:
    async with gateway_world(pool, tmp_path, down=("mastery",)) as world:
        learner = new_id()
        down = await world.http.get(f"/v1/learners/{learner}/mastery", headers=world.signed_in(PERSON))
        assert down.status_code == 503
        assert int(down.headers["retry-after"]) >= 1
        assert "mastery" in problem(down)["detail"]
        assert "127.0.0.1" not in down.text
        up = await world.http.get(f"/v1/learners/{learner}/history", headers=world.signed_in(PERSON))
        assert up.status_code == 200


async def test_a_service_that_hangs_up_without_an_answer(world: World) -> None:
    async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(hangs_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        world.clients["evidence"].url = f"http://127.0.0.1:{port}"
        answer = await world.http.post("/v1/evidence", json={}, headers=world.signed_in(PERSON))
        assert answer.status_code == 503
        problem(answer)


async def test_half_an_answer_never_looks_whole(world: World) -> None:
    async def breaks_off(_request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            yield b"half"
            raise ConnectionResetError

        return StreamingResponse(parts())

    world.services["audit"].answer = breaks_off
    with pytest.raises(httpx.RemoteProtocolError):
        await world.http.get(f"/v1/learners/{new_id()}/history", headers=world.signed_in(PERSON))


async def test_a_client_that_dawdles_within_a_body(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarding, "BODY_PAUSE", 0.2)
    token = world.signed_in(PERSON)["Authorization"]
    lines = ("POST /v1/evidence HTTP/1.1", f"Authorization: {token}", "Content-Length: 10")
    status, _ = await asked_raw(world, *lines, body="12345")
    assert status == 408


async def test_a_service_that_comes_back_answers_again(world: World) -> None:
    port = free_listening_port()
    world.clients["audit"].url = f"http://127.0.0.1:{port}"
    path, headers = f"/v1/learners/{new_id()}/history", world.signed_in(PERSON)
    assert (await world.http.get(path, headers=headers)).status_code == 503
    async with serving(world.services["audit"].app(), port=port):
        assert (await world.http.get(path, headers=headers)).status_code == 200
    assert (await world.http.get(path, headers=headers)).status_code == 503
    async with serving(world.services["audit"].app(), port=port):
        assert (await world.http.get(path, headers=headers)).status_code == 200


def free_listening_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
