"""Given who is on a panel, what she may see: the works that are shown while she sits on it, and nothing else."""

import asyncpg
import pytest

from shared.runtime.access.projection import AccessProjection
from tests.integration.access.test_questions import LEARNER, World, school_year
from tests.support.relations import Relations, new_id

EXHIBITION, OTHER, PANELIST, WORK, LATER, ELSEWHERE = (new_id() for _ in range(6))
ALL = [WORK, LATER, ELSEWHERE]


@pytest.fixture
def world(pool: asyncpg.Pool) -> World:
    return World(pool)


def panel(**more: int) -> Relations:
    return (
        school_year()
        .planned(EXHIBITION, [WORK])
        .planned(OTHER, [ELSEWHERE])
        .appointed(EXHIBITION, PANELIST, more.get("ends"))
    )


@pytest.mark.parametrize("batch", [1, 1000])
async def test_a_panelist_sees_what_is_shown_and_nothing_of_a_learner(world: World, batch: int) -> None:
    await world.given(panel(), batch=batch)
    assert await world.access.exhibited(PANELIST, ALL) == {WORK}
    assert await world.access.exhibited(new_id(), ALL) == set()
    assert await world.rights(PANELIST, LEARNER) == []
    assert (await world.access.panels(PANELIST), await world.access.panels(new_id())) == ([EXHIBITION], [])
    assert not await world.access.has_any_relation(PANELIST)


@pytest.mark.parametrize("batch", [1, 1000])
async def test_a_later_plan_takes_the_place_of_an_earlier(world: World, batch: int) -> None:
    await world.given(panel().planned(EXHIBITION, [LATER]), batch=batch)
    assert await world.access.exhibited(PANELIST, ALL) == {LATER}
    await world.given(Relations().planned(EXHIBITION, []))
    assert await world.access.exhibited(PANELIST, ALL) == set()


@pytest.mark.parametrize("batch", [1, 1000])
async def test_whoever_is_dismissed_sees_nothing_until_she_is_appointed_anew(world: World, batch: int) -> None:
    relations = panel().dismissed(EXHIBITION, PANELIST)
    await world.given(relations, batch=batch)
    assert await world.access.exhibited(PANELIST, ALL) == set()
    assert await world.access.panels(PANELIST) == [EXHIBITION]
    await world.given(Relations().appointed(EXHIBITION, PANELIST))
    assert await world.access.exhibited(PANELIST, ALL) == {WORK}


async def test_an_appointment_holds_until_the_very_instant_of_its_end(world: World) -> None:
    ends = world.clock.now + 60_000
    await world.given(panel(ends=ends))
    world.clock.now = ends - 1
    assert await world.access.exhibited(PANELIST, ALL) == {WORK}
    world.clock.now = ends
    assert await world.access.exhibited(PANELIST, ALL) == set()


@pytest.mark.parametrize("owner", [EXHIBITION, WORK], ids=["exhibition", "work"])
async def test_what_waits_in_quarantine_is_shown_to_no_panel(world: World, pool: asyncpg.Pool, owner: str) -> None:
    await world.given(panel())
    await pool.execute(
        "INSERT INTO projection.quarantine (ledger, shard, owner, position, type, reason)"
        " VALUES ('evidence', 0, $1, 9, 'ascertain.PanelistDismissed', 'ValueError')",
        owner,
    )
    assert await world.access.exhibited(PANELIST, ALL) == set()


async def test_an_exhibition_is_dropped_and_folded_again(world: World, pool: asyncpg.Pool) -> None:
    relations = panel()
    await world.given(relations)
    async with pool.acquire() as connection, connection.transaction():
        await AccessProjection().forget_owner(connection, EXHIBITION)  # type: ignore[arg-type]  # asyncpg's proxy
    assert await world.access.exhibited(PANELIST, ALL) == set()
    again = Relations()
    again.entries = [entry for entry in relations.entries if entry.owner == EXHIBITION]
    await world.given(again)
    assert await world.access.exhibited(PANELIST, ALL) == {WORK}
