"""Given events, who may: the projection and the questions of access on a real database."""

from collections.abc import Sequence
from typing import cast

import asyncpg
import pytest

from shared.ledger.instants import Instant
from shared.runtime.access.projection import AccessProjection
from shared.runtime.access.questions import MAX_LAG, Access
from shared.runtime.clock import now
from shared.runtime.problems import Problem
from tests.support.asked import counted
from tests.support.relations import Relations, new_id

LEARNER, CLASSMATE, TEACHER, OTHER, ADMINISTRATOR, AUDITOR = (new_id() for _ in range(6))
SCHOOL, OTHER_SCHOOL, SECTION, OTHER_SECTION = (new_id() for _ in range(4))


class Clock:
    def __init__(self) -> None:
        self.now: Instant = now()

    def __call__(self) -> Instant:
        return self.now


class World:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool, self.clock = pool, Clock()
        self.access = Access(pool, self.clock)
        self.projection = AccessProjection()

    async def given(self, relations: Relations, *, batch: int = 1000) -> None:
        for start in range(0, len(relations.entries), batch):
            entries = relations.entries[start : start + batch]
            await self.projection.prepare(entries)
            async with self.pool.acquire() as connection, connection.transaction():
                await self.projection.apply(cast("asyncpg.Connection", connection), entries)

    async def rights(self, person: str, learner: str = LEARNER) -> Sequence[str]:
        """Which of the three rights to a learner the person has."""
        access = self.access
        answers = {
            "see": await access.may_see(person, learner),
            "record": await access.recordable(person, [learner]) == {learner},
            "verify": await access.may_verify(person, learner),
        }
        return [right for right, has in answers.items() if has]


@pytest.fixture
def world(pool: asyncpg.Pool) -> World:
    return World(pool)


def school_year() -> Relations:
    """A learner in a section of a school, with its teacher; another section and another school beside it."""
    return (
        Relations()
        .opened(SECTION, SCHOOL)
        .opened(OTHER_SECTION, OTHER_SCHOOL)
        .granted(TEACHER, "teacher", f"section/{SECTION}")
        .granted(OTHER, "teacher", f"section/{OTHER_SECTION}")
        .enrolled(LEARNER, SCHOOL, SECTION)
        .enrolled(CLASSMATE, OTHER_SCHOOL, OTHER_SECTION)
    )


@pytest.mark.parametrize("batch", [1, 1000])
async def test_who_may_what(world: World, batch: int) -> None:
    school_auditor, other_administrator, district_auditor, stranger = (new_id() for _ in range(4))
    relations = (
        school_year()
        .granted(ADMINISTRATOR, "administrator", f"school/{SCHOOL}")
        .granted(school_auditor, "auditor", f"school/{SCHOOL}")
        .granted(other_administrator, "administrator", f"school/{OTHER_SCHOOL}")
        .granted(AUDITOR, "administrator", "district")
        .granted(district_auditor, "auditor", "district")
    )
    await world.given(relations, batch=batch)
    assert await world.rights(LEARNER) == ["see"]
    assert await world.rights(TEACHER) == ["see", "record"]
    assert await world.rights(ADMINISTRATOR) == ["see", "record", "verify"]
    assert await world.rights(AUDITOR) == ["see", "record", "verify"]
    assert await world.rights(school_auditor) == ["see", "verify"]
    assert await world.rights(district_auditor) == ["see", "verify"]
    for nobody in (OTHER, CLASSMATE, other_administrator, stranger, "", "district", "' OR true --"):
        assert await world.rights(nobody) == [], nobody


async def test_who_administers_what(world: World) -> None:
    district = new_id()
    relations = Relations().granted(ADMINISTRATOR, "administrator", f"school/{SCHOOL}")
    relations.granted(district, "administrator", "district").granted(AUDITOR, "auditor", "district")
    await world.given(relations)
    is_administrator = world.access.is_administrator
    assert await is_administrator(ADMINISTRATOR, f"school/{SCHOOL}")
    assert not await is_administrator(ADMINISTRATOR, f"school/{OTHER_SCHOOL}")
    assert not await is_administrator(ADMINISTRATOR, "district")
    assert await is_administrator(district, f"school/{OTHER_SCHOOL}")
    assert await is_administrator(district, "district")
    assert not await is_administrator(AUDITOR, "district")
    assert await world.access.may_verify_all(AUDITOR)
    assert await world.access.may_verify_all(district)
    assert not await world.access.may_verify_all(ADMINISTRATOR)


