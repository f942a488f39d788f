"""Follows what a service does in the background, phase by phase, to its end."""

import asyncio
from typing import Any

from cli.errors import CommandError
from cli.gateway import Gateway
from cli.progress import bar

_EVERY = 0.2


async def followed(gateway: Gateway, path: str, asked: dict[str, str], doing: str, what: str) -> dict[str, Any]:
    """Ask for it at `path` and wait until it has ended, with a bar a phase, such as "Verifying the ledger".

    Raises CommandError, which names `what` it is, where it could not be finished.
    """
    _, job = await gateway.post(path, asked)
    for name in [phase["name"] for phase in job["phases"]]:
        with bar(f"{doing} the {name}", None) as progress:
            done = 0
            while True:
                phase = next(phase for phase in job["phases"] if phase["name"] == name)
                progress(phase["done"] - done)
                done = phase["done"]
                if job["state"] != "running" or (phase["total"] is not None and done >= phase["total"]):
                    break
                await asyncio.sleep(_EVERY)
                job = await gateway.get(f"{path}/{job['id']}")
    while job["state"] == "running":
        await asyncio.sleep(_EVERY)
        job = await gateway.get(f"{path}/{job['id']}")
    if job["state"] == "failed":
        raise CommandError(f"The {what} could not be finished: {job.get('reason') or 'see audit’s log'}.")
    return dict(job)
