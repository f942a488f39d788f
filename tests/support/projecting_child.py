"""A projector in a process of its own, to be stopped and continued: a zombie on demand.

It tells each step on standard output. Before its first transaction it says `prepared` and waits for a line.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

import asyncpg

from shared.ledger.entry import Entry
from shared.runtime.calling import ServiceClient
from shared.runtime.database import connect
from shared.runtime.kafka_access import KafkaAccess
from shared.runtime.kafka_source import KafkaSource
from shared.runtime.ledger_door import LedgerDoor
from shared.runtime.projector import Projector
from tests.support.counting import Counting
from tests.support.real_ledger import TENANT


class Telling(Counting):
    """Counts as the others do, but waits once, between what it read and what it will write."""

    def __init__(self) -> None:
        super().__init__()
        self._told = False

    async def prepare(self, entries: Sequence[Entry]) -> None:
        if not self._told:
            self._told = True
            tell("prepared", position=entries[-1].position)
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        await super().apply(connection, entries)
        tell("applied", position=entries[-1].position)


def tell(what: str, **more: object) -> None:
    sys.stdout.write(json.dumps({"what": what, **more}) + "\n")
    sys.stdout.flush()


async def main() -> None:
    bootstrap, group, topics, dsn, door = sys.argv[1:]
    pool = await connect(dsn, size=4, name="zombie")
    async with ServiceClient(door) as client:
        source = KafkaSource(KafkaAccess(bootstrap), group, json.loads(topics), tenant=TENANT, session_timeout=6.0)
        projector = Projector(pool, source, [Telling()], refill=LedgerDoor(client, lambda: ""), retry_longest=0.5)
        task = asyncio.create_task(projector.run())
        while not task.done():
            await asyncio.wait([task], timeout=0.05)
            tell("fenced", count=projector.fenced)
        task.result()


if __name__ == "__main__":
    asyncio.run(main())
