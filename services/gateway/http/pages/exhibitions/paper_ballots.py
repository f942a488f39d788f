"""Ballots that were filled in on paper, as a table whose first line names what is asked. Pure."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BALLOT = "ballot"
"""The column with the token or the words. Every other one is a question."""

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A ballot of the table: on which line it stands, its words, and the answers by what their columns are called."""

    number: int
    ballot: str
    answers: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of a line: `counted`, `before` (the first vote stands) or `refused`, with the reason, and what it
    speaks of: what was answered, to what, and what could be.
    """

    number: int
    outcome: str
    why: str = ""
    told: tuple[str, str, str] = ("", "", "")


def table_of(text: str) -> list[PaperLine]:
    """The ballots of a table with commas, semicolons or tabs between its cells.

    Raises ValueError where it has no column `ballot`, or more than MOST_LINES lines.
    """
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    between = next((sign for sign in "\t;" if sign in first), ",")
    rows = [(n, _cells(line, between)) for n, line in enumerate(lines, start=1)]
    filled = [(n, row) for n, row in rows if any(row)]
    header = [cell.casefold() if cell.casefold() == BALLOT else cell for cell in filled[0][1]] if filled else []
    if BALLOT not in header:
        raise ValueError("ballot")
    if len(filled) > MOST_LINES + 1:
        raise ValueError("lines")
    return [_line(n, dict(zip(header, row, strict=False)), row[len(header) :]) for n, row in filled[1:]]


def left_of(text: str, came: Sequence[Entered]) -> str:
    """The table with what was refused of it alone, to be mended and sent again; empty where nothing was."""
    refused = {one.number for one in came if one.outcome == "refused"}
    lines = text.split("\n")
    head = next((n for n, line in enumerate(lines, start=1) if line.strip()), 0)
    return "\n".join(line for n, line in enumerate(lines, start=1) if n == head or n in refused) if refused else ""


def _cells(line: str, between: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=between), [])]
    except csv.Error as error:
        raise ValueError(BALLOT) from error


def _line(number: int, cells: Mapping[str, str], surplus: Sequence[str]) -> PaperLine:
    """Cells beyond the header are answers to nothing: so the line is refused, by a name that nothing has."""
    answers = [(name, cell) for name, cell in cells.items() if name != BALLOT]
    return PaperLine(number, cells.get(BALLOT, ""), [*answers, *(("", cell) for cell in surplus if cell)])
