"""The folder of what was made for a district in containers: one folder a part, each a volume of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import StackError
from shared.runtime.keys import write_whole

OURS, SHARED = 0o600, 0o640
"""For our own user; for the group too, which the containers of PostgreSQL and Kafka are given."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder that holds one folder a part."""

    path: Path

    def of(self, part: str) -> Path:
        return self.path / part

    def read(self, part: str, name: str) -> str:
        """Raises StackError where it was never made."""
        try:
            return (self.of(part) / name).read_text().strip()
        except FileNotFoundError as error:
            raise StackError(f"{error.filename} is missing: run the job `secrets` first.") from error

    def keep(self, part: str, name: str, making: Callable[[], str], *, mode: int = OURS) -> None:
        """Make it once; what is there stays."""
        if not (self.of(part) / name).exists():
            self.write(part, name, making(), mode=mode)

    def write(self, part: str, name: str, text: str, *, mode: int = OURS) -> None:
        write_whole(self.of(part) / name, f"{text}\n".encode(), mode=mode)

    def settings(self, service: str, settings: Mapping[str, object]) -> None:
        """Write a service's settings, one a file, as `ASCERTAIN_SECRETS` names their folder to it."""
        for name, value in settings.items():
            self.write(service, f"ascertain_{name}", str(value))
