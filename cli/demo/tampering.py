"""What somebody with the password of PostgreSQL's superuser can do to a ledger. The demo shows that it is found."""

import asyncpg

from cli.demo.cast import Cast
from cli.errors import CommandError


async def edit_entry(cast: Cast, event: str, old: bytes, new: bytes) -> tuple[int, int]:
    """Replace a part of an entry's body in the ledger's own table, around its guard; the entry's shard and position.

    Raises CommandError where there is no such entry, or not this part in it. The place must know the superuser.
    """
    connection = await asyncpg.connect(cast.place.superuser)
    try:
        async with connection.transaction():
            await connection.execute("ALTER TABLE ledger.stored_entry DISABLE TRIGGER forbid_change")
            row = await connection.fetchrow(
                "SELECT shard, position, body FROM ledger.stored_entry WHERE id = $1 FOR UPDATE", event
            )
            if row is None or old not in row["body"]:
                raise CommandError(f"The ledger has no entry {event} with {old.decode()} in it.")
            await connection.execute(
                "UPDATE ledger.stored_entry SET body = $2 WHERE id = $1", event, row["body"].replace(old, new)
            )
            await connection.execute("ALTER TABLE ledger.stored_entry ENABLE ALWAYS TRIGGER forbid_change")
    finally:
        await connection.close()
    return row["shard"], row["position"]
