"""Files as parts of works: which are taken, what they may be called, and what a version's text says of one. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from services.evidence.domain.errors import Invalid
from shared.ledger.canonical import canonical, parse

MAX_FILE = 25 * 1024 * 1024
"""Bytes of a file at most."""

MAX_WAITING = 20
"""Files of one work that no version names yet, at most."""

MAX_WAITING_SIZE = 250 * 1024 * 1024
"""Bytes of one person's files that no version names yet: with so many, in whatever works, no more is taken."""

_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

ENDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "application/pdf": ("pdf",),
        "image/png": ("png",),
        "image/jpeg": ("jpg", "jpeg"),
        "image/gif": ("gif",),
        "image/webp": ("webp",),
        "audio/mpeg": ("mp3",),
        "audio/mp4": ("m4a", "mp4"),
        "video/mp4": ("mp4", "m4v"),
        "video/webm": ("webm",),
        "text/plain": ("txt", "md", "csv"),
        f"{_OFFICE}wordprocessingml.document": ("docx",),
        f"{_OFFICE}spreadsheetml.sheet": ("xlsx",),
        f"{_OFFICE}presentationml.presentation": ("pptx",),
        f"{_ODF}text": ("odt",),
        f"{_ODF}spreadsheet": ("ods",),
        f"{_ODF}presentation": ("odp",),
    }
)
"""Every type that is taken, with what the names of such files end in."""

SAME: Mapping[str, str] = MappingProxyType(
    {
        "image/jpg": "image/jpeg",
        "audio/mp3": "audio/mpeg",
        "audio/x-m4a": "audio/mp4",
        "audio/m4a": "audio/mp4",
        "audio/webm": "video/webm",
        "text/markdown": "text/plain",
        "text/csv": "text/plain",
    }
)
"""Other names by which clients declare some of them."""

UNDECLARED = frozenset({"", "application/octet-stream"})

_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
_MAX_NAME = 200
_FORBIDDEN = frozenset('/\\<>:"|?*')
_JOINERS = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that came whole: of which work, under which key it lies in the store, and what it is.

    `sha256` is of its plain bytes, 64 hex digits.
    """

    id: str
    work: str
    key: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class NamedFile:
    """What a version's text says of a file."""

    name: str
    media_type: str
    size: int
    sha256: str
    key: str

    def text(self) -> str:
        """The text that the vault keeps: canonical, so that an honest retry is the same text."""
        return canonical(
            {
                "key": self.key,
                "media_type": self.media_type,
                "name": self.name,
                "sha256": self.sha256,
                "size": self.size,
            }
        ).decode()

    @classmethod
    def read(cls, text: str) -> "NamedFile":
        """Raises ValueError, KeyError or TypeError where the text was not made by `text`."""
        value: Any = parse(text.encode())
        return cls(**value)


def declared_type(header: str | None) -> str | None:
    """The type that a request declares for its file; None where it declares none. Raises Invalid for one not taken."""
    said = (header or "").partition(";")[0].strip().lower()
    if said in UNDECLARED:
        return None
    said = SAME.get(said, said)
    if said not in ENDINGS:
        raise Invalid(
            f"Files of these types are taken: {', '.join(ENDINGS)}.", field="/header/Content-Type", reason="file-kind"
        )
    return said


def check_declared(declared: str | None, found: str) -> None:
    """Raise Invalid where a file is something else than was declared."""
    if declared not in (None, found):
        raise Invalid(
            f"The file is {found} by its bytes, and was declared to be {declared}.",
            field="/header/Content-Type",
            reason="file-other-kind",
        )


def checked_name(name: str, media_type: str, *, field: str) -> str:
    """A file's name as it is kept: without spaces at its ends, and in one form of Unicode (NFC).

    Raises Invalid where it could mislead or lead elsewhere.
    """
    name = unicodedata.normalize("NFC", name.strip(" "))
    if not name or len(name.encode()) > _MAX_NAME:
        raise Invalid(f"A file's name has from 1 to {_MAX_NAME} bytes.", field=field, reason="file-name")
    if any(letter in _FORBIDDEN or _misleads(letter) for letter in _without_joiners(name)):
        raise Invalid(
            "A file's name is no path, and has none of < > : \" | ? * and no control characters or marks of direction.",
            field=field,
            reason="file-name",
        )
    stem, _, ending = name.rpartition(".")
    if not stem or stem.startswith(".") or stem.endswith((".", " ")) or stem.partition(".")[0].lower() in _RESERVED:
        raise Invalid(
            "A file's name begins with its own name, which no system keeps for itself.", field=field, reason="file-name"
        )
    if ending.lower() not in ENDINGS[media_type]:
        raise Invalid(
            f"The name of a {media_type} ends in .{' or .'.join(ENDINGS[media_type])}.", field=field, reason="file-name"
        )
    return name


def _misleads(letter: str) -> bool:
    """Controls, marks of direction and others that nobody sees, and ends of lines."""
    category = unicodedata.category(letter)
    return category[0] == "C" or category in {"Zl", "Zp"}


def _without_joiners(name: str) -> str:
    """The name without the joiners and non-joiners that its script or its emoji need: those between two letters, marks
    or symbols beyond ASCII. Persian cannot be written without them.
    """
    last = len(name) - 1
    return "".join(
        letter
        for at, letter in enumerate(name)
        if not (letter in _JOINERS and 0 < at < last and _is_joined(name[at - 1]) and _is_joined(name[at + 1]))
    )


def _is_joined(letter: str) -> bool:
    return not letter.isascii() and unicodedata.category(letter)[0] in "LMS"
