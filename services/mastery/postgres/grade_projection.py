"""The projection of grades and reviews into the tables `mastery.grade`, `mastery.graded` and `mastery.review`."""

from collections.abc import Sequence

import asyncpg

from services.mastery.domain.grades import DECISIONS, Grade, decision_of, with_decision
from services.mastery.domain.reviews import REVIEWS, answer_of, review_of
from services.mastery.postgres import grades
from shared.ledger.entry import Entry, type_name
from shared.ledger.identifiers import shard_of
from shared.runtime.pace import Pace

_TYPES = frozenset(type_name(event) for event in (*DECISIONS, *REVIEWS, "LearnerForgotten"))


class GradeProjection:
    """A `Projection` of the evidence ledger. What a decision rests on is asked of other tables at read."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing: what a decision says stands in it."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Raises ValueError for a decision or an answer without what it is about, and for a broken body."""
        entries = [entry for entry in entries if entry.type in _TYPES]
        if not entries:
            return
        forgotten = {entry.owner: entry.shard for entry in entries if entry.event == "LearnerForgotten"}
        for learner, shard in forgotten.items():
            await grades.drop_learner(connection, shard, learner)
        own = [entry for entry in entries if entry.owner not in forgotten]
        for shard in sorted({entry.shard for entry in own}):
            await _judge(connection, shard, [e for e in own if e.shard == shard and e.event in DECISIONS])
        await _review(connection, [entry for entry in own if entry.event in REVIEWS])

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        await grades.drop_learner(connection, shard_of(self._tenant, owner), owner)


async def _judge(connection: asyncpg.Connection, shard: int, entries: Sequence[Entry]) -> None:
    if not entries:
        return
    read = [(entry, *decision_of(entry)) for entry in entries]
    known = await grades.read_grades(connection, shard, {(entry.owner, grade) for entry, grade, *_ in read})
    changed: dict[str, Grade] = {}
    pace = Pace()
    for entry, id_, course, period, decision in read:
        if decision.state == "released":
            changed[id_] = Grade(id_, entry.owner, course, period, (decision,))
        else:
            grade = changed.get(id_, known.get(id_))
            if grade is None or (grade.learner, grade.course, grade.period) != (entry.owner, course, period):
                raise ValueError(f"Entry {entry.id} is about a grade {id_} that was not released.")
            changed[id_] = with_decision(grade, decision)
        await pace.breathe()
    await grades.write_grades(connection, shard, list(changed.values()))


async def _review(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    for entry in entries:
        if entry.event == "ReviewRequested":
            await grades.write_review(connection, entry.shard, review_of(entry))
        else:
            review, answer = answer_of(entry)
            if not await grades.write_answer(connection, entry.shard, entry.owner, review, answer):
                raise ValueError(f"Entry {entry.id} answers a review {review} that was not asked for.")
