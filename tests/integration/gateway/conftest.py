"""A gateway's database, and a gateway with little services behind it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from deploy.setup.databases import Database
from tests.support.browser import Browser
from tests.support.gateway import World, gateway_world
from tests.support.hostile_issuer import HostileIssuer
from tests.support.signing_in import Door, hostile_door
from tests.support.standing import Standing


@pytest.fixture(scope="module")
async def database(standing: Standing) -> AsyncIterator[Database]:
    async with standing.lent(("gateway",)) as district:
        yield district.databases["gateway"]


@pytest.fixture(scope="module")
async def pool(database: Database) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database.app, min_size=1, max_size=3) as opened:
        yield opened


@pytest.fixture(scope="module")
async def running(pool: asyncpg.Pool, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with gateway_world(pool, tmp_path_factory.mktemp("gateway")) as made:
        yield made


@pytest.fixture
def world(running: World) -> World:
    """A running gateway that the tests of a module share; nothing has been asked of its services yet."""
    return running.cleared()


@pytest.fixture(scope="module")
async def place(
    pool: asyncpg.Pool, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Door, HostileIssuer]]:
    async with hostile_door(pool, tmp_path_factory.mktemp("door")) as made:
        yield made


@pytest.fixture
def door(place: tuple[Door, HostileIssuer]) -> Door:
    """A door at the present time, behind which nothing was asked yet."""
    place[0].clock.ahead = 0
    place[0].world.cleared()
    return place[0]


@pytest.fixture
def hostile(place: tuple[Door, HostileIssuer]) -> HostileIssuer:
    """The issuer. It names someone new in each test."""
    place[1].claims = {"sub": str(uuid4())}
    return place[1]


@pytest.fixture
async def person(door: Door, hostile: HostileIssuer) -> str:
    """Whom the issuer names."""
    return await door.link(hostile.claims["sub"])


@pytest.fixture
async def browser(door: Door, hostile: HostileIssuer, person: str) -> Browser:
    """Hers, signed in."""
    made = door.browser()
    assert (await door.signed_in(made, hostile)).status_code == 303
    return made


@pytest.fixture
def somebody(browser: Browser, person: str) -> tuple[Browser, str]:
    """A browser that somebody is signed in with, and who."""
    return browser, person
