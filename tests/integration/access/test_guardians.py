"""Guardians, the forgotten, and the questions of the record: many learners at once, members, who is of the district."""

from typing import cast

import asyncpg
import pytest

from shared.runtime.access.projection import AccessProjection
from shared.runtime.access.questions import MAX_LAG, Access
from shared.runtime.clock import now
from shared.runtime.problems import Problem
from tests.support.asked import counted
from tests.support.relations import Relations, new_id

LEARNER, CHILD, GUARDIAN, TEACHER, ADMINISTRATOR, AUDITOR = (new_id() for _ in range(6))
SCHOOL, SECTION, COURSE = (new_id() for _ in range(3))

BATCHES = pytest.mark.parametrize("batch", [1, 2, 1000])


class World:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool, self.projection = pool, AccessProjection()
        self.now = now()
        self.access = Access(pool, lambda: self.now)

    async def given(self, relations: Relations, *, batch: int = 1000) -> None:
        for start in range(0, len(relations.entries), batch):
            async with self.pool.acquire() as connection, connection.transaction():
                await self.projection.apply(
                    cast("asyncpg.Connection", connection), relations.entries[start : start + batch]
                )


@pytest.fixture
def world(pool: asyncpg.Pool) -> World:
    return World(pool)


def family() -> Relations:
    """Two learners in a section, one of them with a guardian, and staff."""
    return (
        Relations()
        .opened(SECTION, SCHOOL, course=COURSE)
        .enrolled(LEARNER, SCHOOL, SECTION)
        .enrolled(CHILD, SCHOOL, SECTION)
        .granted(TEACHER, "teacher", f"section/{SECTION}")
        .granted(ADMINISTRATOR, "administrator", f"school/{SCHOOL}")
        .granted(AUDITOR, "auditor", "district")
        .linked(CHILD, GUARDIAN)
    )


@BATCHES
async def test_a_guardian_sees_her_child_and_no_other_and_decides_nothing(world: World, batch: int) -> None:
    await world.given(family(), batch=batch)
    access = world.access
    assert await access.visible(GUARDIAN, [LEARNER, CHILD]) == {CHILD}
    assert await access.may_see(GUARDIAN, CHILD)
    assert not await access.may_see(GUARDIAN, LEARNER)
    assert await access.is_guardian(GUARDIAN, CHILD)
    assert not await access.is_guardian(GUARDIAN, LEARNER)
    assert not await access.is_guardian(CHILD, GUARDIAN)
    assert not await access.may_see(CHILD, GUARDIAN), "a child does not see her guardian's record"
    assert await access.recordable(GUARDIAN, [CHILD]) == set()
    assert await access.gradable(GUARDIAN, COURSE, [CHILD]) == set()
    assert not await access.may_verify(GUARDIAN, CHILD)
    assert await access.may_read_disclosures(GUARDIAN, CHILD)
    assert not await access.may_read_disclosures(GUARDIAN, LEARNER)


@BATCHES
async def test_who_is_unlinked_sees_nothing_and_may_be_linked_again(world: World, batch: int) -> None:
    await world.given(family().unlinked(CHILD, GUARDIAN), batch=batch)
    assert not await world.access.may_see(GUARDIAN, CHILD)
    assert not await world.access.is_guardian(GUARDIAN, CHILD)
    assert not await world.access.may_read_disclosures(GUARDIAN, CHILD)
    await world.given(Relations().linked(CHILD, GUARDIAN).linked(CHILD, GUARDIAN))
    assert await world.access.may_see(GUARDIAN, CHILD)


@BATCHES
async def test_of_a_forgotten_learner_only_the_districts_own_may_ask(world: World, batch: int) -> None:
    await world.given(family().forgotten(CHILD), batch=batch)
    for person in (GUARDIAN, TEACHER, ADMINISTRATOR):
        assert await world.access.visible(person, [CHILD]) == set()
    assert await world.access.may_see(AUDITOR, CHILD)
    assert await world.access.members(f"section/{SECTION}") == [LEARNER]
    assert not await world.access.has_any_relation(CHILD)
    assert not await world.access.has_any_relation(GUARDIAN)
    assert await world.access.visible(TEACHER, [LEARNER]) == {LEARNER}


async def test_while_a_childs_entries_wait_her_guardian_waits_too(world: World, pool: asyncpg.Pool) -> None:
    await world.given(family())
    await pool.execute(
        "INSERT INTO projection.quarantine (ledger, shard, owner, position, type, reason)"
        " VALUES ('evidence', 3, $1, 9, 'ascertain.GuardianUnlinked', 'ValueError')",
        CHILD,
    )
    assert not await world.access.may_see(GUARDIAN, CHILD)
    assert not await world.access.is_guardian(GUARDIAN, CHILD)
    assert await world.access.may_see(TEACHER, CHILD)


