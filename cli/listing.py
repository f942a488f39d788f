"""Lists at a terminal of any width: what may be typed into the next command is never cut."""

from collections.abc import Collection

from rich.table import Column, Table


def table(*names: str, whole: Collection[str] = ()) -> Table:
    """A table of these columns. Those in `whole` stay on one line; the others take several where there is little room.

    Nothing is ever shortened to an ellipsis: half an id would be no use to anyone.
    """
    columns = (Column(name, overflow="fold", no_wrap=name in whole) for name in names)
    return Table(*columns, box=None, pad_edge=False)


def minute(instant: str) -> str:
    """An instant of the platform to the minute, in UTC, as a person reads it: `2026-11-24 09:30`."""
    return f"{instant[:10]} {instant[11:16]}"
