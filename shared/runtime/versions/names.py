"""How the schemas of another version are called, and statements that mean them.

SQL names the schemas of the version that serves. While another one is filled, its connections send each statement with
the version's own names in it, so that one code, and one set of migrations, fills any version.
"""

import re
from collections.abc import Iterable
from typing import Any

import asyncpg

NEXT, BEFORE = "_next", "_before"
"""What the schemas of the version being filled, and of the one that served before, are called beyond the plain name."""


def naming(sql: str, schemas: Iterable[str], suffix: str) -> str:
    """The statement with every mention of these schemas, as `name.` or after SCHEMA, given the suffix."""
    if not suffix:
        return sql
    names = "|".join(re.escape(name) for name in schemas)
    return re.sub(rf"(?<![\w.$])(?:{names})(?=\.[a-z_])|(?<=\bSCHEMA )(?:{names})\b", rf"\g<0>{suffix}", sql)


def connection_class(schemas: Iterable[str], suffix: str) -> type[asyncpg.Connection]:
    """A kind of connection whose statements mean the schemas with this suffix, in every way that there is to send one:
    none may reach the tables that serve.
    """
    kept = tuple(schemas)

    class VersionConnection(asyncpg.Connection):
        async def execute(self, query: str, *args: Any, **options: Any) -> str:
            return await super().execute(naming(query, kept, suffix), *args, **options)

        async def executemany(self, command: str, args: Any, **options: Any) -> None:
            await super().executemany(naming(command, kept, suffix), args, **options)

        async def fetch(self, query: str, *args: Any, **options: Any) -> list[Any]:
            rows: list[Any] = await super().fetch(naming(query, kept, suffix), *args, **options)
            return rows

        async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
            return await super().fetchrow(naming(query, kept, suffix), *args, **options)

        async def fetchval(self, query: str, *args: Any, **options: Any) -> Any:
            return await super().fetchval(naming(query, kept, suffix), *args, **options)

        async def prepare(self, query: str, **options: Any) -> Any:
            return await super().prepare(naming(query, kept, suffix), **options)

        def cursor(self, query: str, *args: Any, **options: Any) -> Any:
            return super().cursor(naming(query, kept, suffix), *args, **options)

        async def copy_records_to_table(self, table_name: str, **options: Any) -> str:
            schema = options.get("schema_name")
            if schema in kept:
                options["schema_name"] = f"{schema}{suffix}"
            return await super().copy_records_to_table(table_name, **options)

    return VersionConnection
