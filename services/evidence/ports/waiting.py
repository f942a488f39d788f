"""What workers still have to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Waiting:
    """Batches of grades that are not released, by state, and forgotten owners whose keys are not destroyed yet."""

    batches: Mapping[str, int]
    keys: int


class Waits(Protocol):
    """Counts what workers still have to do."""

    async def waiting(self) -> Waiting:
        """Raises what the database raises."""
        ...
