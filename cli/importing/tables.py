"""CSV files as people really have them: read row by row with line numbers, and what was refused written beside them."""

import csv
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from cli.errors import CommandError


@dataclass(frozen=True, slots=True)
class Line:
    """One data row: its line number in the file (the header is line 1) and its cells by our column names.

    `surplus` counts the cells beyond the last column, as of a decimal comma without quotes: what the others say is
    then not to be trusted.
    """

    number: int
    cells: Mapping[str, str]
    surplus: int = 0


@contextmanager
def table(
    path: Path, *, required: tuple[str, ...], renamed: Mapping[str, str] | None = None
) -> Iterator[Iterator[Line]]:
    """The rows of a CSV file with a header (UTF-8, with or without a byte order mark; `.gz` is unpacked).

    `renamed` maps foreign headers to ours. Raises CommandError where the file cannot be read or a
    required column is missing.
    """
    try:
        with _open(path) as file:
            reader = csv.reader(file)
            header = next(reader, None)
            if header is None:
                raise CommandError(f"{path} is empty; its first line must name the columns.")
            columns = [(renamed or {}).get(name.strip(), name.strip()) for name in header]
            missing = [name for name in required if name not in columns]
            if missing:
                raise CommandError(f"{path} has no column {', '.join(missing)}; it has {', '.join(columns)}.")
            yield _lines(reader, columns)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (EOFError, zlib.error) as error:
        raise CommandError(f"{path} cannot be unpacked: it is damaged, or only a part of it.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is not UTF-8 text (byte {error.start}); save it as CSV UTF-8.") from error
    except csv.Error as error:
        raise CommandError(f"{path} is not a CSV file: {error}.") from error


def count_lines(path: Path) -> int:
    """About how many data rows a file has: its line breaks less the header. For the length of a progress bar."""
    try:
        with _open(path) as file:
            return max(sum(1 for _ in file) - 1, 0)
    except (OSError, UnicodeDecodeError, EOFError, zlib.error) as error:
        raise CommandError(f"{path} cannot be read.") from error


class RejectedRows:
    """`FILE.rejected.csv`: made only once a row is refused; line, field, reason, and the row as it was.

    For whoever made it alone to read: rows may hold names, or the tokens of ballots.
    """

    def __init__(self, source: Path, columns: tuple[str, ...]) -> None:
        self.path = source.with_name(f"{source.name}.rejected.csv")
        self.count = 0
        self._source = source.name
        self._columns = columns
        self._file: TextIO | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, line: Line, problem: Mapping[str, Any]) -> None:
        """Write one refused row down."""
        if self._file is None:
            try:
                self.path.touch(mode=0o600, exist_ok=False)
                self._file = self.path.open("w", newline="", encoding="utf-8")
            except OSError as error:
                raise self._unwritable(error) from error
            self._writer = csv.writer(self._file)
            self._writer.writerow(["line", "field", "reason", *self._columns])
        reason = problem.get("detail") or problem.get("title") or ""
        cells = [line.cells.get(name, "") for name in self._columns]
        self._writer.writerow([line.number, problem.get("field", ""), reason, *map(inert, cells)])
        self.count += 1

    def _unwritable(self, error: OSError) -> CommandError:
        return CommandError(
            f"Refused rows cannot be written to {self.path}: {error.strerror}. Move {self._source} to another folder."
        )


def _lines(reader: Any, columns: list[str]) -> Iterator[Line]:
    for cells in reader:
        if any(cell.strip() for cell in cells):
            named = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
            yield Line(reader.line_num, named, surplus=len([cell for cell in cells[len(columns) :] if cell.strip()]))


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        import gzip  # noqa: PLC0415 - few files are packed

        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def inert(cell: str) -> str:
    """A cell that a spreadsheet will not run as a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else cell
