"""Alembic's entry: one connection, one transaction, one migration at a time."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_LOCK = 7000
"""Advisory lock: two services starting at once do not migrate the same database together."""


def _upgrade(connection: Connection) -> None:
    context.configure(connection=connection, version_table=f"alembic_version{context.config.attributes['suffix']}")
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        context.run_migrations()


async def _connect() -> None:
    engine = create_async_engine(context.config.attributes["dsn"], poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_upgrade)
        await connection.commit()
    await engine.dispose()


asyncio.run(_connect())
