"""`ascertain import roster DIR`: OneRoster 1.2 CSV, the columns below and no others."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from cli.errors import CommandError
from cli.importing.tables import Line, table

COLUMNS: dict[str, tuple[str, ...]] = {
    "orgs": ("sourcedId", "status", "type", "parentSourcedId"),
    "academicSessions": ("sourcedId", "status", "type", "startDate", "endDate"),
    "courses": ("sourcedId", "status", "orgSourcedId"),
    "classes": ("sourcedId", "status", "courseSourcedId", "schoolSourcedId", "termSourcedIds"),
    "users": (
        "sourcedId", "status", "enabledUser", "role", "agentSourcedIds",
        "givenName", "familyName", "preferredGivenName", "preferredFamilyName",
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
    "role", "agentSourcedIds", "givenName", "familyName", "preferredGivenName", "preferredFamilyName",
}  # fmt: skip

_TELLING_EMPTY = {"agentSourcedIds"}
"""Empty cells that say something: a learner has no guardians, where without the column nothing is said of them."""

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
                roster[name].append(
                    {
                        column: line.cells[column]
                        for column in columns
                        if line.cells.get(column) or (column in _TELLING_EMPTY and column in line.cells)
                    }
                )
                lines[name, line.cells.get("sourcedId", "")] = line
    return roster, lines


def chunks(roster: Roster) -> Iterator[Roster]:
    """The roster in calls that each stand alone: a thousand enrolments with the rows that these refer to.

    After them come the users whom nobody named. Whoever is sent has the rows of her agents beside her.
    """
    enrollments = roster["enrollments"]
    users = {row.get("sourcedId", ""): row for row in roster["users"]}
    sent: set[str] = set()
    for start in range(0, max(len(enrollments), 1), ENROLLMENTS_A_CALL):
        part = enrollments[start : start + ENROLLMENTS_A_CALL]
        named = _with_agents((row.get("userSourcedId", "") for row in part), users)
        sent.update(named)
        yield {**roster, "users": list(named.values()), "enrollments": part}
    others = [name for name in users if name not in sent]
    for start in range(0, len(others), USERS_A_CALL):
        named = _with_agents(others[start : start + USERS_A_CALL], users)
        yield {name: [] for name in COLUMNS} | {"orgs": roster["orgs"], "users": list(named.values())}


def _with_agents(names: Iterable[str], users: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The rows of these users and, once each, of the agents whom these name."""
    rows = {name: users[name] for name in names if name in users}
    agents = (agent.strip() for row in rows.values() for agent in row.get("agentSourcedIds", "").split(","))
    return rows | {agent: users[agent] for agent in list(agents) if agent in users}
