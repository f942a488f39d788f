"""Of frameworks something is made once, however many ask for it at the same time."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import asyncpg

from shared.contracts.documents import document_digest
from shared.ledger.canonical import canonical
from shared.rulebook.known import Known
from shared.runtime.definitions.latest_frameworks import KEPT, LatestFrameworks
from shared.runtime.definitions.outlines import Outlines
from tests.support.evidence import THEME, framework


async def publish(pool: asyncpg.Pool, position: int, title: str) -> None:
    """As the projection does."""
    document = framework(THEME) | {"title": title}
    digest = document_digest(document)
    await pool.execute("INSERT INTO definitions.content VALUES ($1, $2)", digest, canonical(document))
    await pool.execute(
        "INSERT INTO definitions.document VALUES ($1, $2, 'ascertain.framework@1', $3, $4, $4)",
        *(digest, str(uuid4()), document["id"], position),
    )


async def test_who_asks_while_it_is_made_waits_for_it_and_a_few_are_remembered(pool: asyncpg.Pool) -> None:
    made: list[str] = []

    def make(documents: Sequence[Any]) -> str:
        made.append(documents[0]["title"])
        return made[-1]

    latest = LatestFrameworks(pool, make)
    for position in range(1, KEPT + 2):
        await publish(pool, position, f"Edition {position}")
    told = await asyncio.gather(*(latest.known(Known()) for _ in range(5)))
    assert (set(told), made) == ({f"Edition {KEPT + 1}"}, [f"Edition {KEPT + 1}"])
    for position in range(1, KEPT + 1):
        assert await latest.known(Known(definitions=position)) == f"Edition {position}"
    assert len(made) == KEPT + 1
    await latest.known(Known(definitions=KEPT))
    assert len(made) == KEPT + 1, "it is remembered"
    await latest.known(Known())
    assert len(made) == KEPT + 2, "and what nobody asked for the longest is not"


async def test_an_outline_is_one_object_for_all(pool: asyncpg.Pool) -> None:
    await publish(pool, 1, "English")
    outlines = Outlines(pool)
    async with AsyncExitStack() as opened:  # so that nobody is late because her connection is
        for _ in range(4):
            await opened.enter_async_context(pool.acquire())
    first, *others = await asyncio.gather(*(outlines.known(Known()) for _ in range(4)))
    assert first.ids == {THEME}
    assert all(one is first for one in others)
