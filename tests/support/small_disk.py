"""A small disk of a test's own: a tmpfs that can be filled and freed."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

BLOCK = 1024 * 1024


class NoMountError(Exception):
    """Mounting is not allowed here; the text says what was answered."""


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Mount a tmpfs on the folder, with its owner and mode. Raises NoMountError."""
    kept = folder.stat()
    options = f"size={megabytes}m,uid={kept.st_uid},gid={kept.st_gid},mode={kept.st_mode & 0o777:o}"
    files = {file: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    try:
        mounted = subprocess.run(
            ("mount", "-t", "tmpfs", "-o", options, "ascertain-test", str(folder)),
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise NoMountError(str(error)) from error
    if mounted.returncode != 0:
        raise NoMountError(mounted.stderr.strip())
    try:
        for file, text in files.items():
            file.write_bytes(text)
            os.chown(file, kept.st_uid, kept.st_gid)
        yield
    finally:
        subprocess.run(("umount", "--lazy", str(folder)), check=False)


@contextlib.contextmanager
def filled(folder: Path) -> Iterator[None]:
    """While this lasts, not a byte is left on the folder's disk."""
    ballast = folder / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            size = BLOCK
            while size:
                try:
                    if file.write(b"\0" * size) < size:
                        size //= 2
                except OSError:
                    size //= 2
        yield
    finally:
        ballast.unlink(missing_ok=True)
