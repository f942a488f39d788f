"""The machine: versions, disk and memory."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from cli.doctor.findings import Finding

GIB = 2**30
DISK_LEAST, MEMORY_LEAST = 2 * GIB, 1 * GIB
"""Bytes below which PostgreSQL or Kafka soon stop, and below which a stack of this size does not start."""

MACHINES = ("x86_64", "aarch64")
GLIBC_LEAST = (2, 28)


def look_at_machine(folder: Path) -> Iterator[Finding]:
    yield _python()
    yield _library()
    yield disk(folder, shutil.disk_usage(folder).free)
    yield memory(Path("/proc/meminfo"))


def _python() -> Finding:
    version = platform.python_version()
    if sys.version_info < (3, 11):  # noqa: UP036  (whoever runs it may have an older one)
        return Finding("Python", version, "Install Python 3.11 or newer.")
    return Finding("Python", version)


def _library() -> Finding:
    machine, (name, version) = platform.machine(), platform.libc_ver()
    said = f"{machine}, {name or 'a C library without a name'} {version}".strip()
    if machine not in MACHINES or sys.platform != "linux":
        return Finding("architecture", said, f"The packages are made for Linux on {' and '.join(MACHINES)}.")
    if name != "glibc" or tuple(int(part) for part in version.split(".")[:2]) < GLIBC_LEAST:
        return Finding("architecture", said, "The embedded servers need glibc 2.28 or newer; use the containers.")
    return Finding("architecture", said)


def disk(folder: Path, free: int) -> Finding:
    said = f"{free / GIB:.1f} GiB free under {folder}"
    if free < DISK_LEAST:
        return Finding("disk", said, "Make room: a full disk stops the record, though it loses nothing.")
    return Finding("disk", said)


def memory(file: Path) -> Finding:
    """As the kernel tells it, in the form of /proc/meminfo."""
    try:
        lines = dict(line.split(":", 1) for line in file.read_text().splitlines() if ":" in line)
        available = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, LookupError, ValueError):
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return Finding("memory", f"{total / GIB:.1f} GiB in all; how much is available is not told")
    said = f"{available / GIB:.1f} GiB available"
    if available < MEMORY_LEAST:
        return Finding("memory", said, "Free some: the stack needs about 1.5 GB.")
    return Finding("memory", said)
