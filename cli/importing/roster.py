"""`ascertain import roster DIR`: OneRoster 1.2 CSV, the columns of `shared.contracts.roster_files` and no others."""

from pathlib import Path

from cli.errors import CommandError
from cli.importing.tables import Line, table
from shared.contracts.roster_files import COLUMNS, Roster, kept, required


def read_roster(folder: Path) -> tuple[Roster, dict[tuple[str, str], Line]]:
    """A folder's six files as one roster, and every row's line by (file, sourcedId).

    Raises CommandError where a file is missing or lacks a column that is needed, or a row has more cells than there are
    columns, as of a comma in a name without quotes: what the others say is then not to be trusted.
    """
    if not folder.is_dir():
        raise CommandError(f"{folder} is no folder; give the one that holds orgs.csv, classes.csv, enrollments.csv.")
    roster: Roster = {}
    lines: dict[tuple[str, str], Line] = {}
    for name in COLUMNS:
        with table(folder / f"{name}.csv", required=required(name)) as rows:
            roster[name] = []
            for line in rows:
                if line.surplus:
                    raise CommandError(
                        f"{folder / name}.csv, line {line.number} has more cells than the first line; "
                        "put what has a comma in it into quotes."
                    )
                roster[name].append(kept(name, line.cells))
                lines[name, line.cells.get("sourcedId", "")] = line
    return roster, lines
