"""The files of a OneRoster 1.2 roster: the columns that are read, and no others, and the calls they make. Pure."""

from collections.abc import Iterable, Iterator, Mapping

COLUMNS: dict[str, tuple[str, ...]] = {
    "orgs": ("sourcedId", "status", "name", "type", "parentSourcedId"),
    "academicSessions": ("sourcedId", "status", "type", "startDate", "endDate"),
    "courses": ("sourcedId", "status", "orgSourcedId"),
    "classes": ("sourcedId", "status", "title", "courseSourcedId", "schoolSourcedId", "termSourcedIds"),
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

OPTIONAL = {
    "status", "parentSourcedId", "enabledUser", "beginDate", "endDate", "type", "termSourcedIds", "title", "name",
    "role", "agentSourcedIds", "givenName", "familyName", "preferredGivenName", "preferredFamilyName",
}  # fmt: skip

TELLING_EMPTY = {"agentSourcedIds"}
"""Empty cells that say something: a learner has no guardians, where without the column nothing is said of them."""

ENROLLMENTS_A_CALL = 1000
USERS_A_CALL = 1000

Roster = dict[str, list[dict[str, str]]]


def required(file: str) -> tuple[str, ...]:
    """The columns that a file must have."""
    return tuple(column for column in COLUMNS[file] if column not in OPTIONAL)


def kept(file: str, cells: Mapping[str, str]) -> dict[str, str]:
    """What is read of a row of this file: whatever else stands in it goes nowhere."""
    return {
        column: cells[column]
        for column in COLUMNS[file]
        if cells.get(column) or (column in TELLING_EMPTY and column in cells)
    }


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