@pytest.mark.parametrize("batch", [1, 1000])
async def test_a_grant_ends_at_that_very_instant_and_the_latest_counts(world: World, batch: int) -> None:
    ends = world.clock.now + 1000
    relations = school_year().granted(ADMINISTRATOR, "administrator", "district")
    await world.given(relations.granted(ADMINISTRATOR, "administrator", "district", ends=ends), batch=batch)
    world.clock.now = ends - 1
    assert await world.rights(ADMINISTRATOR) == ["see", "record", "verify"]
    assert await world.access.is_administrator(ADMINISTRATOR, "district")
    world.clock.now = ends
    assert await world.rights(ADMINISTRATOR) == []
    assert not await world.access.is_administrator(ADMINISTRATOR, "district")


@pytest.mark.parametrize("batch", [1, 1000])
async def test_a_section_is_current_from_its_beginning_until_its_end(world: World, batch: int) -> None:
    begins, ends = world.clock.now + 1000, world.clock.now + 2000
    await world.given(school_year().opened(SECTION, SCHOOL, begins, ends), batch=batch)
    seen = {}
    for moment in (begins - 1, begins, ends - 1, ends):
        world.clock.now = moment
        seen[moment] = bool(await world.rights(TEACHER))
    assert seen == {begins - 1: False, begins: True, ends - 1: True, ends: False}


async def test_a_section_is_of_a_school_and_a_course(world: World) -> None:
    await world.given(school_year())
    asked = [SECTION, OTHER_SECTION, new_id(), "x"]
    assert await world.access.schools_of(asked) == {SECTION: SCHOOL, OTHER_SECTION: OTHER_SCHOOL}
    assert (await world.access.courses_of(asked)).keys() == {SECTION, OTHER_SECTION}


async def test_a_section_that_nobody_opened_gives_no_rights(world: World) -> None:
    await world.given(Relations().granted(TEACHER, "teacher", f"section/{SECTION}").enrolled(LEARNER, SCHOOL, SECTION))
    assert await world.rights(TEACHER) == []


@pytest.mark.parametrize("batch", [1, 1000])
async def test_a_revoked_role_is_gone_and_may_come_again(world: World, batch: int) -> None:
    await world.given(school_year().revoked(TEACHER, "teacher", f"section/{SECTION}"), batch=batch)
    assert await world.rights(TEACHER) == []
    await world.given(Relations().granted(TEACHER, "teacher", f"section/{SECTION}"))
    assert await world.rights(TEACHER) == ["see", "record"]


@pytest.mark.parametrize("batch", [1, 2, 1000])
async def test_leaving_the_last_section_leaves_the_school(world: World, batch: int) -> None:
    relations = school_year().granted(ADMINISTRATOR, "administrator", f"school/{SCHOOL}")
    await world.given(relations.withdrawn(LEARNER, SCHOOL, SECTION), batch=batch)
    assert await world.rights(TEACHER) == []
    assert await world.rights(ADMINISTRATOR) == []


@pytest.mark.parametrize("batch", [1, 2, 1000])
async def test_whoever_belongs_to_a_school_by_itself_stays_without_a_section(world: World, batch: int) -> None:
    relations = school_year().granted(ADMINISTRATOR, "administrator", f"school/{SCHOOL}")
    relations.enrolled(LEARNER, SCHOOL).withdrawn(LEARNER, SCHOOL, SECTION)
    await world.given(relations, batch=batch)
    assert await world.rights(TEACHER) == []
    assert await world.rights(ADMINISTRATOR) == ["see", "record", "verify"]


@pytest.mark.parametrize("batch", [1, 2, 1000])
async def test_leaving_a_school_leaves_all_its_sections_but_no_other_school(world: World, batch: int) -> None:
    relations = school_year().granted(ADMINISTRATOR, "administrator", f"school/{SCHOOL}")
    relations.enrolled(LEARNER, OTHER_SCHOOL, OTHER_SECTION).withdrawn(LEARNER, SCHOOL)
    await world.given(relations, batch=batch)
    assert await world.rights(TEACHER) == []
    assert await world.rights(ADMINISTRATOR) == []
    assert await world.rights(OTHER) == ["see", "record"]


