"""What a running stack tells of itself: written into its home at every change, read by whoever asks."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy.errors import StackError
from deploy.local.home import Home, read_json, write_secret
from deploy.setup.databases import Database


@dataclass(frozen=True, slots=True)
class Running:
    """One program of the stack: what it does now, how often it was started again, and how it ended last."""

    state: str
    pid: int | None
    since_ms: int
    restarts: int
    last_end: str | None
    log: str


@dataclass(frozen=True, slots=True)
class Description:
    """Where everything of a stack is. `phase` is `starting`, `up` or `stopping`; `urls` has one base URL a service.

    Holds DSNs with passwords: the file it comes from is readable by the home's owner alone.
    """

    phase: str
    pid: int
    home: str
    tenant: str
    urls: Mapping[str, str]
    bootstrap: str
    topics: tuple[str, ...]
    superuser: str
    databases: Mapping[str, Database]
    programs: Mapping[str, Running]

    def write(self, home: Home) -> None:
        write_secret(home.state, json.dumps(asdict(self), indent=1))


@dataclass(frozen=True, slots=True)
class Operator:
    """The district's first administrator: whom the stack made when it was new, and a personal token to act as them."""

    person: str
    token: str


def describe(home: Home) -> Description | None:
    """What the stack of this home says of itself; None where none runs, whatever an older one left in writing."""
    holder = home.holder()
    if holder is None or not home.state.exists():
        return None
    description = _description(read_json(home.state))
    return description if description.pid == holder else None


def running(home: Home) -> Description:
    """As `describe`. Raises StackError where the stack is not up."""
    description = describe(home)
    if description is None or description.phase != "up":
        raise StackError("The stack is not up. Start it with: ./ascertain up")
    return description


def operator(home: Home) -> Operator:
    """Raises StackError where the stack was never up."""
    if not home.operator.exists():
        raise StackError("There is no administrator yet. Start the stack with: ./ascertain up")
    return Operator(**read_json(home.operator))


def _description(fields: Mapping[str, Any]) -> Description:
    return Description(
        **{
            **fields,
            "topics": tuple(fields["topics"]),
            "databases": {name: Database(**database) for name, database in fields["databases"].items()},
            "programs": {name: Running(**program) for name, program in fields["programs"].items()},
        }
    )


def resident_bytes(pid: int) -> int:
    """The memory of a process and of all its descendants that is its own, in bytes; 0 where it is gone.

    Proportional set size where the kernel tells it, so that what PostgreSQL's processes share is counted once.
    """
    return sum(_memory(process) for process in (pid, *_descendants(pid)))


def _memory(pid: int) -> int:
    for file, word in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            text = Path(f"/proc/{pid}/{file}").read_text()
        except OSError:
            continue
        for line in text.splitlines():
            if line.startswith(word):
                return int(line.split()[1]) * 1024
    return 0


def _descendants(pid: int) -> list[int]:
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in file.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *_descendants(child)]
    return found
