"""Files of works."""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Protocol

from services.evidence.domain.files import KeptFile, NamedFile


class Files(Protocol):
    """Files of works, encrypted under the works' keys. Raises VaultUnavailable and ArtefactsUnavailable."""

    async def receive(
        self, work: str, file: str, declared: str | None, parts: AsyncIterator[bytes], *, sender: str
    ) -> tuple[KeptFile, bool]:
        """Take a file as it comes, never whole into memory; as it is kept, and whether it is new.

        Raises Invalid where it is not taken or is not of the type `declared`, Mismatch where `file` names another
        one, Conflict where too many of the work, or too much of the sender's, wait to be named, Gone where the work's
        key is destroyed, NoRoom, TooSlow.
        One that no text comes to name within a day is swept.
        """
        ...

    async def known(self, work: str, files: Collection[str]) -> Mapping[str, KeptFile]:
        """Those of these files that came whole for this work. They wait another day for a version that names them."""
        ...

    async def name(self, named: Mapping[str, str]) -> None:
        """Note which texts, by their references, name which files, by their keys: before the texts' event."""
        ...

    async def settle(self, keys: Collection[str]) -> None:
        """Note that an event in the record names these files: they wait no more, and who sent them is not kept."""
        ...

    def content(self, work: str, file: NamedFile) -> AsyncIterator[bytes]:
        """A file's plain bytes, each part once it was found to be right. Raises NotFound where the key is destroyed."""
        ...

    async def remove(self, work: str) -> None:
        """Remove every file of a work. Repeatable."""
        ...


class NoRoom(Exception):  # noqa: N818 - named for what is so, as the flows tell it
    """There is no room for a file; nothing of it was kept."""


class TooSlow(Exception):  # noqa: N818 - as above
    """A file did not come within the time that there is for one; nothing of it was kept."""


class ArtefactsUnavailable(Exception):  # noqa: N818 - as above
    """The store of files did not answer, or what lies in it is not what was kept."""
