"""Any interleaving of commands by concurrent callers leaves the ledger gapless and every outcome true.

Hypothesis builds calls out of a few owners, streams and ids, so that they collide; three processes' worth of lanes
append them at once; an independent model looks for an order of the commands in which every outcome is the true one.
Learners are forgotten meanwhile: from then on nothing that asks for them is answered but with that, known or not.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from structlog.testing import capture_logs

from deploy.setup.databases import Database
from services.evidence.domain.commands import Command, Expectation, Guard, NewEvent, Refused
from services.evidence.postgres.ledger import PostgresLedger
from shared.ledger.streams import evidence_stream, learner_stream
from tests.support.appending import TENANT, command, event, learner_is, open_ledger, owner_in
from tests.support.ledger_model import Answered, Model, explained

SHARDS = (3, 3, 9, 50)
"""Of the owners: two in one shard, two in one lane's shards, one in the other lane's."""

CALLERS = 3
IDS = 16

_Value = TypeVar("_Value")

numbers = st.integers(min_value=0)
an_event = st.fixed_dictionaries(
    {
        "id": st.integers(0, IDS - 1),
        "owner": st.integers(0, len(SHARDS) - 1),
        "stream": st.sampled_from(["own", "own", "own", "learner", 0, 1, 2]),
        "occurred_at": st.sampled_from([None, 1_000, 1_000, 2_000]),
        "body": st.sampled_from([b'{"n":1}', b'{"n":1}', b'{"n":2}']),
        "name": st.sampled_from(["AttemptRecorded", "AttemptRecorded", "RubricScored"]),
        "closes": st.sampled_from([False, False, False, True]),
    }
)
a_condition = st.fixed_dictionaries(
    {
        "owner": st.integers(0, len(SHARDS) - 1),
        "stream": st.sampled_from(["learner", 0, 1, 2]),
        "is": st.sampled_from([0, 1, 1, 2, "open", "open", "absent"]),
    }
)
new_command = st.fixed_dictionaries(
    {
        "events": st.lists(an_event, min_size=1, max_size=3, unique_by=lambda event: event["id"]),
        "conditions": st.lists(a_condition, max_size=2),
    }
)
a_command = st.one_of(
    new_command, new_command, numbers, st.tuples(numbers, st.sampled_from(["part", "silent", "body"]))
)
a_call = st.lists(a_command, min_size=1, max_size=3)


class AppendMachine(RuleBasedStateMachine):
    """Runs in a thread of its own; everything that waits is done by the loop of the test."""

    loop: asyncio.AbstractEventLoop
    database: Database
    ledgers: list[PostgresLedger]
    counts: dict[str, int]
    gone: list[str]

    @initialize()
    def begin(self) -> None:
        self.owners = [owner_in(shard) for shard in SHARDS]
        self.ids = [str(uuid4()) for _ in range(IDS)]
        self.said: list[Command] = []
        self.before = self._wait(self._ends())
        self.model = Model(TENANT, dict(self.before))

    @rule(calls=st.lists(st.tuples(st.integers(0, CALLERS - 1), a_call), min_size=1, max_size=4))
    def append_together(self, calls: list[tuple[int, list[Any]]]) -> None:
        self._append_and_explain([(ledger, [self._command(drawn) for drawn in call]) for ledger, call in calls])

    @rule(owner=st.integers(0, len(SHARDS) - 1), facts=st.integers(1, 3), callers=st.permutations(range(CALLERS)))
    def enrol_and_record(self, owner: int, facts: int, callers: list[int]) -> None:
        """A learner is there, and plain facts of her are recorded that ask for nothing but that she be open."""
        learner = self.owners[owner]
        self._append_and_explain([(callers[0], [command(event(learner, stream=learner_stream(learner)))])])
        recorded = [command(event(learner), guards=[learner_is("open", learner)]) for _ in range(facts)]
        self._append_and_explain([(callers[1], recorded)])

    @rule(
        owner=st.integers(0, len(SHARDS) - 1),
        number=numbers,
        facts=st.integers(0, 2),
        callers=st.lists(st.integers(0, CALLERS - 1), min_size=4, max_size=4),
        together=st.booleans(),
    )
    def forget(self, owner: int, number: int, facts: int, callers: list[int], together: bool) -> None:
        """A learner is forgotten while others record something of her, new and known: it comes before or it is gone."""
        learner = self.owners[owner]
        self.enrol_and_record(owner, 1, callers)
        closing = command(event(learner, stream=learner_stream(learner), name="LearnerForgotten", closes=True))
        known = [one for one in self.said if any(guard.stream == learner_stream(learner) for guard in one.guards)]
        again = [known[number % len(known)]] if known else []
        new = [command(event(learner), guards=[learner_is("open", learner)]) for _ in range(facts)]
        calls = [(callers[0], [closing]), (callers[1], again), (callers[2], new), (callers[3], [*again, *new])]
        calls = [(caller, call) for caller, call in calls if call]
        if together:
            calls = [(callers[0], [*again, closing, *again, *new])]
        for answer in self._append_and_explain(calls):
            self.gone += [
                asked.id
                for asked, outcome in zip(answer.commands, answer.outcomes, strict=True)
                if asked.id in self.model.kept and outcome == Refused(learner_stream(learner), "closed")
            ]

    def _append_and_explain(self, asked: list[tuple[int, list[Command]]]) -> list[Answered]:
        answers = self._wait(self._append(asked))
        self.said += [one for _, call in asked for one in call]
        for answer in answers:
            for outcome in answer.outcomes:
                name = type(outcome).__name__
                self.counts[name] = self.counts.get(name, 0) + 1
        after = explained(self.model, answers)
        assert after is not None, f"no order of these makes every outcome true: {answers}"
        self.model = after
        return answers

    def teardown(self) -> None:
        if hasattr(self, "model"):
            self._wait(self._compare())

    async def _append(self, asked: list[tuple[int, list[Command]]]) -> list[Answered]:
        outcomes = await asyncio.gather(*(self.ledgers[number].append(call) for number, call in asked))
        return [Answered(call, answer) for (_, call), answer in zip(asked, outcomes, strict=True)]

    async def _compare(self) -> None:
        """The tables hold what the model holds, and nothing else."""
        assert await self._ends() == self.model.ends
        connection = await asyncpg.connect(self.database.app)
        try:
            rows = await connection.fetch(
                "SELECT * FROM ledger.entry WHERE owner = ANY ($1::text[]::uuid[]) ORDER BY shard, position",
                self.owners,
            )
        finally:
            await connection.close()
        for shard in set(SHARDS):
            positions = [row["position"] for row in rows if row["shard"] == shard]
            first = self.before[shard][0] + 1
            assert positions == list(range(first, first + len(positions)))
        assert len(rows) == len(self.model.kept)
        for row in rows:
            kept = self.model.kept[str(row["id"])]
            assert (row["type"], str(row["owner"]), row["stream"], row["body"]) == (
                *(kept.asked.type, kept.asked.owner, kept.asked.stream, kept.asked.body),
            )
            assert (row["position"], row["version"], row["recorded_at"]) == (
                *(kept.placed.position, kept.placed.version, kept.placed.recorded_at),
            )
            occurred = kept.asked.occurred_at
            assert row["occurred_at"] == (kept.placed.recorded_at if occurred is None else occurred)
            assert (row["request_digest"] is None) == (len(kept.group) == 1)

    async def _ends(self) -> dict[int, tuple[int, int]]:
        connection = await asyncpg.connect(self.database.app)
        try:
            rows = await connection.fetch(
                "SELECT shard, position, recorded_at FROM ledger.head WHERE ledger = 'evidence'"
            )
        finally:
            await connection.close()
        return {row["shard"]: (row["position"], row["recorded_at"]) for row in rows}

    def _wait(self, work: Coroutine[Any, Any, _Value]) -> _Value:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def _command(self, drawn: Any) -> Command:
        """A new command, or one that was said before: the same, in part, without its instants, or with another body."""
        if isinstance(drawn, dict):
            return self._new(drawn)
        number, how = drawn if isinstance(drawn, tuple) else (drawn, "same")
        if not self.said:
            return command(event(self.owners[0], id_=self.ids[0]))
        before = self.said[number % len(self.said)]
        events = before.events[-1:] if how == "part" else before.events
        return command(
            *(
                NewEvent(
                    *(old.id, old.type, old.schema, old.owner, old.stream),
                    None if how == "silent" else old.occurred_at,
                    b'{"n":3}' if how == "body" else old.body,
                    old.closes,
                )
                for old in events
            ),
            expects=before.expects,
            guards=before.guards,
        )

    def _new(self, drawn: dict[str, Any]) -> Command:
        events = []
        for asked in drawn["events"]:
            id_, owner = self.ids[asked["id"]], self.owners[asked["owner"]]
            stream = evidence_stream(id_) if asked["stream"] == "own" else self._stream(asked["stream"], owner)
            words = {word: asked[word] for word in ("occurred_at", "body", "name", "closes")}
            events.append(event(owner, id_=id_, stream=stream, **words))
        expects, guards = [], []
        for asked in drawn["conditions"]:
            owner = self.owners[asked["owner"]]
            stream = self._stream(asked["stream"], owner)
            if isinstance(asked["is"], int):
                expects.append(Expectation(owner, stream, asked["is"]))
            else:
                guards.append(Guard(owner, stream, asked["is"]))
        return command(*events, expects=expects, guards=guards)

    def _stream(self, which: str | int, owner: str) -> str:
        return learner_stream(owner) if isinstance(which, str) else evidence_stream(self.ids[which])


async def test_every_interleaving_is_explained_by_some_order(database: Database) -> None:
    async with AsyncExitStack() as stack:
        logs = stack.enter_context(capture_logs())
        ledgers = [await stack.enter_async_context(open_ledger(database)) for _ in range(CALLERS)]
        AppendMachine.loop = asyncio.get_running_loop()
        AppendMachine.database = database
        AppendMachine.ledgers = ledgers
        AppendMachine.counts = {}
        AppendMachine.gone = []
        await asyncio.to_thread(
            run_state_machine_as_test,
            AppendMachine,
            settings=settings(
                max_examples=60,
                stateful_step_count=8,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    assert set(AppendMachine.counts) == {"Appended", "Repeated", "Stale", "Refused", "Mismatch"}, AppendMachine.counts
    assert AppendMachine.gone, "no id that was known was asked for again after its learner was forgotten"
    assert logs == [], "no call ever fails as a whole"
    print(AppendMachine.counts)  # noqa: T201 - for who runs with -s