async def test_an_owner_is_forgotten_and_folded_again(world: World, pool: asyncpg.Pool) -> None:
    await world.given(family())
    async with pool.acquire() as connection, connection.transaction():
        await world.projection.forget_owner(cast("asyncpg.Connection", connection), CHILD)
    assert not await world.access.may_see(GUARDIAN, CHILD)
    await world.given(Relations().linked(CHILD, GUARDIAN))
    assert await world.access.may_see(GUARDIAN, CHILD)


async def test_a_teacher_grades_in_the_course_of_her_section_alone(world: World) -> None:
    other_course, other_section = new_id(), new_id()
    relations = family().opened(other_section, SCHOOL, course=other_course).enrolled(LEARNER, SCHOOL, other_section)
    await world.given(relations)
    both = [LEARNER, CHILD]
    gradable = world.access.gradable
    assert await gradable(TEACHER, COURSE, both) == {LEARNER, CHILD}
    assert await gradable(TEACHER, other_course, both) == set(), "she sees the learners, but teaches another course"
    assert await gradable(ADMINISTRATOR, other_course, both) == {LEARNER, CHILD}
    for nobody in (AUDITOR, LEARNER, GUARDIAN, new_id(), ""):
        assert await gradable(nobody, COURSE, both) == set()
    for no_course in ("", "mathematics", new_id()):
        assert await gradable(TEACHER, no_course, both) == set()


async def test_a_substitute_grades_and_sees_until_the_very_instant(world: World) -> None:
    substitute, ends = new_id(), world.now + 1000
    await world.given(family().granted(substitute, "teacher", f"section/{SECTION}", ends=ends))
    world.now = ends - 1
    assert await world.access.gradable(substitute, COURSE, [CHILD]) == {CHILD}
    assert await world.access.visible(substitute, [CHILD]) == {CHILD}
    assert await world.access.has_any_relation(substitute)
    world.now = ends
    assert await world.access.gradable(substitute, COURSE, [CHILD]) == set()
    assert await world.access.visible(substitute, [CHILD]) == set()
    assert not await world.access.has_any_relation(substitute)


async def test_the_members_of_sections_and_schools(world: World) -> None:
    elsewhere = new_id()
    await world.given(family().enrolled(LEARNER, SCHOOL).enrolled(elsewhere, new_id()))
    expected = sorted([LEARNER, CHILD])
    assert await world.access.members(f"section/{SECTION}") == expected
    assert await world.access.members(f"school/{SCHOOL}") == expected
    for nothing in (f"section/{SCHOOL}", "district", "school/", "school", "learner/" + LEARNER, "section/' OR true"):
        assert await world.access.members(nothing) == []


async def test_who_is_of_the_district(world: World) -> None:
    await world.given(family())
    for person in (LEARNER, GUARDIAN, TEACHER, ADMINISTRATOR, AUDITOR):
        assert await world.access.has_any_relation(person)
    for nobody in (new_id(), "", "district"):
        assert not await world.access.has_any_relation(nobody)


async def test_who_may_read_who_was_shown_what(world: World) -> None:
    await world.given(family())
    may = world.access.may_read_disclosures
    for person in (CHILD, GUARDIAN, ADMINISTRATOR, AUDITOR):
        assert await may(person, CHILD)
    for person in (TEACHER, LEARNER, new_id(), ""):
        assert not await may(person, CHILD)


async def test_a_thousand_learners_are_one_question(world: World) -> None:
    mine, others = [new_id() for _ in range(500)], [new_id() for _ in range(500)]
    relations = family()
    for learner in mine:
        relations.enrolled(learner, SCHOOL, SECTION)
    for learner in others:
        relations.enrolled(learner, new_id())
    relations.linked(others[0], TEACHER)
    await world.given(relations)
    asked = [*mine, *others, TEACHER, "nobody"]
    assert await world.access.visible(TEACHER, asked) == {*mine, others[0], TEACHER}
    assert await world.access.gradable(TEACHER, COURSE, asked) == set(mine)
    for question in (
        lambda: world.access.visible(TEACHER, asked),
        lambda: world.access.gradable(TEACHER, COURSE, asked),
        lambda: world.access.members(f"section/{SECTION}"),
    ):
        async with counted(world.pool) as asked_so_far:
            await question()
        assert asked_so_far() < 10  # those of the pool are among them


async def test_beyond_the_lag_these_are_answered_no_more_either(world: World, pool: asyncpg.Pool) -> None:
    await world.given(family())
    await pool.execute("UPDATE access.complete SET complete_ms = $1", world.now - MAX_LAG - 1)
    for ask in (
        lambda: world.access.visible(GUARDIAN, [CHILD]),
        lambda: world.access.gradable(TEACHER, COURSE, [CHILD]),
        lambda: world.access.is_guardian(GUARDIAN, CHILD),
        lambda: world.access.has_any_relation(TEACHER),
        lambda: world.access.members(f"section/{SECTION}"),
        lambda: world.access.may_read_disclosures(GUARDIAN, CHILD),
    ):
        with pytest.raises(Problem) as raised:
            await ask()
        assert raised.value.status == 503
    assert await world.access.visible(CHILD, [CHILD]) == {CHILD}
