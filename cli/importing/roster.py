"""`ascertain import roster DIR`: OneRoster 1.2 CSV, the columns below and no others."""

from collections.abc import Iterator
from pathlib import Path

from cli.errors import CommandError
from cli.importing.tables import Line, table

COLUMNS: dict[str, tuple[str, ...]] = {
    "orgs": ("sourcedId", "status", "type", "parentSourcedId"),
    "academicSessions": ("sourcedId", "status", "type", "startDate", "endDate"),
    "courses": ("sourcedId", "status", "orgSourcedId"),
    "classes": ("sourcedId", "status", "courseSourcedId", "schoolSourcedId", "termSourcedIds"),
    "users": (
        "sourcedId", "status", "enabledUser", "givenName", "familyName", "preferredGivenName", "preferredFamilyName",
    ),
    "enrollments": (
        "sourcedId", "status", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "beginDate", "endDate",
    ),
}  # fmt: skip
"""What is read of each file. A file's other columns, such as addresses and birthdays, never leave it. Names do, for the
vault; they are in no event.
"""

_OPTIONAL = {
    "status", "parentSourcedId", "enabledUser", "beginDate", "endDate", "type", "termSourcedIds",
    "givenName", "familyName", "preferredGivenName", "preferredFamilyName",
}  # fmt: skip

ENROLLMENTS_A_CALL = 1000
USERS_A_CALL = 1000

Roster = dict[str, list[dict[str, str]]]


def read_roster(folder: Path) -> tuple[Roster, dict[tuple[str, str], Line]]:
    """A folder's six files as one roster, and every row's line by (file, sourcedId).

    Raises CommandError where a file is missing or lacks a column that is needed.
    """
    if not folder.is_dir():
        raise CommandError(f"{folder} is no folder; give the one that holds orgs.csv, classes.csv, enrollments.csv.")
    roster: Roster = {}
    lines: dict[tuple[str, str], Line] = {}
    for name, columns in COLUMNS.items():
        required = tuple(column for column in columns if column not in _OPTIONAL)
        with table(folder / f"{name}.csv", required=required) as rows:
            roster[name] = []
            for line in rows:
                roster[name].append({column: line.cells[column] for column in columns if line.cells.get(column)})
                lines[name, line.cells.get("sourcedId", "")] = line
    return roster, lines


def chunks(roster: Roster) -> Iterator[Roster]:
    """The roster in calls that each stand alone: a thousand enrolments with the rows that these refer to.

    After them come the users whom no enrolment names, such as guardians.
    """
    enrollments = roster["enrollments"]
    users = {row.get("sourcedId", ""): row for row in roster["users"]}
    for start in range(0, max(len(enrollments), 1), ENROLLMENTS_A_CALL):
        part = enrollments[start : start + ENROLLMENTS_A_CALL]
        named = [users[name] for name in dict.fromkeys(row.get("userSourcedId", "") for row in part) if name in users]
        yield {**roster, "users": named, "enrollments": part}
    enrolled = {row.get("userSourcedId", "") for row in enrollments}
    others = [row for name, row in users.items() if name not in enrolled]
    for start in range(0, len(others), USERS_A_CALL):
        yield {name: [] for name in COLUMNS} | {"orgs": roster["orgs"], "users": others[start : start + USERS_A_CALL]}
