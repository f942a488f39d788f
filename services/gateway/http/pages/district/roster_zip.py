"""A roster as districts have it: one ZIP with OneRoster's six CSV files. Read whole, within bounds."""

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.gateway.http.pages.refusing import too_much, wrong
from shared.contracts.roster_files import COLUMNS, Roster, kept, required

MOST_ROWS = 20_000
MOST_BYTES = 64 * 1024 * 1024
"""Rows of all files, and their bytes once unpacked, at most; more is for the command line."""

UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
)
"""What `zipfile` raises for bytes that are no ZIP, for one that is packed otherwise, and for one whose places lie."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A roster, and the line of each row in its file, by file and sourced id."""

    roster: Roster
    lines: Mapping[tuple[str, str], int]


def read_zip(content: bytes) -> Handed:
    """The roster in a ZIP. Raises Problem, which says what would be right."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive)
    except UNREADABLE as error:
        raise wrong("This is no ZIP that can be read; put the six CSV files into a plain one.") from error


def _read(archive: zipfile.ZipFile) -> Handed:
    found = {info.filename.rpartition("/")[2].removesuffix(".csv"): info for info in archive.infolist()}
    missing = [f"{name}.csv" for name in COLUMNS if name not in found]
    if missing:
        raise wrong("The ZIP has no %(files)s.", files=", ".join(missing))
    roster: Roster = {}
    lines: dict[tuple[str, str], int] = {}
    left, rows = MOST_BYTES, 0
    for name in COLUMNS:
        text = _text(archive, found[name], left)
        left -= len(text)
        roster[name] = []
        for number, cells in _rows(name, text):
            rows += 1  # not by their ids: many may have the same one
            if rows > MOST_ROWS:
                raise too_much(
                    "At most %(number)s rows can come by this page; use ./ascertain import roster.", number=MOST_ROWS
                )
            roster[name].append(kept(name, cells))
            lines[name, cells.get("sourcedId", "")] = number
    return Handed(roster, lines)


def _text(archive: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> bytes:
    """A file's bytes; what a ZIP says of their number is not believed. Other ways to pack ask for as much memory as the
    ZIP likes.
    """
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise NotImplementedError(info.compress_type)
    with archive.open(info) as file:
        text = file.read(left + 1)
    if len(text) > left:
        raise too_much("The files are too large for this page; use ./ascertain import roster.")
    return text


def _rows(name: str, text: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file by their lines, the header being the first."""
    try:
        reader = csv.reader(io.TextIOWrapper(io.BytesIO(text), "utf-8-sig", newline=""))
        header = [column.strip() for column in next(reader, [])]
        lacking = [column for column in required(name) if column not in header]
        if lacking:
            raise wrong("%(name)s.csv has no column %(columns)s.", name=name, columns=", ".join(lacking))
        for cells in reader:
            if any(cell.strip() for cell in cells[len(header) :]):  # then what the others say is not to be trusted
                raise wrong(
                    "%(name)s.csv, line %(line)s has more cells than the first line; put what has a comma into quotes.",
                    name=name,
                    line=reader.line_num,
                )
            if any(cell.strip() for cell in cells):
                yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=False))
    except UnicodeDecodeError as error:
        raise wrong("%(name)s.csv is not UTF-8 text; save it as CSV UTF-8.", name=name) from error
    except csv.Error as error:
        raise wrong("%(name)s.csv is no CSV file.", name=name) from error
