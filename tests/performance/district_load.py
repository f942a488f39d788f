"""A district on the whole embedded stack, and callers that ask its gateway at a steady rate.

Calls begin when they are due, however long those before them take, and how long one took counts from when it was due:
a system that stalls cannot make its own load lighter.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import orjson

from deploy.local.home import open_home
from deploy.local.stack import Stack
from shared.runtime.keys import SigningKey
from shared.runtime.tokens import AccessTokens
from tests.support.running import SmallDistrict, administrator, small_district, until_applied

PEOPLE = 40
"""Administrators who call; the gateway lets each of them ask a hundred times a second."""

CONNECTIONS = 200
"""Connections of all callers together; who finds none free waits, and the wait counts."""

AGAIN = 0.1
"""Seconds until a call that was not answered, or with 503, is made again under the same ids."""

FRESH = 120.0
"""Seconds after which a person's access token is minted anew, before it expires."""


@dataclass(slots=True)
class Waits:
    """How long things took, in seconds."""

    seconds: list[float] = field(default_factory=list)

    def within(self, share: float) -> float:
        """Milliseconds within which this share of them ended."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else float("nan")


class Wire:
    """Bare HTTP/1.1 over kept connections: a client library would take more of the machine than what is measured."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._host, self._port, self._name = place.hostname, place.port, place.netloc
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._free = asyncio.Semaphore(CONNECTIONS)
        self.again = 0

    async def call(self, method: str, path: str, token: str, body: bytes = b"") -> tuple[int, bytes, bytes]:
        """Status, head in lower case, and content; asked again until the answer is known, and counted in `again`."""
        async with self._free:
            while True:
                try:
                    status, head, content = await self._called(method, path, token, body)
                    if status != 503:
                        return status, head, content
                except (OSError, EOFError):
                    pass
                self.again += 1
                await asyncio.sleep(AGAIN)

    async def _called(self, method: str, path: str, token: str, body: bytes) -> tuple[int, bytes, bytes]:
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection(self._host, self._port)
        writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: {self._name}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        content = await (_chunks(reader) if b"transfer-encoding: chunked" in head else _sized(reader, head))
        self._idle.append((reader, writer))
        return int(head[9:12]), head, content

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()


async def _sized(reader: asyncio.StreamReader, head: bytes) -> bytes:
    return await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append((await reader.readexactly(size + 2))[:-2])
    await reader.readexactly(2)
    return b"".join(parts)


