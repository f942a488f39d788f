"""The names that a roster brings, of people and of classes. They are in no event; the vault keeps them."""

from collections.abc import Iterable

from services.evidence.domain.roster_reading import Reading
from services.evidence.domain.roster_rows import RefusedRow, Rows
from services.evidence.domain.texts import Name


def names_of(rows: Rows, refused: Iterable[RefusedRow], reading: Reading) -> dict[str, Name]:
    """The names of the people, and the titles of the classes, in the rows that were not refused, by their ids. A title
    is a name whose first part it is.

    A row that says that somebody is no more names nobody: whoever left keeps the name that she had.
    """
    left_out = {(row.file, row.index) for row in refused}
    named = [
        ("user", row.sourced_id, row.name())
        for index, row in rows.users
        if row.is_active and ("users", index) not in left_out
    ]
    titled = [
        ("class", row.sourced_id, Name(row.title, "") if row.title else None)
        for index, row in rows.classes
        if row.is_active and ("classes", index) not in left_out
    ]
    return {reading.id(kind, sourced_id): name for kind, sourced_id, name in [*named, *titled] if name is not None}
