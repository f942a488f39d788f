"""A process that works on batches of grades, for tests that kill it.

`python -m tests.support.releasing_child DSN TENANT CHUNK`.
"""

import asyncio
import sys

from services.evidence.folding import FoldsInProcess
from services.evidence.postgres.applied import PostgresApplied
from services.evidence.postgres.ledger import PostgresLedger
from services.evidence.postgres.releasing import Releasing
from services.evidence.postgres.standings import PostgresStandings
from shared.runtime.database import connect
from shared.runtime.wake import Wake

NAME = "releasing child"


async def main(dsn: str, tenant: str, chunk: int) -> None:
    async with await connect(dsn, size=4, name=NAME) as pool:
        ledger = PostgresLedger(dsn, pool, tenant=tenant, appended=lambda: None)
        standings = PostgresStandings(pool, PostgresApplied(pool, Wake()), FoldsInProcess(), tenant=tenant)
        await Releasing(pool, ledger, standings, tenant=tenant, chunk=chunk).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
