"""I13 over real databases, for any interleaving: ballots issued, votes, second and late ones, and the close amid them.

The model is a dictionary and two counters: it knows nothing of streams, seals or tallies.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from shared.contracts.exhibitions import TallyPublished
from tests.integration.evidence.conftest import People
from tests.support.evidence import Running
from tests.support.exhibitions import BEST, WELL, Held, held
from tests.support.pieces import started

ROLES = ("family", "staff")
OPTIONS = ("boxer", "clover", "snowball")

_Value = TypeVar("_Value")

choices = st.none() | st.sampled_from(OPTIONS)
ratings = st.none() | st.integers(1, 4)
numbers = st.integers(0, 40)
votes = st.tuples(numbers, choices, ratings)


class ExhibitionMachine(RuleBasedStateMachine):
    """Runs in a thread of its own; everything that waits is done by the loop of the test."""

    loop: asyncio.AbstractEventLoop
    evidence: Running
    people: People
    work: str
    seen: Counter[str]

    @initialize()
    def begin(self) -> None:
        self.show: Held = self._wait(held(self.evidence, self.people.teacher, [self.work], roles=list(ROLES)))
        self.roles: dict[str, str] = {}
        self.counted: dict[str, dict[str, str]] = {}
        self.receipts: dict[str, Any] = {}
        self.closed = False
        for role in ROLES:
            self.issue(role, 6)

    @precondition(lambda self: not self.closed)
    @rule(role=st.sampled_from(ROLES), count=st.integers(1, 8))
    def issue(self, role: str, count: int) -> None:
        wish = {"id": str(uuid4()), "role": role, "count": count}
        tokens = [self._wait(self._issue(wish)).json()["tokens"] for _ in range(2)]
        assert tokens[0] == tokens[1], "the same request gives the same tokens"
        assert not set(tokens[0]) & self.roles.keys()
        self.roles |= dict.fromkeys(tokens[0], role)

    @rule(some=st.lists(votes, min_size=1, max_size=10))
    def vote(self, some: list[tuple[int, str | None, int | None]]) -> None:
        """All at once; where one ballot is among them twice, one of its votes counts."""
        self._judge(self._wait(self._together(self._asked(some), close=False)))

    @precondition(lambda self: not self.closed and len(self.counted) > 1)
    @rule(some=st.lists(votes, min_size=0, max_size=10))
    def close_amid_votes(self, some: list[tuple[int, str | None, int | None]]) -> None:
        """Whoever was told that her vote counts is counted, and whoever was told 409 is not."""
        self._judge(self._wait(self._together(self._asked(some), close=True)), closing=True)
        self.closed = True
        self._judge(self._wait(self._together([(token, {}) for token in self.roles], close=False)))
        told = self._wait(self._told())
        self._compare(told)
        self.seen["closed with key" if told.key is not None else "closed without key"] += 1

    @rule()
    def guess(self) -> None:
        answer = self._wait(self.show.vote(uuid4().hex, {}))
        assert answer.status_code == 404

    def teardown(self) -> None:
        if hasattr(self, "show") and not self.closed and self.counted:
            self._wait(self.show.close())
            self._compare(self._wait(self._told()))

    def _asked(self, some: list[tuple[int, str | None, int | None]]) -> list[tuple[str, dict[str, str]]]:
        tokens = list(self.roles)
        return [
            (
                tokens[number % len(tokens)],
                ({BEST: choice} if choice else {}) | ({f"{WELL}/{self.work}": str(rating)} if rating else {}),
            )
            for number, choice, rating in some
            if tokens
        ]

    async def _issue(self, wish: dict[str, Any]) -> httpx.Response:
        return await self.show.teacher.post(f"/v1/exhibitions/{self.show.id}/ballots", wish)

    async def _together(
        self, asked: list[tuple[str, dict[str, str]]], *, close: bool
    ) -> list[tuple[str, dict[str, str], httpx.Response]]:
        calls = [self.show.vote(token, answers) for token, answers in asked]
        closing = [self.show.close()] if close else []
        middle = len(calls) // 2
        answers = await asyncio.gather(*calls[:middle], *closing, *calls[middle:])
        if close:
            closed = answers.pop(middle)
            assert (closed.status_code, closed.json()["tally"]) == (201, "published"), closed.text
        return [(token, said, answer) for (token, said), answer in zip(asked, answers, strict=True)]

    def _judge(self, answered: list[tuple[str, dict[str, str], httpx.Response]], *, closing: bool = False) -> None:
        for token, said, answer in answered:
            if answer.status_code == 201:
                assert not self.closed
                assert token not in self.counted, "one vote a ballot"
                self.counted[token], self.receipts[token] = said, answer.json()["receipt"]["position"]
        for token, _, answer in answered:
            assert answer.status_code in {200, 201, 409}, answer.text
            self.seen[str(answer.status_code)] += 1
            if answer.status_code == 409:
                assert self.closed or closing
                assert token not in self.counted
            else:
                assert answer.json()["receipt"]["position"] == self.receipts[token], (
                    "the first receipt, whatever is said"
                )

    async def _told(self) -> TallyPublished:
        body = await self.evidence.owner.fetchval(
            "SELECT convert_from(body, 'UTF8') FROM ledger.entry WHERE stream = $1", f"tally/{self.show.id}"
        )
        return TallyPublished.model_validate_json(body)

    def _compare(self, told: TallyPublished) -> None:
        """Counted ≤ issued, one a ballot and question, and the tally is the fold of the votes that were taken."""
        assert (told.issued, told.voted) == (len(self.roles), len(self.counted))
        assert told.voted <= told.issued
        for row in told.tallied:
            name = row.question if row.work is None else f"{row.question}/{row.work}"
            own = [said for token, said in self.counted.items() if row.role in {None, self.roles[token]}]
            chosen = Counter(said[name] for said in own if name in said)
            assert (row.answers, row.abstained) == (chosen.total(), len(own) - chosen.total())
            if row.counts:
                assert {count.option: count.count for count in row.counts if count.count} == chosen
                assert row.answers >= 5

    def _wait(self, work: Coroutine[Any, Any, _Value]) -> _Value:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)


async def test_any_interleaving_of_ballots_votes_and_the_close(evidence: Running, people: People) -> None:
    ExhibitionMachine.loop = asyncio.get_running_loop()
    ExhibitionMachine.evidence, ExhibitionMachine.people = evidence, people
    ExhibitionMachine.work = await started(people.teacher, people.amara, people.bao)
    ExhibitionMachine.seen = Counter()
    await asyncio.to_thread(
        run_state_machine_as_test,
        ExhibitionMachine,
        settings=settings(
            max_examples=10, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert {"200", "201", "409"} <= set(ExhibitionMachine.seen), ExhibitionMachine.seen
