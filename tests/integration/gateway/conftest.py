"""A gateway's database, and a gateway with little services behind it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from deploy.setup.databases import Database
from tests.support.browser import Browser
from tests.support.exhibited_works import LEARNER, SCHOOL, SECTION
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


@pytest.fixture
async def teacher(door: Door, somebody: tuple[Browser, str]) -> AsyncIterator[Browser]:
    """Somebody who teaches the section of the exhibited works."""
    pool = door.pool
    await pool.execute(
        "INSERT INTO access.sections (section, course, school, owner) VALUES ($1, $2, $2, $1)", SECTION, SCHOOL
    )
    await pool.execute(
        "INSERT INTO access.grants (person, role, scope, owner) VALUES ($1, 'teacher', $2, $1)",
        somebody[1],
        f"section/{SECTION}",
    )
    await pool.execute(
        "INSERT INTO access.enrolments (learner, section, school) VALUES ($1, $2, $3)", LEARNER, SECTION, SCHOOL
    )
    yield somebody[0]
    await pool.execute("DELETE FROM access.grants WHERE person = $1", somebody[1])
    await pool.execute("DELETE FROM access.sections WHERE section = $1", SECTION)
    await pool.execute("DELETE FROM access.enrolments WHERE section = $1", SECTION)
