"""`exhibition enter`: ballots filled in on paper, from a table with the same tokens or words."""

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from cli.connection import connect_as_nobody
from cli.errors import CommandError
from cli.exhibitions.voting import Outcome, answered, cast, find_ballot
from cli.gateway import Gateway
from cli.importing.tables import Line, RejectedRows, table
from cli.receipts import out
from shared.runtime.ballot_words import token_of

BALLOT = "ballot"
"""The column with the token or the words. Every other one is a question."""

AT_ONCE = 8

OTHER = "This ballot is of another exhibition."
CLOSED = "The exhibition is closed: no vote is counted any more."


async def enter_ballots(exhibition: str, file: Path) -> None:
    """Vote with every line's ballot; exit with 1 where some could not be counted. Raises CommandError for the file."""
    with table(file, required=(BALLOT,)) as lines:
        rows = list(lines)
    columns = tuple(rows[0].cells) if rows else (BALLOT,)
    counts = {"counted": 0, "already counted": 0}
    async with connect_as_nobody() as gateway:
        with RejectedRows(file, columns) as rejected:
            for some in portions(rows):
                outcomes = await asyncio.gather(*(_entered(gateway, exhibition, line) for line in some))
                for line, outcome in zip(some, outcomes, strict=True):
                    if isinstance(outcome, CommandError):
                        rejected.add(line, {"detail": str(outcome)})
                        _tell(line, f"refused: {outcome}")
                    else:
                        counts[outcome] += 1
                        _tell(line, outcome)
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    out.print(f"{told}, {rejected.count} refused.")
    if rejected.count:
        out.print(
            f"The refused lines: {rejected.path.name}. It has their tokens too; keep it like the ballots.",
            soft_wrap=True,
        )
        raise typer.Exit(1)


async def _entered(gateway: Gateway, exhibition: str, line: Line) -> Outcome | CommandError:
    """What came of a line. An error is its own, and stops no other."""
    try:
        return await _voted(gateway, exhibition, line)
    except CommandError as error:
        return error


async def _voted(gateway: Gateway, exhibition: str, line: Line) -> Outcome:
    if line.surplus:
        raise CommandError(f"The line has {line.surplus} cells more than the header has columns.")
    ballot = await find_ballot(gateway, line.cells.get(BALLOT, ""))
    if ballot.shown["exhibition"] != exhibition:
        raise CommandError(OTHER)
    answers = answered(ballot, [(name, cell) for name, cell in line.cells.items() if name != BALLOT])
    if ballot.shown["state"] == "closed":
        raise CommandError(CLOSED)
    return await cast(gateway, ballot, answers)


def portions(rows: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines that may go at once: of one ballot the first line of the file counts, so a second waits for it."""
    some: dict[str, Line] = {}
    for line in rows:
        cell = line.cells.get(BALLOT, "")
        name = token_of(cell) or f"line {line.number}"
        if name in some or len(some) == AT_ONCE:
            yield list(some.values())
            some = {}
        some[name] = line
    if some:
        yield list(some.values())


def _tell(line: Line, what: str) -> None:
    out.print(f"line {line.number}: {what}", markup=False, soft_wrap=True)
