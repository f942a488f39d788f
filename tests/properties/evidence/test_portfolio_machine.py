"""Whatever is asked of a portfolio in whatever order, and asked again: it is what a plain list of exhibits would be.

The model shares no code with the decisions: a list that is appended to, removed from and reordered, and a set of links.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.evidence.domain.commands import Appended, Command, Mismatch, Outcome, Placed, Repeated, Stale
from services.evidence.domain.errors import Conflict, Invalid, NotFound, StaleVersion
from services.evidence.domain.exhibits import ArrangeExhibits, ChooseExhibit, WithdrawExhibit, curated_of
from services.evidence.domain.sharing import RevokeShare, SharePortfolio, opened
from services.evidence.flows.arrange_exhibits import arrange_exhibits
from services.evidence.flows.choose_exhibit import choose_exhibit
from services.evidence.flows.share_portfolio import revoke_share, share_portfolio
from services.evidence.flows.withdraw_exhibit import withdraw_exhibit
from shared.ledger.entry import Entry
from shared.ledger.links import share_named, token_of
from tests.support.pure_district import AMARA, NOW, THEME, WORK, PureDistrict, SmallLedger, entry

STREAM = f"portfolio/{AMARA}"
VERSIONS = [str(UUID(int=(n << 80) | (4 << 76) | (8 << 60))) for n in range(1, 7)]


@dataclass
class OneStream(SmallLedger):
    """A ledger that judges ids and versions of one stream, and keeps what it appends."""

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        return [self._one(command) for command in commands]

    def _one(self, command: Command) -> Outcome:
        [event] = command.events
        known = next((held for held in self.held if held.id == event.id), None)
        if known is not None:
            same = (known.event, known.body) == (event.type.removeprefix("ascertain."), event.body)
            place = Placed(known.id, known.stream, 0, known.position, known.version, NOW)
            return Repeated((place,)) if same else Mismatch(event.id)
        version = sum(held.stream == STREAM for held in self.held)
        if command.expects[0].version != version:
            return Stale(STREAM, version)
        made = entry(event.type.removeprefix("ascertain."), event.id, event.body, stream=STREAM, version=version + 1)
        self.held.append(made)
        return Appended((Placed(made.id, STREAM, 0, made.position, made.version, NOW),))


def works() -> list[Entry]:
    started = entry("WorkStarted", WORK, b'{"work":"%s","members":["%s"]}' % (WORK.encode(), AMARA.encode()),
                    owner=WORK, stream=f"work/{WORK}")  # fmt: skip
    return [
        started,
        *(
            entry("WorkVersionAdded", version, b"{}", owner=WORK, stream=f"work/{WORK}", version=n)
            for n, version in enumerate(VERSIONS, start=2)
        ),
    ]


@dataclass
class Model:
    """Exhibits as (id, version) in order; links as share → what it shows, and which of them are over."""

    shown: list[tuple[str, str]] = field(default_factory=list)
    links: dict[str, list[str]] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)
    events: int = 0


class PortfolioMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.given = PureDistrict()
        self.given.ledger = OneStream(self.given.journal, works())
        self.model, self.secrets = Model(), dict[str, str]()
        self.sent: list[tuple[Any, Any, Any]] = []
        self.ids = 0

    def new(self) -> str:
        self.ids += 1
        return str(UUID(int=(self.ids << 40) | (4 << 76) | (8 << 60)))

    def ask(self, flow: Any, wish: Any) -> Any:
        """What the flow answers: a receipt, or the kind of refusal."""
        try:
            answer = asyncio.run(flow(wish, AMARA, self.given.district()))
        except (Conflict, Invalid, NotFound) as refusal:
            return type(refusal)
        self.sent.append((flow, wish, answer))
        self.model.events += 1
        return answer

    @rule(version=st.sampled_from(VERSIONS))
    def choose(self, version: str) -> None:
        wish = ChooseExhibit(self.new(), AMARA, version, (THEME,), "So.", None)
        answer = self.ask(choose_exhibit, wish)
        if version in [shown for _, shown in self.model.shown]:
            assert answer is Conflict
        else:
            assert answer.id == wish.id
            self.model.shown.append((wish.id, version))

    @precondition(lambda self: self.model.shown)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        exhibit = data.draw(st.sampled_from(self.model.shown))
        self.ask(withdraw_exhibit, WithdrawExhibit(self.new(), AMARA, exhibit[0], self.model.events))
        self.model.shown.remove(exhibit)
        assert self.ask(withdraw_exhibit, WithdrawExhibit(self.new(), AMARA, exhibit[0], None)) is Conflict

    @precondition(lambda self: self.model.shown)
    @rule(data=st.data())
    def arrange(self, data: st.DataObject) -> None:
        order = data.draw(st.lists(st.sampled_from(self.model.shown), min_size=1, unique=True))
        ids = tuple(id_ for id_, _ in order)
        self.ask(arrange_exhibits, ArrangeExhibits(self.new(), AMARA, ids, self.model.events))
        self.model.shown = order + [one for one in self.model.shown if one not in order]

    @rule(behind=st.integers(1, 3))
    def arrange_what_is_no_more_as_it_was_seen(self, behind: int) -> None:
        if self.model.shown and self.model.events >= behind:
            wish = ArrangeExhibits(self.new(), AMARA, (self.model.shown[0][0],), self.model.events - behind)
            assert self.ask(arrange_exhibits, wish) is StaleVersion

    @rule(some=st.booleans(), data=st.data())
    def share(self, some: bool, data: st.DataObject) -> None:
        ids = [id_ for id_, _ in self.model.shown]
        named = tuple(data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))) if some and ids else None
        wish = SharePortfolio(self.new(), AMARA, "public", NOW + 1, named, None)
        answer = self.ask(share_portfolio, wish)
        if not ids:
            assert answer is Conflict
            return
        _, secret = answer
        assert share_named(secret) == wish.id
        assert secret not in self.secrets.values()
        self.secrets[wish.id] = secret
        self.model.links[wish.id] = list(named or ids)

    @precondition(lambda self: self.model.links)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        share = data.draw(st.sampled_from(sorted(self.model.links)))
        answer = self.ask(revoke_share, RevokeShare(self.new(), AMARA, share))
        assert (answer is Conflict) == (share in self.model.over)
        self.model.over.add(share)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """The same receipt, the same secret, and nothing new, whatever has happened since."""
        flow, wish, before = data.draw(st.sampled_from(self.sent))
        held = len(self.given.ledger.held)
        again = asyncio.run(flow(wish, AMARA, self.given.district()))
        receipts = [(answer[0] if isinstance(answer, tuple) else answer).position for answer in (before, again)]
        assert receipts[0] == receipts[1]
        if isinstance(before, tuple):
            assert before[1] == again[1]
        assert len(self.given.ledger.held) == held

    @invariant()
    def it_is_the_plain_list(self) -> None:
        known = curated_of(held for held in self.given.ledger.held if held.stream == STREAM)
        assert known.version == self.model.events
        assert [(exhibit.id, exhibit.version) for exhibit in known.exhibits] == self.model.shown

    @invariant()
    def a_link_opens_what_it_showed_until_it_is_over(self) -> None:
        known = curated_of(held for held in self.given.ledger.held if held.stream == STREAM)
        for share, secret in self.secrets.items():
            for now, is_open in ((NOW, share not in self.model.over), (NOW + 1, False)):
                try:
                    found = opened(known, share, token_of(secret), now)
                except NotFound:
                    assert not is_open
                else:
                    assert is_open
                    assert list(found.exhibits) == self.model.links[share]


TestPortfolio = PortfolioMachine.TestCase
TestPortfolio.settings = settings(max_examples=25)
