"""Academic sessions for grades: put where rosters leave them, so that each test has periods of its own."""

from collections.abc import Sequence
from uuid import uuid4

import asyncpg


async def name_periods(connection: asyncpg.Connection, periods: Sequence[str]) -> None:
    """Remember these ids as a roster's academic sessions. `connection` sees everything of evidence's database."""
    await connection.execute(
        "INSERT INTO handed_in.session (id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING", list(periods)
    )


async def new_period(connection: asyncpg.Connection) -> str:
    """An academic session that nothing else knows of."""
    period = str(uuid4())
    await name_periods(connection, [period])
    return period