class Caller:
    """Records evidence and reads levels through the gateway; keeps what was sent and what was acknowledged."""

    def __init__(self, stack: Stack, district: SmallDistrict, people: list[str], seed: int) -> None:
        self._wire = Wire(stack.urls["gateway"])
        self._minting = AccessTokens(stack.tenant, SigningKey.read(stack.home.keys, "gateway"))
        self._district, self._people = district, people
        self._tokens: dict[str, tuple[float, str]] = {}
        self._random = random.Random(seed)
        self.sent: set[str] = set()
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.events = 0
        self.learners, self.documents = district.learners, district.documents

    async def record(self, number: int) -> str:
        """Record so many attempts in one request; the last one's position, as `at_least` takes it."""
        items = [self._item() for _ in range(number)]
        self.sent.update(item["id"] for item in items)
        body = orjson.dumps(items if number > 1 else items[0])
        status, _, content = await self._wire.call("POST", "/v1/evidence", self._token(), body)
        if status not in {200, 201, 207}:
            raise AssertionError(f"{status}: {content[:300].decode()}")
        receipts = orjson.loads(content)
        for receipt in receipts if number > 1 else [receipts]:
            self.acknowledged[receipt["id"]] = {"position": receipt["position"]}
        self.events += number
        place = self.acknowledged[items[-1]["id"]]["position"]
        return f"{items[-1]['body']['learner']} evidence:{place['shard']}:{place['position']}"

    async def seen(self, receipt: str) -> None:
        """Wait until a level shows what `record` has just recorded. Raises AssertionError where it never does."""
        learner, _, at_least = receipt.partition(" ")
        path = f"/v1/learners/{learner}/mastery?at_least={at_least}"
        status, head, content = await self._wire.call("GET", path, self._token())
        if status != 200:
            raise AssertionError(f"{status}: {content[:300].decode()}")
        _, shard, position = at_least.split(":")
        shown = dict(pin.rsplit(":", 1) for pin in _position(head).split(","))
        if int(shown.get(f"evidence:{shard}", 0)) < int(position):
            await self.seen(receipt)

    async def read(self) -> None:
        """Read the levels of some learner."""
        learner = self._random.choice(self._district.learners)
        status, _, content = await self._wire.call("GET", f"/v1/learners/{learner}/mastery", self._token())
        if status != 200:
            raise AssertionError(f"{status}: {content[:300].decode()}")

    @property
    def again(self) -> int:
        """How many calls were made once more, for they were not answered, or with 503."""
        return self._wire.again

    def close(self) -> None:
        self._wire.close()

    def _token(self) -> str:
        person, now = self._random.choice(self._people), time.monotonic()
        until, token = self._tokens.get(person, (0.0, ""))
        if now >= until:
            token = self._minting.mint(person)
            self._tokens[person] = now + FRESH, token
        return token

    def _item(self) -> dict[str, Any]:
        chance = self._random
        result = {
            "competency": chance.choice(self._district.competencies),
            "earned": str(chance.randint(0, 4)),
            "possible": "4",
        }
        body = {"learner": chance.choice(self._district.learners), "purpose": "practice", "results": [result]}
        moment = f"2026-10-{chance.randint(1, 28):02d}T09:00:{chance.randint(0, 59):02d}.000Z"
        id_ = str(UUID(int=chance.getrandbits(128), version=4))
        return {"id": id_, "type": "AttemptRecorded", "occurred_at": moment, "body": body}


def _position(head: bytes) -> str:
    return head.partition(b"ascertain-position:")[2].split(b"\r\n", 1)[0].strip().decode()


async def steadily(rate: float, seconds: float, call: Callable[[], Awaitable[Any]], waits: Waits) -> None:
    """Begin a call `rate` times a second, for so long; returns when the last has ended. Raises what a call raises."""
    begun = time.perf_counter()
    calls: set[asyncio.Task[None]] = set()

    async def one(due: float) -> None:
        await call()
        waits.seconds.append(time.perf_counter() - due)

    for number in range(int(rate * seconds)):
        due = begun + number / rate
        if (rest := due - time.perf_counter()) > 0:
            await asyncio.sleep(rest)
        task = asyncio.create_task(one(due))
        calls.add(task)
        if number % 256 == 0:
            ended = {task for task in calls if task.done()}
            for task in ended:
                task.result()
            calls -= ended
    await asyncio.gather(*calls)


@asynccontextmanager
async def loaded_district(folder: Path, *, learners: int, competencies: int) -> AsyncIterator[tuple[Stack, Caller]]:
    """A new stack in `folder` with such a district, everything applied, and a caller of it; erased afterwards."""
    home = open_home(folder)
    try:
        async with Stack(home) as stack, loaded(stack, learners=learners, competencies=competencies) as caller:
            yield stack, caller
    finally:
        home.erase()


@asynccontextmanager
async def loaded(stack: Stack, *, learners: int, competencies: int) -> AsyncIterator[Caller]:
    """The same on a stack that runs."""
    async with administrator(stack) as gateway:
        district = await small_district(gateway, learners=learners, competencies=competencies)
        people = [str(uuid4()) for _ in range(PEOPLE)]
        for person in people:
            await gateway.post(
                "/v1/roles", {"person": person, "role": "administrator", "scope": "district"}, key=person
            )
    await until_applied(stack)
    caller = Caller(stack, district, people, seed=20261128)
    try:
        yield caller
    finally:
        caller.close()
