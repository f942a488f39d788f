"""An `ArtefactStore` over a folder on this machine, or one that several machines share."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from services.evidence.ports import ArtefactsUnavailable, NoRoom

_READ = 256 * 1024


class FolderStore:
    """Each file under its key, in a folder by the key's first two digits; written whole beside it, then given its name.

    `incoming` is a folder on the same disk for what is still coming. `reserve` bytes of it are left to others: a ledger
    beside it must not stop because somebody handed in a film.
    """

    def __init__(self, folder: Path, *, reserve: int) -> None:
        self._folder, self._reserve = folder, reserve
        self.incoming = folder / "incoming"

    def check_room(self, size: int) -> None:
        """Raise NoRoom where so many bytes more would take what is left to others, ArtefactsUnavailable without a disk.

        Makes the folders where they are not there yet.
        """
        try:
            self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
            if shutil.disk_usage(self.incoming).free < self._reserve + size:
                raise NoRoom
        except OSError as error:
            raise ArtefactsUnavailable(f"The folder of files cannot be used ({type(error).__name__}).") from error

    async def put(self, key: str, sealed: IO[bytes]) -> None:
        """See `ArtefactStore.put`."""
        await asyncio.to_thread(self._put, key, sealed)

    async def parts(self, key: str) -> AsyncIterator[bytes]:
        """See `ArtefactStore.parts`."""
        try:
            with await asyncio.to_thread(self._place(key).open, "rb") as opened:
                while part := await asyncio.to_thread(opened.read, _READ):
                    yield part
        except FileNotFoundError:
            return
        except OSError as error:
            raise ArtefactsUnavailable(f"A file cannot be read ({type(error).__name__}).") from error

    async def remove(self, key: str) -> None:
        """See `ArtefactStore.remove`."""
        try:
            for place in (self._place(key), self._coming(key)):
                await asyncio.to_thread(place.unlink, missing_ok=True)
        except OSError as error:
            raise ArtefactsUnavailable(f"A file cannot be removed ({type(error).__name__}).") from error

    def _put(self, key: str, sealed: IO[bytes]) -> None:
        place, coming = self._place(key), self._coming(key)
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(coming, "wb", opener=_private) as written:
                shutil.copyfileobj(sealed, written, _READ)
                written.flush()
                os.fsync(written.fileno())
            coming.replace(place)
            _sync(place.parent)
        except OSError as error:
            coming.unlink(missing_ok=True)
            raise told(error) from error

    def _place(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _coming(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.part"


def told(error: OSError) -> Exception:
    """What an error of the disk is in the port's words."""
    if error.errno in {28, 122}:  # ENOSPC, EDQUOT
        return NoRoom()
    return ArtefactsUnavailable(f"A file cannot be written ({type(error).__name__}).")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    """Make a name in a folder last."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
