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
_ZIP_END = struct.Struct("<4s4H2LH")
_ZIP_ENTRY_SIZE, _ZIP_ENTRY_LENGTHS, _ZIP64_LOCATOR_SIZE = 46, 28, 20
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
    found = filetype.guess_mime(head)
    if found == "application/zip" or head.startswith(b"PK\x03\x04"):
        return _document(whole)
    if found in ENDINGS:
        return str(found)
    if is_text:  # two letters are enough for some types, and begin many an essay
        return "text/plain"
    taken = sorted({ending for endings in ENDINGS.values() for ending in endings})
    raise Invalid(
        f"The file is none of the kinds that are taken, by its bytes: {', '.join(taken)}.", field="", reason="file-kind"
    )


def _document(whole: BinaryIO) -> str:
    """The type of an office document; whatever else is packed is refused."""
    count, begin = _directory(whole)
    try:
        with zipfile.ZipFile(whole) as packed:
            entries = packed.infolist()
            if (len(entries), packed.start_dir) != (count, begin):
                raise _unreadable()
            _check_entries(entries, begin)
            return _kind(packed, {entry.filename: entry for entry in entries})
    except (zipfile.BadZipFile, ValueError, RuntimeError, EOFError, zlib.error, struct.error) as error:
        raise _unreadable() from error


def _directory(whole: BinaryIO) -> tuple[int, int]:
    """How many entries the directory has and where it begins: counted before `zipfile` makes anything of them.

    Taken is one form only, which every reader understands alike: the end record is the last of the file, without a
    comment that could hold another one; the directory lies right before it; and no ZIP64 record says anything else, for
    `zipfile` would believe that one. Raises Invalid.
    """
    at = whole.seek(0, 2) - _ZIP_END.size
    if at < _ZIP64_LOCATOR_SIZE:
        raise _unreadable()
    whole.seek(at - _ZIP64_LOCATOR_SIZE)
    before, end = whole.read(_ZIP64_LOCATOR_SIZE), whole.read(_ZIP_END.size)
    mark, disk, first_disk, here, entries, size, begin, comment = _ZIP_END.unpack(end)
    if mark != b"PK\x05\x06" or disk or first_disk or comment or before.startswith(b"PK\x06\x07"):
        raise _unreadable()
    if entries > MAX_ENTRIES or size > MAX_DIRECTORY:
        raise Invalid(f"A document may have at most {MAX_ENTRIES} parts.", field="", reason="file-unreadable")
    if here != entries or begin + size != at:
        raise _unreadable()
    whole.seek(begin)
    _check_count(whole.read(size), entries)
    return entries, begin


def _check_count(directory: bytes, entries: int) -> None:
    """Raise Invalid where the directory is not so many entries, one after the other to its end."""
    at = 0
    for _ in range(entries):
        entry = directory[at : at + _ZIP_ENTRY_SIZE]
        if len(entry) < _ZIP_ENTRY_SIZE or not entry.startswith(b"PK\x01\x02"):
            raise _unreadable()
        at += _ZIP_ENTRY_SIZE + sum(struct.unpack_from("<3H", entry, _ZIP_ENTRY_LENGTHS))
    if at != len(directory):
        raise _unreadable()


def _unreadable() -> Invalid:
    return Invalid(
        "The document's parts cannot be read; save it once more, and send that.", field="", reason="file-unreadable"
    )


def _check_entries(entries: list[zipfile.ZipInfo], room: int) -> None:
    """Raise Invalid where a part is not taken, or where they cannot all lie in the `room` before the directory."""
    packed = sum(entry.compress_size for entry in entries)
    if packed > room:
        raise _unreadable()
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1024):
        raise Invalid(
            "The document would become far larger when it is unpacked; send a plainer one.",
            field="",
            reason="file-unreadable",
        )
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename.lower()
        if name in seen or name.startswith("/") or "\\" in name or ".." in name.split("/"):
            raise Invalid(
                "The document has parts whose names lead elsewhere, or stand twice.", field="", reason="file-unreadable"
            )
        seen.add(name)
        if entry.flag_bits & 0x1:
            raise Invalid("The document is encrypted; send one that can be read.", field="", reason="file-locked")
        if name.endswith(_REFUSED_ENDINGS) or any(macro in name for macro in _MACROS):
            raise Invalid(
                "The document has macros or programs in it; send one without.", field="", reason="file-with-programs"
            )


def _kind(packed: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> str:
    if "mimetype" in entries:
        found = _read(packed, entries["mimetype"]).decode("ascii", "replace").strip()
        if found in ENDINGS:
            return found
    elif "[Content_Types].xml" in entries:
        types = _read(packed, entries["[Content_Types].xml"])
        if b"macroEnabled" in types or b"vbaProject" in types:
            raise Invalid(
                "The document has macros or programs in it; send one without.", field="", reason="file-with-programs"
            )
        for main, kind in _MAIN.items():
            if f'"{main}"'.encode() in types:
                return kind
    raise Invalid("Of packed files only docx, xlsx, pptx, odt, ods and odp are taken.", field="", reason="file-kind")


def _read(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """A small entry, of which no more is unpacked than it says."""
    if entry.file_size > _SMALL_ENTRY:
        raise Invalid("The document's list of parts is too large.", field="", reason="file-unreadable")
    with packed.open(entry) as opened:
        return opened.read(_SMALL_ENTRY)
