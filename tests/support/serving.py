"""Real HTTP servers on the loopback, within the test's own event loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

from deploy.local.ports import LOOPBACK, free_port
from shared.runtime.heads import HeadBoundedProtocol


class _Server(uvicorn.Server):
    """Leaves signals to pytest."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, *, port: int | None = None) -> AsyncIterator[str]:
    """Serve the application on a port of its own (or this one); gives its URL."""
    port = port or free_port()
    server = _Server(
        uvicorn.Config(
            app,
            host=LOOPBACK,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            http=HeadBoundedProtocol,
            ws="none",
            lifespan="off",
        )
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
            raise OSError(f"no server came up on port {port}")
        await asyncio.sleep(0.01)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        server.force_exit = True
        await task
