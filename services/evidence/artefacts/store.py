"""Where files lie, once they are sealed."""

from collections.abc import AsyncIterator
from typing import IO, Protocol


class ArtefactStore(Protocol):
    """Where files lie, sealed, each under a key that is used once. Raises ArtefactsUnavailable."""

    async def put(self, key: str, sealed: IO[bytes]) -> None:
        """Store a file, durably and whole, or nothing of it. Raises NoRoom."""
        ...

    def parts(self, key: str) -> AsyncIterator[bytes]:
        """A file's bytes, from the beginning; nothing where there is no such."""
        ...

    async def remove(self, key: str) -> None:
        """Remove a file, and what was left of one that never came whole. Repeatable."""
        ...
