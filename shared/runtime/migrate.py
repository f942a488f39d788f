"""Migrations: plain SQL files, numbered a service, run by Alembic in one transaction under a lock.

A service's revisions lie in `services/<name>/postgres/migrations/`, each a few lines that name an SQL file; those of a
further database of a service in a room of their own. In the SQL, `{app}`, `{relay}`, `{vault}` and `{migrator}` stand
for the roles of the database at hand. Killed half-way, nothing is
changed; run again, it goes on from where it was.

Alembic is imported only where it is used: it is 0.8 s and 30 MiB that a service which only runs need not pay.
"""

import asyncio
import re
from collections.abc import Collection
from pathlib import Path

import asyncpg

from shared.runtime.versions.names import naming

_ROOT = Path(__file__).parents[2]
_ENVIRONMENT = Path(__file__).parent / "migrations"
_ROLE = re.compile(r"\{(app|relay|vault|migrator)\}")


def migrate(service: str, dsn: str, *, room: str = "postgres", schemas: Collection[str] = (), suffix: str = "") -> None:
    """Bring the service's database up to the newest revision. `dsn` is the migrator's, who owns the database.

    `room` is the folder of the service whose revisions they are. With a `suffix`, what they make is another version of
    these `schemas`, beside those that serve (see `versions`).

    Raises asyncpg.PostgresError or OSError where that is not possible. May not be called from within an event loop.
    """
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(_ROOT / "services" / service / room / "migrations"))
    config.attributes |= {"schemas": tuple(schemas), "suffix": suffix}
    config.attributes["dsn"] = dsn.replace("postgresql://", "postgresql+asyncpg://", 1)
    command.upgrade(config, "head")


async def migrate_in_loop(service: str, dsn: str, *, room: str = "postgres") -> None:
    """`migrate`, for callers within an event loop; it runs in a thread of its own."""
    await asyncio.to_thread(migrate, service, dsn, room=room)


def apply(file: Path) -> None:
    """Run an SQL file of many statements within the revision that calls this."""
    from alembic import context, op  # noqa: PLC0415

    bind = op.get_bind()
    database = bind.exec_driver_sql("SELECT current_database()").scalar_one()
    sql = _ROLE.sub(lambda match: f'"{database}_{match.group(1)}"', file.read_text())
    attributes = context.config.attributes
    sql = naming(sql, attributes["schemas"], attributes["suffix"])
    raw = bind.connection.dbapi_connection
    assert raw is not None

    async def execute(connection: asyncpg.Connection) -> str:
        return await connection.execute(sql)

    raw.run_async(execute)  # through SQLAlchemy, asyncpg prepares, and so takes one statement only


def apply_shared(name: str) -> None:
    """`apply` for a file that several services' revisions share, such as `0001_projection`."""
    apply(_ENVIRONMENT / f"{name}.sql")
