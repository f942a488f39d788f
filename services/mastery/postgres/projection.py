"""The projection of both ledgers into states: evidence is folded as it comes, definitions ask for refolds."""

from collections.abc import Iterable, Mapping, Sequence

import asyncpg
import orjson

from services.mastery.domain.news import NEWS_TYPES, News, add_news, joined, judged
from services.mastery.flows.folding import outcome_of_ordered
from services.mastery.postgres import refold_queue, states
from services.mastery.postgres.packing import Packed, pack, pack_all, unpack, unpack_overrides
from services.mastery.postgres.states import Key, LearnerKey, StateRow
from shared.contracts.upcasting import as_current
from shared.ledger.canonical import parse
from shared.ledger.entry import Entry, type_name
from shared.ledger.identifiers import is_id, shard_of
from shared.rulebook.contributing import Body
from shared.rulebook.definitions import Definitions, Enrolment, Learner, school_history
from shared.rulebook.outcome import Outcomes
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.pace import Pace

FORGOTTEN = type_name("LearnerForgotten")

_NOTHING = pack_all([], [])


class MasteryProjection:
    """A `Projection`. In a service's list it stands after the projection of the definitions, which it reads."""

    def __init__(self, tenant: str, definitions: DefinitionsReader) -> None:
        self._tenant, self._definitions = tenant, definitions
        self._outcomes = Outcomes(Definitions.of(()))

    async def prepare(self, entries: Sequence[Entry]) -> None:
        """Nothing: what evidence says stands in it."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Raises what `_read` does for evidence that breaks its contract."""
        if entries[0].ledger == "definitions":
            await refold_queue.ask(connection, entries)
            return
        shards = {entry.owner: entry.shard for entry in entries}
        if forgotten := {entry.owner: entry.position for entry in entries if entry.type == FORGOTTEN}:
            await states.lock_shards(connection, shards.values())
            for learner, position in forgotten.items():
                await states.forget(connection, shards[learner], learner, position)
        if news := await _read(entry for entry in entries if entry.owner not in forgotten):
            await self._fold(connection, {(shards[learner], learner): own for learner, own in news.items()})

    async def forget_owner(self, connection: asyncpg.Connection, owner: str) -> None:
        shard = shard_of(self._tenant, owner)
        await states.lock_shards(connection, [shard])
        await states.drop_learner(connection, shard, owner)

    def _under(self, definitions: Definitions) -> Outcomes:
        """Kept until the definitions are others."""
        if self._outcomes.definitions is not definitions:
            self._outcomes = Outcomes(definitions)
        return self._outcomes

    async def _fold(self, connection: asyncpg.Connection, news: Mapping[LearnerKey, News]) -> None:
        await states.lock_shards(connection, [shard for shard, _ in news])
        outcomes = self._under((await self._definitions.view(connection)).definitions)
        schools, moved = await _enrol(connection, news)
        keys = [(*learner, competency) for learner, own in news.items() for competency in own.competencies]
        whole = [learner for learner, own in news.items() if learner in moved or own.withdrawals]
        stored = await states.read_folded_from(connection, keys, whole)
        rows: dict[Key, tuple[Packed, StateRow]] = {}
        pace = Pace()
        for key in stored.keys() | set(keys):
            shard, learner, competency = key
            own = news[shard, learner]
            packed = stored.get(key, _NOTHING)
            known, known_judged = unpack(packed.contributions), unpack_overrides(packed.overrides)
            pieces = joined(known, own.contributions.get(competency, ()), own.withdrawals)
            overrides = judged(known_judged, own.overrides.get(competency, ()), own.clearings.get(competency, {}))
            changed = pieces != known or overrides != known_judged
            if changed or ((shard, learner) in moved and key in stored):
                who = Learner(learner, shard, schools.get((shard, learner), ()))
                outcome = await outcome_of_ordered(outcomes, who, competency, pieces, overrides)
                rows[key] = pack_all(pieces, overrides), states.row_of(outcome, len(pieces))
            await pace.breathe()
        await states.write_states(connection, rows)


async def _read(entries: Iterable[Entry]) -> dict[str, News]:
    """The news by learner. Raises KeyError, TypeError, ValueError or msgspec.ValidationError for a broken body."""
    news: dict[str, News] = {}
    pace = Pace()
    for entry in entries:
        if entry.type in NEWS_TYPES:
            add_news(news, entry, _body(entry))
            await pace.breathe()
    for own in news.values():
        _check(own)
        await pace.breathe()
    return news


def _check(own: News) -> None:
    """What could not be read again must not be stored."""
    if not all(is_id(competency) for competency in own.competencies):
        raise ValueError("A competency's id must be a lowercase UUID.")
    if not all(withdrawal.by is None or is_id(withdrawal.by) for withdrawal in own.withdrawals.values()):
        raise ValueError("The id of a piece in another's place must be a lowercase UUID.")
    unpack(pack([piece for pieces in own.contributions.values() for piece in pieces]))
    for overrides in own.overrides.values():
        unpack_overrides(pack_all([], overrides).overrides)


def _body(entry: Entry) -> Body:
    """The decoded body. What is not canonical is read strictly, so that nothing passes here that audit refuses."""
    body = orjson.loads(entry.body)
    if orjson.dumps(body, option=orjson.OPT_SORT_KEYS) != entry.body:
        body = parse(entry.body)
    body = as_current(entry, body)
    if not isinstance(body, dict):
        raise ValueError("A body must be an object.")  # noqa: TRY004 - one error for every malformed body
    return body


async def _enrol(
    connection: asyncpg.Connection, news: Mapping[LearnerKey, News]
) -> tuple[dict[LearnerKey, tuple[Enrolment, ...]], set[LearnerKey]]:
    """The schools of the learners in the news, written where they have changed; and whose have."""
    schools = await states.read_schools(connection, news)
    moved: dict[LearnerKey, tuple[Enrolment, ...]] = {}
    for learner, own in news.items():
        before = schools.get(learner, ())
        after = school_history([*before, *own.enrolments]) if own.enrolments else before
        if after != before:
            moved[learner] = schools[learner] = after
    if moved:
        await states.write_schools(connection, moved)
    return schools, set(moved)
