"""Clients of `POST /v1/evidence` over bare connections: a client library would take more than what is measured.

They run in this process, beside the server's and PostgreSQL's: what they take of the two processors is counted, and so
is what the server takes, for on a busy machine only that can be compared.
"""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

CLIENTS = 64
SECONDS = 4.0
WARM_UP = 1.0

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Target:
    """A server to be asked: where, and which process it is."""

    url: str
    process: int

    def spent(self) -> float:
        """Seconds of processor time that it has taken so far, threads included."""
        times = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(times[11]) + int(times[12])) / _TICKS


@dataclass(slots=True)
class Load:
    """What the clients saw: answers a second, and how long each took.

    `busy` is how much of one processor the clients took, `spent` the server's own time for one answer, in µs.
    """

    waits: list[float] = field(default_factory=list)
    answers: int = 0
    busy: float = 0.0
    spent: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.waits) / SECONDS

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        return sorted(self.waits)[int(len(self.waits) * share)] * 1000


async def load(target: Target, tokens: Sequence[str], bodies: Iterator[bytes]) -> Load:
    """Keep 64 clients busy, each with its token on a connection of its own; only what came after the warm-up counts."""
    result = Load()
    begun, own, spent = time.perf_counter(), time.process_time(), target.spent()
    clients = (_client(target.url, tokens[n % len(tokens)], bodies, begun, result) for n in range(CLIENTS))
    await asyncio.gather(*clients)
    result.busy = (time.process_time() - own) / (time.perf_counter() - begun)
    result.spent = (target.spent() - spent) / result.answers * 1e6
    return result


async def _client(url: str, token: str, bodies: Iterator[bytes], begun: float, result: Load) -> None:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    head = (
        f"POST /v1/evidence HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()
    try:
        while (sent := time.perf_counter()) < begun + WARM_UP + SECONDS:
            body = next(bodies)
            writer.write(b"%b%d\r\n\r\n%b" % (head, len(body), body))
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
            content = await reader.readexactly(length)
            if b" 201 " not in answer[:16]:
                raise AssertionError(content.decode())
            result.answers += 1
            if sent >= begun + WARM_UP:
                result.waits.append(time.perf_counter() - sent)
    finally:
        writer.close()
