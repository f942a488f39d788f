"""A file as it comes in: sealed part by part into a file without a name, and looked at once it is whole.

No plain byte of it reaches a disk, and no more of it than a few parts is in memory at a time.
"""

import hashlib
import tempfile
from pathlib import Path
from typing import IO, BinaryIO, Self, cast

from services.evidence.artefacts.looking import HEAD, PlainText, media_type
from services.evidence.artefacts.sealing import PART, FileCipher, SealedReader
from services.evidence.domain.errors import Invalid
from services.evidence.domain.files import MAX_FILE


class Staged:
    """Blocks while it writes. Raises OSError where there is no room; whatever was written goes with `close`."""

    def __init__(self, folder: Path, cipher: FileCipher) -> None:
        self._cipher, self._file = cipher, cast("IO[bytes]", tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
        self._file.write(cipher.begin)
        self._sha256, self._text = hashlib.sha256(), PlainText()
        self._head, self._pending, self._number = b"", bytearray(), 0
        self.size = 0

    def add(self, part: bytes) -> None:
        """Take what comes next. Raises Invalid where it becomes too much."""
        self.size += len(part)
        if self.size > MAX_FILE:
            raise Invalid(
                f"A file may have at most {MAX_FILE} bytes.", field="", reason="file-too-large", number=MAX_FILE
            )
        self._sha256.update(part)
        self._text.add(part)
        if len(self._head) < HEAD:
            self._head += part[: HEAD - len(self._head)]
        self._pending += part
        while len(self._pending) > PART:  # never the last one: more follows
            self._write(bytes(self._pending[:PART]), last=False)
            del self._pending[:PART]

    def finish(self) -> str:
        """The type of the whole file. Raises Invalid where it is not taken."""
        if not self.size:
            raise Invalid("The file is empty.", field="", reason="file-empty")
        self._write(bytes(self._pending), last=True)
        self._text.add(b"", last=True)
        self._file.flush()
        reader = cast("BinaryIO", SealedReader(cast("BinaryIO", self._file), self._cipher, self.size))
        return media_type(self._head, reader, is_text=self._text.holds)

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    @property
    def sealed(self) -> IO[bytes]:
        """The sealed file, from its beginning."""
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        self._file.close()

    def _write(self, part: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.seal(self._number, part, last=last))
        self._number += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