@pytest.mark.parametrize("batch", [1, 2, 1000])
async def test_whoever_comes_back_belongs_again(world: World, batch: int) -> None:
    relations = school_year().withdrawn(LEARNER, SCHOOL).enrolled(LEARNER, SCHOOL, SECTION)
    await world.given(relations, batch=batch)
    assert await world.rights(TEACHER) == ["see", "record"]


async def test_of_many_learners_those_that_may_be_recorded(world: World) -> None:
    mine, others = [new_id() for _ in range(500)], [new_id() for _ in range(499)]
    relations = school_year()
    for learner in mine:
        relations.enrolled(learner, SCHOOL, SECTION)
    for learner in others:
        relations.enrolled(learner, OTHER_SCHOOL, OTHER_SECTION)
    await world.given(relations)
    asked = [*mine, *others, "no learner", *mine]
    assert await world.access.recordable(TEACHER, asked) == set(mine)
    async with counted(world.pool) as asked_so_far:
        await world.access.recordable(TEACHER, asked)
    assert asked_so_far() < 10, "a few statements, those of the pool among them, for a thousand learners"


async def test_one_owner_is_forgotten_and_folded_again(world: World, pool: asyncpg.Pool) -> None:
    relations = school_year().granted(ADMINISTRATOR, "administrator", f"school/{SCHOOL}")
    await world.given(relations)
    before = await _rows(pool)
    for owner in {entry.owner for entry in relations.entries}:
        async with pool.acquire() as connection, connection.transaction():
            await world.projection.forget_owner(cast("asyncpg.Connection", connection), owner)
        assert await _rows(pool) < before
        own = Relations()
        own.entries = [entry for entry in relations.entries if entry.owner == owner]
        await world.given(own)
        assert await _rows(pool) == before


async def _rows(pool: asyncpg.Pool) -> set[tuple[object, ...]]:
    rows: set[tuple[object, ...]] = set()
    for table in ("grants", "sections", "enrolments"):
        rows |= {(table, *row.values()) for row in await pool.fetch(f"SELECT * FROM access.{table}")}
    return rows


async def test_whose_roles_wait_in_quarantine_has_none(world: World, pool: asyncpg.Pool) -> None:
    relations = school_year()
    await world.given(relations)
    owner = next(entry.owner for entry in relations.entries if entry.event == "RoleGranted")
    await pool.execute(
        "INSERT INTO projection.quarantine (ledger, shard, owner, position, type, reason)"
        " VALUES ('definitions', 0, $1, 9, 'ascertain.RoleRevoked', 'ValueError')",
        owner,
    )
    assert await world.rights(TEACHER) == []
    assert await world.rights(OTHER, CLASSMATE) == ["see", "record"]


@pytest.mark.parametrize(("ledger", "shard"), [("definitions", 0), ("evidence", 17)])
async def test_beyond_fifteen_minutes_of_lag_nothing_is_answered(
    world: World, pool: asyncpg.Pool, ledger: str, shard: int
) -> None:
    await world.given(school_year())
    await pool.execute("UPDATE access.complete SET complete_ms = $1", world.clock.now)
    stale = "UPDATE access.complete SET complete_ms = $3 WHERE ledger = $1 AND shard = $2"
    await pool.execute(stale, ledger, shard, world.clock.now - MAX_LAG)
    assert await world.rights(TEACHER) == ["see", "record"]
    await world.access.check_fresh()
    world.clock.now += 1
    asked = [
        lambda: world.access.may_see(TEACHER, LEARNER),
        lambda: world.access.recordable(TEACHER, [LEARNER]),
        lambda: world.access.may_verify(TEACHER, LEARNER),
        lambda: world.access.may_verify_all(TEACHER),
        lambda: world.access.is_administrator(TEACHER, "district"),
        world.access.check_fresh,
    ]
    for ask in asked:
        with pytest.raises(Problem) as raised:
            await ask()
        assert raised.value.status == 503
    assert await world.access.may_see(LEARNER, LEARNER), "who she is herself needs no table"
