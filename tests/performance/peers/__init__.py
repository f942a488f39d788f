"""Peers: other people's packages that do the same work, measured in the same run on the same servers.

They ask for other versions of what we build on, so they live in an environment of their own, of the dependency group
`bench`, which is made when a peer is first asked for. A peer is a small program in this folder, run as a child process
of that environment: it is given one JSON object, and answers with another on the last line of its output.

This module and the programs import nothing of ours that needs a package.
"""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.local.home import ROOT, default_path

GROUP = "bench"
LONGEST = 600
"""Seconds that a peer may take."""


class PeerError(Exception):
    """Why a peer could not be measured: one sentence, and what the program said."""


async def answer_of(program: str, **asked: object) -> dict[str, Any]:
    """What the peer `tests.performance.peers.{program}` answers to what is asked, JSON values by their names.

    Makes the peers' environment first where it is absent or the lock file has changed, which is told on standard
    error and takes a minute. Raises PeerError where that or the program fails, TimeoutError after ten minutes.
    """
    python = await asyncio.to_thread(environment)
    child = await asyncio.create_subprocess_exec(
        *(str(python), "-P", "-m", f"tests.performance.peers.{program}", json.dumps(asked)),
        env=_settings() | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, complained = await asyncio.wait_for(child.communicate(), LONGEST)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise PeerError(f"The peer {program} ended with code {child.returncode}.\n{complained.decode()[-4000:]}")
    answer: dict[str, Any] = json.loads(said.decode().strip().rpartition("\n")[2])
    return answer


def environment() -> Path:
    """The interpreter of the peers' environment, made now where it does not fit the lock file. Raises PeerError."""
    folder = default_path() / "peers"
    python, stamp, wanted = folder / "bin" / "python", folder / "made-for", _fingerprint()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"Making the peers' environment in {folder} …", file=sys.stderr)  # noqa: T201 - its report
    command = [_installer(), "sync", "--frozen", "--only-group", GROUP, "--project", str(ROOT)]
    made = subprocess.run(
        [*command, "--python", os.path.realpath(sys.executable)],
        env=_settings() | {"UV_PROJECT_ENVIRONMENT": str(folder), "UV_PYTHON_DOWNLOADS": "never"},
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise PeerError(f"The peers' environment could not be made.\n{made.stderr[-4000:]}")
    stamp.write_text(wanted)
    return python


def asked_for() -> dict[str, Any]:
    """In a peer's program: what it was asked."""
    asked: dict[str, Any] = json.loads(sys.argv[1])
    return asked


def tell(**answer: object) -> None:
    """In a peer's program: answer, as the last thing that it does."""
    print(json.dumps(answer), flush=True)  # noqa: T201 - this is the answer


def _installer() -> str:
    """The launcher's own uv, or the one on the path."""
    own = default_path() / "tools" / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if found is None:
        raise PeerError("Peers need uv: begin with ./ascertain, which brings it, or install it.")
    return found


def _fingerprint() -> str:
    parts = (sys.version.encode(), (ROOT / "uv.lock").read_bytes(), (ROOT / "pyproject.toml").read_bytes())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _settings() -> dict[str, str]:
    """The process's own, without what would lead into our environment."""
    return {name: text for name, text in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
