"""Everything by which a process is seen from outside, put around what it serves."""

import asyncio
import time
from collections.abc import Generator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

import asyncpg
import uvicorn
from starlette.types import ASGIApp

from shared.runtime.logging import dropped_fields
from shared.runtime.measuring import Histogram, Measures, Reading
from shared.runtime.metrics import LOG_DROPPED, LOOP_DELAY, POOL, POOL_BUSY, POOL_LIMIT, POOL_SIZE
from shared.runtime.observed import Inside, Observed
from shared.runtime.serve import Worker
from shared.runtime.settings import Settings
from shared.runtime.tracing import Tracing, start_tracing

TICK = 0.25
"""Seconds between two looks at how late the event loop is."""


@dataclass(frozen=True, slots=True)
class Observing:
    """What a process measures and traces. Where `public`, its own port is for everyone, and `/metrics` not on it."""

    measures: Measures
    tracing: Tracing | None
    public: bool = False

    @classmethod
    def of(cls, service: str, *, public: bool = False) -> "Observing":
        """For a process of `service`, traced if the environment asks for it."""
        return cls(Measures(service), start_tracing(service), public)

    def surround(
        self, app: ASGIApp | None, workers: Mapping[str, Worker], settings: Settings
    ) -> tuple[ASGIApp | None, dict[str, Worker]]:
        """The application and the workers of a process as they are to be run: measured, with `/metrics`.

        A process without HTTP of its own tells its metrics on its port, if it is given one.
        """
        delay = LoopDelay()
        self.measures.read_by(delay.read, read_pools, _read_logs)
        outer: ASGIApp | None = None
        if app is not None:
            outer = observed = Observed(app, self.tracing)
            self.measures.read_by(observed.read)
        running = {**workers, "loop delay": delay.run}
        if settings.metrics_port is not None:
            inside = Inside(self.measures, None)
            running["metrics"] = _Listener(inside, settings.host, settings.metrics_port).run
        elif not self.public and (outer is not None or settings.port):
            outer = Inside(self.measures, outer)
        return outer, running

    async def close(self) -> None:
        """Let the last traces leave."""
        if self.tracing is not None:
            await asyncio.to_thread(self.tracing.close)


class LoopDelay:
    """Looks how late the event loop comes back to a timer."""

    def __init__(self) -> None:
        self._late = Histogram(LOOP_DELAY)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            self._late.observe(max(0.0, time.perf_counter() - due))

    async def read(self, reading: Reading) -> None:
        reading.histogram(LOOP_DELAY, self._late)


_pools: dict[asyncpg.Pool, str] = {}


def watch_pool(opened: AsyncExitStack, pool: asyncpg.Pool, name: str) -> None:
    """Let the pool be measured until `opened` is closed; `name` is that of `connect`: a service and a purpose."""
    purpose = name.partition(" ")[2]
    _pools[pool] = purpose if purpose in POOL.values else "other"
    opened.callback(_pools.pop, pool, None)


async def read_pools(reading: Reading) -> None:
    """How many connections are open and in use, by what they are for. A `Reader`."""
    sums: dict[str, list[int]] = {}
    for pool, purpose in _pools.items():
        if not pool.is_closing():
            known = sums.setdefault(purpose, [0, 0, 0])
            size = pool.get_size()
            for n, more in enumerate((size, pool.get_max_size(), size - pool.get_idle_size())):
                known[n] += more
    for purpose, (size, limit, busy) in sums.items():
        reading.number(POOL_SIZE, size, purpose)
        reading.number(POOL_LIMIT, limit, purpose)
        reading.number(POOL_BUSY, busy, purpose)


async def _read_logs(reading: Reading) -> None:
    reading.number(LOG_DROPPED, dropped_fields())


class _Listener:
    """`/metrics` on a port of its own, as a worker."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._config = uvicorn.Config(
            app, host=host, port=port, log_config=None, access_log=False, server_header=False, lifespan="off", ws="none"
        )

    async def run(self) -> None:
        server = _Server(self._config)
        try:
            await server.serve()
        except asyncio.CancelledError:
            server.should_exit = server.force_exit = True
            await server.shutdown()
            raise


class _Server(uvicorn.Server):
    """Leaves signals to `shared.runtime.serve`."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
