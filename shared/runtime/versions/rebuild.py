"""Rebuilds a service's tables while it serves: filled from the ledger, compared, switched to, and back if need be.

Killed at any moment, nothing that serves has changed, or the switch has happened whole; asked for again, it goes on
from where it was.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import asyncpg

from shared.runtime.database import connect
from shared.runtime.ledger_reader import LedgerReader
from shared.runtime.migrate import migrate
from shared.runtime.settings import Settings
from shared.runtime.trouble import is_trouble, reason_of
from shared.runtime.versions import switching
from shared.runtime.versions.filling import Filler, Filling, Tell, filling
from shared.runtime.versions.names import BEFORE, NEXT, connection_class
from shared.runtime.versions.parity import compared
from shared.runtime.versions.switching import NotYetError, Schemas, switch
from shared.runtime.versions.wishes import NotRebuiltError, Wish

_LOCK = 7004
"""Advisory lock: one rebuild of a database at a time."""

CONNECTIONS = 8
TRIES = 20
"""How often a switch is tried: under traffic it may take a few times to have everybody stand still at once."""

_KEPT = "The version before is kept: --back returns to it, --drop removes it; it goes when somebody is forgotten."
_NOT_KEPT = "The version before is not kept: somebody was forgotten meanwhile of whom it does not know."


@dataclass(frozen=True, slots=True)
class Rebuildable:
    """What a service's tables are filled by.

    `filler` makes it over a pool that means the version being filled. `pending` is a query whether something that a
    definition asked for is still to be done. `session` are settings of the sessions that fill. `differ` is told of the
    suffixes of the version that serves and of the one that will, in the transaction that switches.
    """

    service: str
    schemas: Schemas
    ledger: LedgerReader
    filler: Callable[[asyncpg.Pool], Filler]
    pending: str | None = None
    session: Mapping[str, str] = field(default_factory=dict)
    differ: Callable[[asyncpg.Connection, str, str], Awaitable[object]] | None = None


async def rebuilt(what: Rebuildable, settings: Settings, wish: Wish, tell: Tell, *, accept: bool = False) -> None:
    """Do what is wished, telling how it goes.

    *switch*: fill the next version (or go on filling it), compare, and switch if they are equal, or if differences are
    accepted. *compare*: the same without the switch; the next version stays, and differences are an error too.
    *back*: bring the version before up to date, and switch to it. *drop*: remove the next version and the one before.

    Raises NotRebuiltError.
    """
    try:
        await _rebuilt(what, settings, wish, tell, accept=accept)
    except Exception as error:
        if not is_trouble(error):
            raise
        raise NotRebuiltError(f"Nothing was switched: {reason_of(error)}. Run it again; it goes on.") from error


async def _rebuilt(what: Rebuildable, settings: Settings, wish: Wish, tell: Tell, *, accept: bool) -> None:
    if settings.database_migrator is None:
        raise NotRebuiltError("A rebuild makes schemas: it needs ASCERTAIN_DATABASE_MIGRATOR.")
    async with AsyncExitStack() as opened:
        owner = await asyncpg.connect(settings.database_migrator)
        opened.push_async_callback(owner.close, timeout=5)
        if not await owner.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            raise NotRebuiltError(f"Another rebuild of {what.service} is under way.")
        if wish == "drop":
            for suffix in (NEXT, BEFORE):
                await switching.drop(owner, what.schemas, suffix)
            tell("The version that serves is the only one now.")
            return
        await _begin(what, owner, settings.database_migrator, wish, tell)
        pool = await connect(
            settings.database,
            size=CONNECTIONS,
            name=f"{what.service} rebuilding",
            kind=connection_class(what.schemas.versioned, NEXT),
            settings=what.session,
        )
        opened.push_async_callback(pool.close)
        serving = await connect(settings.database, size=2, name=f"{what.service} comparing")
        opened.push_async_callback(serving.close)
        async with filling(pool, what.filler, what.ledger, pending=what.pending) as under_way:
            await under_way.caught_up(tell)
            await _compare(what, serving, tell, accept=accept or wish == "back")
            if wish != "compare":
                await _switch(what, owner, under_way, tell)


async def _begin(what: Rebuildable, owner: asyncpg.Connection, migrator: str, wish: Wish, tell: Tell) -> None:
    """Have the next version there: new, taken up where it was left, or (`back`) the one that served before."""
    if wish == "back":
        if await switching.exists(owner, what.schemas, BEFORE):
            await switching.drop(owner, what.schemas, NEXT)
            await switching.take_up(owner, what.schemas)
        elif not await switching.exists(owner, what.schemas, NEXT):  # a way back that was broken off goes on
            raise NotRebuiltError("There is no version before this one to go back to.")
    going_on = await switching.exists(owner, what.schemas, NEXT)
    tell("Going on where it was left." if going_on else "Making the tables of the next version.")
    every = (*what.schemas.versioned, *what.schemas.single)
    await asyncio.to_thread(migrate, what.service, migrator, schemas=every, suffix=NEXT)
    await switching.drop_single(owner, what.schemas)


async def _compare(what: Rebuildable, serving: asyncpg.Pool, tell: Tell, *, accept: bool) -> None:
    parity = await compared(serving, what.schemas.versioned, pending=what.pending)
    for sentence in parity.sentences():
        tell(sentence)
    if not parity.equal and not accept:
        raise NotRebuiltError(
            "Nothing was switched: the versions differ. Look at why; then --accept-differences, or --drop."
        )


async def _switch(what: Rebuildable, owner: asyncpg.Connection, under_way: Filling, tell: Tell) -> None:
    for attempt in range(TRIES):
        under_way.go_on()
        try:
            is_kept = await switch(owner, what.schemas, under_way, what.differ)
        except (NotYetError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            await asyncio.sleep(0.2 * (attempt + 1))
        else:
            tell(f"Switched. {_KEPT if is_kept else _NOT_KEPT}")
            return
    raise NotRebuiltError("Nothing was switched: the tables never stood still for long enough. Try again.")
