"""The names that a roster brings, of people and of classes. They are in no event; the vault keeps them."""

from collections.abc import Iterable

from services.evidence.domain.roster_reading import Reading
from services.evidence.domain.roster_rows import RefusedRow, Rows
from services.evidence.domain.texts import Name


def names_of(rows: Rows, refused: Iterable[RefusedRow], reading: Reading) -> dict[str, Name]:
    """The names of the people and the organisations, and the titles of the classes, in the rows that were not refused,
    by their ids. A title is a name whose first part it is, and so is an organisation's.

    A row that says that somebody is no more names nobody: whoever left keeps the name that she had.
    """
    left_out = {(row.file, row.index) for row in refused}
    people = {
        reading.id("user", row.sourced_id): row.name()
        for index, row in rows.users
        if row.is_active and ("users", index) not in left_out
    }
    titles = {
        reading.id("class", row.sourced_id): Name(row.title, "")
        for index, row in rows.classes
        if row.is_active and row.title and ("classes", index) not in left_out
    }
    called = {
        reading.id("org", row.sourced_id): Name(row.name, "")
        for index, row in rows.orgs
        if row.is_active and row.name and ("orgs", index) not in left_out
    }
    return {id_: name for id_, name in (people | titles | called).items() if name is not None}
