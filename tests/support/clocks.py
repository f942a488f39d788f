"""Clocks that can be set, of every program of a stack: libfaketime between the program and the system's clock.

Its library comes with the Python package of the same name, or with Debian's `faketime`. Only the time of day is
shifted: the monotonic clock is true, as it is on a machine whose clock is wrong.
"""

import importlib.util
from pathlib import Path

PLACES = ("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1")


def library() -> Path | None:
    """Where libfaketime is, None where it is not."""
    spec = importlib.util.find_spec("libfaketime")
    packaged = (
        [Path(str(spec.origin)).parent / "vendor/libfaketime/src/libfaketime.so.1"]
        if spec is not None and spec.origin
        else []
    )
    return next((place for place in (*map(Path, PLACES), *packaged) if place.exists()), None)


class Clocks:
    """One clock a program, each in a file of `folder` that the program's user can read."""

    def __init__(self, folder: Path, library: Path) -> None:
        self._folder, self._library = folder, library
        folder.chmod(0o755)

    def command(self, program: str) -> tuple[str, ...]:
        """What a program's command line is to begin with: only then is it the program's own user whose clock it is."""
        self.set(program, 0)
        settings = {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file(program)),
            "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
        }
        return ("/usr/bin/env", *(f"{name}={value}" for name, value in settings.items()))

    def set(self, program: str, seconds: int) -> None:
        """Let the program's clock be so many seconds ahead (or behind) from about a second later on."""
        file = self._file(program)
        file.write_text(f"{seconds:+d}\n")
        file.chmod(0o644)

    def _file(self, program: str) -> Path:
        return self._folder / program
