"""A learner who is forgotten: her rows go, also where something else of hers could never be read.

A quarantine keeps an owner's rows as they were until somebody looks. What is forgotten must not wait for that.
"""

from collections.abc import Iterable, Sequence

import asyncpg

from shared.ledger.entry import Entry
from shared.runtime.projection import Projection


def forgetting_among(entries: Iterable[Entry]) -> Entry | None:
    """The entry among an owner's by which she is forgotten, if there is one: nothing of her comes after it."""
    return next((entry for entry in entries if entry.event == "LearnerForgotten"), None)


async def forget(connection: asyncpg.Connection, projections: Sequence[Projection], forgetting: Entry) -> None:
    """Drop what is stored of an owner and apply the forgetting alone, as if nothing had come before it.

    Raises what the projections raise; call it within a savepoint.
    """
    for projection in projections:
        await projection.forget_owner(connection, forgetting.owner)
        await projection.prepare([forgetting])
        await projection.apply(connection, [forgetting])
