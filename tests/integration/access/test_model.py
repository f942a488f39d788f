"""Whatever happens, the tables answer as the rules are told."""

from typing import cast

import asyncpg
import pytest

from shared.runtime.access.projection import AccessProjection
from shared.runtime.access.questions import Access
from shared.runtime.clock import now
from tests.support.access_model import Story

RECORD = ("teacher", "administrator")


@pytest.mark.parametrize("batch", [1, 3, 1000])
@pytest.mark.parametrize("seed", range(6))
async def test_the_tables_answer_as_the_rules_are_told(pool: asyncpg.Pool, seed: int, batch: int) -> None:
    moment = now()
    story = Story(seed * 1000 + batch, moment).told(60)
    model, learners, entries = story.model, story.learners, story.relations.entries
    for start in range(0, len(entries), batch):
        async with pool.acquire() as connection, connection.transaction():
            await AccessProjection().apply(cast("asyncpg.Connection", connection), entries[start : start + batch])
    access = Access(pool, lambda: moment)
    for person in [*story.people, *learners]:
        seen = {learner for learner in learners if model.visible(person, learner)}
        assert await access.visible(person, learners) == seen
        record = {learner for learner in learners if model.reached(person, learner, RECORD)}
        assert await access.recordable(person, learners) == record
        for course in story.courses:
            grade = {learner for learner in learners if model.reached(person, learner, RECORD, course)}
            assert await access.gradable(person, course, learners) == grade
        for learner in learners:
            assert await access.is_guardian(person, learner) == ((learner, person) in model.guardians)
        assert await access.has_any_relation(person) == model.belongs(person)
    for section in story.sections:
        members = sorted({learner for learner, _, place in model.enrolments if place == section})
        assert await access.members(f"section/{section}") == members
