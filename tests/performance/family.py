"""What this process and all that it has started use, as the kernel tells it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_FOLDING = (b"services.mastery.folds", b"services.mastery.trials")


class Member(NamedTuple):
    """A process: `seconds` of processor time; `resident` bytes.

    `role` is "service" for this process, "folding" for one that folds for it, "servers" for every other.
    """

    seconds: float
    resident: int
    role: str


def family() -> list[Member]:
    """This process and everything that came of it; what has ended, as one that has folded."""
    parents: dict[int, int] = {}
    ended = sum(os.times()[2:4])
    members = {0: Member(ended, 0, "folding")}
    for pid, fields in _processes():
        parents[pid] = int(fields[1])
        ticks = sum(map(int, fields[11:13]))
        seconds, resident = ticks / os.sysconf("SC_CLK_TCK"), int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
        members[pid] = Member(seconds, resident, _role(pid))
    return [member for pid, member in members.items() if not pid or _descends(pid, parents)]


def _descends(pid: int, parents: dict[int, int]) -> bool:
    while pid not in (0, os.getpid()):
        pid = parents.get(pid, 0)
    return pid != 0


def _processes() -> Iterator[tuple[int, list[str]]]:
    """Each process that can be looked at, and the fields of its stat from the state on."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except OSError:  # it has ended meanwhile
            continue
        yield int(folder.name), stat.rpartition(")")[2].split()


def _role(pid: int) -> str:
    if pid == os.getpid():
        return "service"
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        return "folding" if any(module in command for module in _FOLDING) else "servers"
    except OSError:
        return "servers"
