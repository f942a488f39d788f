"""What an import leaves out: counted by what it is, with the first ones named, and told in plain sentences."""

from collections.abc import Iterator
from dataclasses import dataclass, field

NAMED = 3
"""Examples that are told of each sort."""


@dataclass(slots=True)
class LeftOut:
    """`add` what is left out; `sentences` tells of it, a line a sort."""

    _counts: dict[str, int] = field(default_factory=dict)
    _first: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, example: str | None = None, *, count: int = 1) -> None:
        """One more (or `count`) of a sort, such as `item without a statement`."""
        self._counts[what] = self._counts.get(what, 0) + count
        first = self._first.setdefault(what, [])
        if example is not None and len(first) < NAMED and example not in first:
            first.append(example)

    def sentences(self) -> Iterator[str]:
        """`2 × item without a statement: 8.EE.1, 8.EE.2`, in the order in which they were first seen."""
        for what, count in self._counts.items():
            first, more = self._first[what], ", …" if count > NAMED else ""
            yield f"{count:,} × {what}" + (f": {', '.join(first)}{more}" if first else "")
