"""What a file is, by its bytes. Nothing is decompressed but one small entry of a document, within bounds."""

import struct
import zipfile
import zlib
from codecs import getincrementaldecoder
from typing import BinaryIO

import filetype

from services.evidence.domain.errors import Invalid
from services.evidence.domain.files import ENDINGS

HEAD = 8 * 1024
"""Bytes that are looked at to tell a type."""

MAX_ENTRIES, MAX_DIRECTORY = 5_000, 2 * 1024 * 1024
MAX_RATIO, MAX_UNPACKED = 100, 256 * 1024 * 1024
"""Entries of a document, bytes of its directory, and how much larger than itself and how large at all it may become."""

_SMALL_ENTRY = 256 * 1024
_ZIP_END, _ZIP_END_SIZE, _ZIP_COMMENT = b"PK\x05\x06", 22, 65_535
_REFUSED_ENDINGS = (".exe", ".dll", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".bat", ".cmd", ".ps1", ".scr", ".com")
_MACROS = ("vbaproject.bin", "vbadata.xml", "basic/", "scripts/", "activex/")
_TEXT_CONTROLS = frozenset(range(0x20)) - {0x09, 0x0A, 0x0C, 0x0D} | {0x7F}

_OFFICE = "application/vnd.openxmlformats-officedocument."
_MAIN = {
    f"{_OFFICE}{kind}.main+xml": f"{_OFFICE}{kind}"
    for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
}


class PlainText:
    """Whether what came so far is plain text: UTF-8 without control characters."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")()
        self.holds = True

    def add(self, part: bytes, *, last: bool = False) -> None:
        if not self.holds:
            return
        try:
            self._decoder.decode(part, final=last)
        except UnicodeDecodeError:
            self.holds = False
        if not _TEXT_CONTROLS.isdisjoint(part):
            self.holds = False


def media_type(head: bytes, whole: BinaryIO, *, is_text: bool) -> str:
    """The type of a file that begins with `head`, all of which `whole` reads. Raises Invalid where it is not taken."""
    found = str(filetype.guess_mime(head) or ("text/plain" if is_text else ""))
    if found == "application/zip" or head.startswith(b"PK"):
        return _document(whole)
    if found in ENDINGS:
        return found
    taken = sorted({ending for endings in ENDINGS.values() for ending in endings})
    raise Invalid(f"The file is none of the kinds that are taken, by its bytes: {', '.join(taken)}.", field="")


def _document(whole: BinaryIO) -> str:
    """The type of an office document; whatever else is packed is refused."""
    _check_directory(whole)
    try:
        with zipfile.ZipFile(whole) as packed:
            entries = packed.infolist()
            _check_entries(entries)
            return _kind(packed, {entry.filename: entry for entry in entries})
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, struct.error) as error:
        raise Invalid("The document's parts cannot be read; save it once more, and send that.", field="") from error


def _check_directory(whole: BinaryIO) -> None:
    """Raise Invalid where the directory is larger than is looked at: before anything of it is read."""
    size = whole.seek(0, 2)
    whole.seek(max(0, size - _ZIP_END_SIZE - _ZIP_COMMENT))
    tail = whole.read()
    at = tail.rfind(_ZIP_END)
    if at < 0 or len(tail) - at < _ZIP_END_SIZE:
        raise Invalid("The document's parts cannot be read; save it once more, and send that.", field="")
    entries, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    if entries > MAX_ENTRIES or directory > MAX_DIRECTORY:
        raise Invalid(f"A document may have at most {MAX_ENTRIES} parts.", field="")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1024):
        raise Invalid("The document would become far larger when it is unpacked; send a plainer one.", field="")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename.lower()
        if name in seen or name.startswith("/") or "\\" in name or ".." in name.split("/"):
            raise Invalid("The document has parts whose names lead elsewhere, or stand twice.", field="")
        seen.add(name)
        if entry.flag_bits & 0x1:
            raise Invalid("The document is encrypted; send one that can be read.", field="")
        if name.endswith(_REFUSED_ENDINGS) or any(macro in name for macro in _MACROS):
            raise Invalid("The document has macros or programs in it; send one without.", field="")


def _kind(packed: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> str:
    if "mimetype" in entries:
        found = _read(packed, entries["mimetype"]).decode("ascii", "replace").strip()
        if found in ENDINGS:
            return found
    elif "[Content_Types].xml" in entries:
        types = _read(packed, entries["[Content_Types].xml"])
        if b"macroEnabled" in types or b"vbaProject" in types:
            raise Invalid("The document has macros or programs in it; send one without.", field="")
        for main, kind in _MAIN.items():
            if f'"{main}"'.encode() in types:
                return kind
    raise Invalid("Of packed files only docx, xlsx, pptx, odt, ods and odp are taken.", field="")


def _read(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """A small entry, of which no more is unpacked than it says."""
    if entry.file_size > _SMALL_ENTRY:
        raise Invalid("The document's list of parts is too large.", field="")
    with packed.open(entry) as opened:
        return opened.read(_SMALL_ENTRY)
