"""Databases that stand: whoever is lent one finds nothing that another test wrote, and the shape of its migrations."""

import asyncpg

from deploy.setup.databases import Server
from tests.support.servers import District
from tests.support.standing import Standing

LEFT = """
SELECT (SELECT count(*) FROM ledger.kind), (SELECT sum(position) FROM ledger.head),
    (SELECT count(*) FROM access.complete WHERE looked), (SELECT is_called FROM release.turns)
"""


async def of_superuser(server: Server, district: District) -> asyncpg.Connection:
    return await asyncpg.connect(server.dsn(district.databases["evidence"].name))


async def told(connection: asyncpg.Connection) -> tuple[object, ...]:
    row = await connection.fetchrow(LEFT)
    assert row is not None
    return tuple(row)


async def test_what_a_test_wrote_is_gone_and_its_sessions_are_ended(postgres: Server, standing: Standing) -> None:
    async with standing.lent(("evidence",)) as district:
        connection = await of_superuser(postgres, district)
        before = await told(connection)
        await connection.execute(
            "INSERT INTO ledger.kind (type, schema) VALUES ('a', 'b')"
        )  # guarded, for whoever asks
        await connection.execute("UPDATE ledger.head SET position = 7")
        await connection.execute("UPDATE access.complete SET looked = true; SELECT nextval('release.turns')")
        assert await told(connection) != before
    assert connection.is_closed()
    async with standing.lent(("evidence",)) as again:
        assert again == district
        connection = await of_superuser(postgres, again)
        assert await told(connection) == before
        assert await connection.fetchval("INSERT INTO ledger.kind (type, schema) VALUES ('a', 'b') RETURNING kind") == 1
        guards = await connection.fetchval(
            "SELECT array_agg(DISTINCT tgenabled) FROM pg_trigger WHERE NOT tgisinternal"
        )
        assert b"A" in guards
        assert b"D" not in guards
        await connection.close()


async def test_one_whose_shape_was_changed_is_not_lent_again(postgres: Server, standing: Standing) -> None:
    for change in ("CREATE TABLE public.more (n int)", "GRANT SELECT ON ledger.kind TO PUBLIC"):
        async with standing.lent(("evidence",)) as district:
            connection = await of_superuser(postgres, district)
            await connection.execute(change)
            await connection.close()
        async with standing.lent(("evidence",)) as other:
            assert other.prefix != district.prefix
