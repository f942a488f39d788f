"""Evidence sent in batches: several requests under way at once, every item's own outcome told, in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

from cli.errors import Refused
from cli.gateway import Gateway

BATCH = 500
"""Items a request; the platform takes up to 1,000."""

UNDER_WAY = 4
"""Requests under way at once: enough to keep every part of the platform busy."""

_Row = TypeVar("_Row")


@dataclass(slots=True)
class Tally:
    """How a file fared: rows newly appended, known before, and refused."""

    appended: int = 0
    repeated: int = 0
    refused: int = 0
    reached: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.appended + self.repeated + self.refused

    def at_least(self) -> str:
        """The positions reached, as the `at_least` of a read that must see all of it."""
        return ",".join(f"{ledger}:{shard}:{position}" for (ledger, shard), position in sorted(self.reached.items()))

    def receive(self, receipt: dict[str, Any]) -> None:
        """Count one item's receipt."""
        if receipt["outcome"] == "appended":
            self.appended += 1
        else:
            self.repeated += 1
        place = receipt["position"]
        shard = (place["ledger"], place["shard"])
        self.reached[shard] = max(self.reached.get(shard, 0), place["position"])


@dataclass(frozen=True, slots=True)
class Row(Generic[_Row]):
    """An item to send, and the row of the file that it came from."""

    source: _Row
    item: dict[str, Any]


async def send(
    gateway: Gateway,
    rows: Iterable[Row[_Row]],
    tally: Tally,
    *,
    refuse: Callable[[_Row, dict[str, Any]], None],
    progress: Callable[[int], None],
) -> Tally:
    """Record every row's evidence, counted in `tally`, which it gives back.

    `refuse` is told each row that was refused with its problem, in the file's order; `progress` is told how many rows
    were answered. Raises Refused where a whole request is refused for a reason that is no row's own (rights, size), and
    CommandError where the platform stops answering.
    """
    async for batch, results in _answers(gateway, rows):
        for row, result in zip(batch, results, strict=True):
            if "outcome" in result:
                tally.receive(result)
            else:
                tally.refused += 1
                refuse(row.source, result)
        progress(len(batch))
    return tally


async def _answers(
    gateway: Gateway, rows: Iterable[Row[_Row]]
) -> AsyncIterator[tuple[list[Row[_Row]], list[dict[str, Any]]]]:
    """Batches with their results in order, at most `UNDER_WAY` requests at once."""
    pending: list[tuple[list[Row[_Row]], asyncio.Task[list[dict[str, Any]]]]] = []
    try:
        for batch in _batches(rows):
            pending.append((batch, asyncio.create_task(_post(gateway, batch))))
            if len(pending) == UNDER_WAY:
                first, task = pending.pop(0)
                yield first, await task
        for first, task in pending:
            yield first, await task
    finally:
        for _, task in pending:
            task.cancel()


async def _post(gateway: Gateway, batch: list[Row[_Row]]) -> list[dict[str, Any]]:
    try:
        _, results = await gateway.post("/v1/evidence", [row.item for row in batch])
    except Refused as refused:
        if len(batch) == 1:
            return [refused.problem]
        raise
    return list(results)


def _batches(rows: Iterable[Row[_Row]]) -> Iterator[list[Row[_Row]]]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch
