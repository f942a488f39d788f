"""A process that refolds, for tests that kill it: `python -m tests.support.refolding_child DSN CHUNK`."""

import asyncio
import sys

from services.mastery.postgres.refolding import Refolding
from shared.runtime.database import connect
from shared.runtime.definitions.reading import DefinitionsReader


async def main(dsn: str, chunk: int) -> None:
    async with await connect(dsn, size=2, name="refolding child") as pool:
        await Refolding(pool, DefinitionsReader(), chunk=chunk).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
