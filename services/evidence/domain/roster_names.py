"""The names that a roster brings. They are in no event; the vault keeps them."""

from collections.abc import Iterable

from services.evidence.domain.roster_reading import Reading
from services.evidence.domain.roster_rows import RefusedRow, Rows
from services.evidence.domain.texts import Name


def names_of(rows: Rows, refused: Iterable[RefusedRow], reading: Reading) -> dict[str, Name]:
    """The names of the people in the rows that were not refused, by the people's ids.

    A row that says that somebody is no more names nobody: whoever left keeps the name that she had.
    """
    left_out = {row.index for row in refused if row.file == "users"}
    named = ((row.sourced_id, row.name()) for index, row in rows.users if row.is_active and index not in left_out)
    return {reading.id("user", sourced_id): name for sourced_id, name in named if name is not None}
