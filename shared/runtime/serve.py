"""Runs a service's roles in one process: HTTP and workers on one event loop, stopped together and gracefully."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp

from shared.runtime.heads import HeadBoundedProtocol

GRACE = 4.0
"""Seconds that requests and workers have to end once a stop is asked for."""

Worker = Callable[[], Awaitable[None]]
"""Runs until cancelled. Whatever else it raises ends the process, which its supervisor then starts again."""

_log = structlog.get_logger()


async def serve(app: ASGIApp | None, *, host: str, port: int, workers: Mapping[str, Worker]) -> None:
    """Serve `app` (None: no HTTP role) and run the workers until SIGTERM or SIGINT.

    Raises the first worker's exception where one fails; a worker that ends by itself counts as failed too.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = _server(app, host, port) if app is not None else None
    tasks = {asyncio.ensure_future(run()): name for name, run in workers.items()}
    http = asyncio.ensure_future(server.serve()) if server is not None else None
    asked = asyncio.ensure_future(stop.wait())
    _collect_little_and_often()
    running: set[asyncio.Future[Any]] = {asked, *tasks, *([http] if http is not None else [])}
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(server, http, set(tasks))
        asked.cancel()
    for task in done - {asked}:
        name = next((name for worker, name in tasks.items() if worker is task), "http")
        _log.error("a role ended", role=name, error=task.exception())
        raise task.exception() or RuntimeError(f"The role {name} ended by itself.")


def _collect_little_and_often() -> None:
    """What is loaded is never looked at again; of what is new a pause looks at a few thousand objects, some 10 ms.

    Whatever makes cycles (a page's templates do, hundreds of objects each time) is gone after the next pause, however
    seldom there is one: to wait for ten times as many makes it ten times as long, and all who ask meanwhile wait.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 500)


def _server(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whoever writes X-Forwarded-For would choose the address that is counted
        timeout_graceful_shutdown=int(GRACE),
        timeout_keep_alive=75,
        http=HeadBoundedProtocol,
        loop="uvloop",
        ws="none",
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """Leaves signals to `serve`, which stops the workers too."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


async def _end(
    server: uvicorn.Server | None, http: "asyncio.Future[None] | None", tasks: "set[asyncio.Future[None]]"
) -> None:
    if server is not None and http is not None:
        server.should_exit = True
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(http), GRACE)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=GRACE)
