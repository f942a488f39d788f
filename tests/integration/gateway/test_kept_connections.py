"""A service that ends a connection that the gateway kept: what may be asked again is, no body is sent by halves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.gateway.domain.route import Service
from tests.support.gateway import World, problem
from tests.support.relations import new_id

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@asynccontextmanager
async def hanging_up_once(world: World, service: Service) -> AsyncIterator[list[bytes]]:
    """`service` answers its first request, ends the connection as the second one comes, and answers from then on.

    Gives the heads that came.
    """
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                heads.append(await reader.readuntil(b"\r\n\r\n"))
            except asyncio.IncompleteReadError:
                break
            if len(heads) == 2:
                break
            writer.write(ANSWER)
        writer.close()

    client, before = world.clients[service], world.clients[service].url
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        client.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield heads
        finally:
            client.url = before


async def test_what_only_reads_is_asked_again(world: World) -> None:
    path, headers = f"/v1/evidence/{new_id()}", world.signed_in(new_id())
    async with hanging_up_once(world, "evidence") as heads:
        assert (await world.http.get(path, headers=headers)).status_code == 200
        assert (await world.http.get(path, headers=headers)).status_code == 200
    assert len(heads) == 3


async def test_a_write_is_not_sent_twice_by_the_gateway(world: World) -> None:
    headers = world.signed_in(new_id())
    async with hanging_up_once(world, "evidence") as heads:
        assert (await world.http.get(f"/v1/evidence/{new_id()}", headers=headers)).status_code == 200
        answer = await world.http.post("/v1/evidence", content=b"{}", headers=headers)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    problem(answer)
    assert len(heads) == 2


async def test_a_document_in_parts_is_not_begun_again_without_those_that_are_gone(world: World) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * 10
            await asyncio.sleep(0)

    path, headers = f"/v1/documents/{'ab' * 32}", world.signed_in(new_id())
    async with hanging_up_once(world, "evidence") as heads:
        assert (await world.http.get(f"/v1/evidence/{new_id()}", headers=headers)).status_code == 200
        answer = await world.http.put(path, content=parts(), headers=headers)
    assert answer.status_code == 503
    assert len(heads) == 2
