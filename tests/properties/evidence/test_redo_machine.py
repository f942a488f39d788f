"""Whatever is asked of a redo, by whom and in whatever order, and asked again: it is where a plain account says it is.

The account shares no code with the decisions: it writes down what was done, and reads from that what may come next.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.evidence.domain.commands import Appended, Command, Mismatch, Outcome, Placed, Repeated, Stale
from services.evidence.domain.errors import Conflict, Invalid, NotFound, Refusal, StaleVersion
from services.evidence.domain.redoing import BeginRedo, LogRelearn, OpenRedo
from services.evidence.flows.begin_redo import begin_redo
from services.evidence.flows.log_relearn import log_relearn
from services.evidence.flows.open_redo import open_redo
from services.evidence.flows.redoing import redoing
from shared.contracts.bodies import AttemptRecorded, EvidenceVoided
from shared.contracts.events import EVENTS, encode
from shared.contracts.pieces import EvidenceSuperseded
from shared.contracts.values import Contract
from shared.ledger.entry import Entry
from shared.rulebook.policy import read_policy
from tests.support.ledger_writer import named, policy_document
from tests.support.pure_district import AMARA, BAO, NOW, TEACHER, TENANT, THEME, SmallLedger
from tests.support.redo_district import redo_district

GUARDIAN, STREAM = named("guardian"), f"redo/{AMARA}/{THEME}"
NEEDED = ("practice", "conference")
KINDS = st.sampled_from([*NEEDED, "reflection", "tutoring"])
PEOPLE = st.sampled_from([AMARA, GUARDIAN, TEACHER, BAO])


class OneLedger(SmallLedger):
    """Judges ids and the versions that are expected, and keeps what it appends."""

    async def append(self, commands: Sequence[Command]) -> list[Outcome]:
        return [self._one(command) for command in commands]

    def say(self, id_: str, body: Contract) -> None:
        """What comes to the record by another way."""
        contract = EVENTS[type(body).__name__]
        stream = contract.stream(body, id_)
        self._held(id_, contract.type, contract.schema, stream, encode(body))

    def version(self, stream: str) -> int:
        return sum(held.stream == stream for held in self.held)

    def _one(self, command: Command) -> Outcome:
        [event], [expected] = command.events, command.expects
        known = next((held for held in self.held if held.id == event.id), None)
        if known is not None:
            placed = Placed(known.id, known.stream, 0, known.position, known.version, NOW)
            return Repeated((placed,)) if (known.type, known.body) == (event.type, event.body) else Mismatch(event.id)
        if expected.version != self.version(event.stream):
            return Stale(event.stream, self.version(event.stream))
        made = self._held(event.id, event.type, event.schema, event.stream, event.body)
        return Appended((Placed(made.id, made.stream, 0, made.position, made.version, NOW),))

    def _held(self, id_: str, type_: str, schema: str, stream: str, body: bytes) -> Entry:
        made = Entry(
            "evidence", 17, len(self.held) + 1, 1, TENANT, AMARA, stream, self.version(stream) + 1, id_, type_, schema,
            NOW, NOW, TEACHER, body,
        )  # fmt: skip
        self.held.append(made)
        return made


@dataclass
class Account:
    """The one redo, told plainly. `pieces` are (id, what it does over, for practice) in order; `gone` those withdrawn,
    with what stands in their place.
    """

    redo: str | None = None
    logged: set[str] = field(default_factory=set)
    opened: str | None = None
    of: str | None = None
    after: int = 0
    pieces: list[tuple[str, str | None, bool]] = field(default_factory=list)
    gone: dict[str, str | None] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        if self.opened is None:
            return False
        meant = [self.of]
        while meant[-1] is not None and self.gone.get(meant[-1]) is not None:
            meant.append(self.gone[meant[-1]])
        later = [piece for piece in self.pieces[self.after :] if piece[0] not in self.gone and not piece[2]]
        return any(self.of is None or redo_of in meant for _, redo_of, _ in later)

    @property
    def under_way(self) -> bool:
        return self.redo is not None and not self.over

    def standing_for(self, piece: str) -> str | None:
        """What stands in a piece's place by now; None where nothing does."""
        named: str | None = piece
        while named is not None and named in self.gone:
            named = self.gone[named]
        return named


class RedoMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.given = redo_district((), read_policy(policy_document(relearn=NEEDED)), guardian=GUARDIAN)
        self.ledger = self.given.ledger = OneLedger(self.given.journal)
        self.account = Account()
        self.sent: list[tuple[Any, Any, str, Any]] = []
        self.ids = 0

    def new(self) -> str:
        self.ids += 1
        return str(UUID(int=(self.ids << 40) | (4 << 76) | (8 << 60)))

    def ask(self, flow: Any, wish: Any, actor: str) -> type[Refusal] | None:
        """The kind of refusal; None where it was done."""
        try:
            answer = asyncio.run(flow(wish, actor, self.given.district()))
        except Refusal as refusal:
            return type(refusal)
        self.sent.append((flow, wish, actor, answer))
        return None

    @rule(actor=PEOPLE, with_piece=st.booleans(), version=st.sampled_from([None, 0, 1]))
    def begin(self, actor: str, with_piece: bool, version: int | None) -> None:
        alive = [id_ for id_, _, _ in self.account.pieces if id_ not in self.account.gone]
        piece = alive[-1] if with_piece and alive else None
        at = self.ledger.version(STREAM)
        expected = None if version is None else max(0, at - version)
        wish = BeginRedo(self.new(), AMARA, THEME, piece, None, expected)
        refused = self.ask(begin_redo, wish, actor)
        if actor == BAO:
            assert refused is NotFound
        elif expected not in {None, at}:
            assert refused is StaleVersion
        elif self.account.under_way:
            assert refused is Conflict
        else:
            assert refused is None
            assert self.ledger.held[-1].event == ("RedoOffered" if actor == TEACHER else "RedoRequested")
            self.account = replace(self.account, redo=wish.id, of=piece, logged=set(), opened=None, after=0)

    @precondition(lambda self: self.account.redo)
    @rule(actor=PEOPLE, kind=KINDS)
    def relearn(self, actor: str, kind: str) -> None:
        wish = LogRelearn(self.new(), str(self.account.redo), kind, None, None, None)
        refused = self.ask(log_relearn, wish, actor)
        if actor in {BAO, GUARDIAN}:
            assert refused is NotFound
        elif actor == AMARA and kind not in {"practice", "reflection"}:
            assert refused is Invalid
        elif not self.account.under_way:
            assert refused is Conflict
        else:
            assert refused is None
            self.account.logged.add(kind)

    @precondition(lambda self: self.account.redo)
    @rule(actor=PEOPLE, anew=st.booleans(), behind=st.sampled_from([0, 0, 0, 1]))
    def open(self, actor: str, anew: bool, behind: int) -> None:
        account, at = self.account, self.ledger.version(STREAM)
        piece = None if anew or account.of is None else account.standing_for(account.of)
        wish = OpenRedo(self.new(), str(account.redo), None, None, anew, None, at - behind)
        refused = self.ask(open_redo, wish, actor)
        if actor != TEACHER:
            assert refused is NotFound
        elif not anew and account.of is not None and piece is None and account.opened is None:
            assert refused is Conflict  # it was voided, and nothing stands in its place
        elif behind:
            assert refused in {StaleVersion, Conflict}
        elif not account.under_way or account.opened is not None or not account.logged.issuperset(NEEDED):
            assert refused is Conflict
        else:
            assert refused is None
            self.account = replace(account, opened=wish.id, of=piece, after=len(account.pieces))

    @rule()
    def what_comes_next(self) -> None:
        """The next step that a teacher can take, so that every run gets anywhere."""
        account = self.account
        if not account.under_way:
            self.begin(TEACHER, with_piece=True, version=None)
        elif account.opened is not None:
            self.attempt(redo=True, practice=False)
        elif left := [kind for kind in NEEDED if kind not in account.logged]:
            self.relearn(TEACHER, left[0])
        else:
            self.open(TEACHER, anew=account.of is not None and account.standing_for(account.of) is None, behind=0)

    @rule(redo=st.booleans(), practice=st.booleans())
    def attempt(self, redo: bool, practice: bool) -> None:
        meant = self.account.of
        redo_of = (self.account.standing_for(meant) or meant) if redo and meant is not None else None
        self._record(redo_of, practice=practice)

    @precondition(lambda self: any(id_ not in self.account.gone for id_, _, _ in self.account.pieces))
    @rule(data=st.data(), replaced=st.booleans())
    def withdraw(self, data: st.DataObject, replaced: bool) -> None:
        alive = [id_ for id_, _, _ in self.account.pieces if id_ not in self.account.gone]
        meant = None if self.account.of is None else self.account.standing_for(self.account.of)
        piece = data.draw(st.sampled_from([*alive, *([meant] * len(alive) if meant is not None else [])]))
        if replaced:
            _, redo_of, practice = next(one for one in self.account.pieces if one[0] == piece)
            instead = self._record(redo_of, practice=practice)
            self.ledger.say(self.new(), EvidenceSuperseded(learner=AMARA, evidence=piece, by=instead))
            self.account.gone[piece] = instead
        else:
            self.ledger.say(self.new(), EvidenceVoided(learner=AMARA, evidence=piece))
            self.account.gone[piece] = None

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """The same receipt and nothing new, whatever has happened since."""
        flow, wish, actor, before = data.draw(st.sampled_from(self.sent))
        held = len(self.ledger.held)
        again = asyncio.run(flow(wish, actor, self.given.district()))
        assert (again.position, again.outcome) == (before.position, "repeated")
        assert len(self.ledger.held) == held

    @invariant()
    def it_is_where_the_account_says(self) -> None:
        now = asyncio.run(redoing(AMARA, THEME, self.given.district()))
        cycle = now.cycle
        assert now.version == self.ledger.version(STREAM)
        assert (None if cycle is None else cycle.id) == self.account.redo
        if cycle is not None:
            assert {one.kind for one in cycle.relearned} == self.account.logged
            assert (None if cycle.opened is None else cycle.opened.event) == self.account.opened
            assert (now.done is not None) == self.account.over

    def _record(self, redo_of: str | None, *, practice: bool) -> str:
        id_, result = self.new(), {"competency": THEME, "earned": "2", "possible": "4"}
        purpose = "practice" if practice else "performance"
        body = {"learner": AMARA, "purpose": purpose, "redo_of": redo_of, "results": (result,)}
        self.ledger.say(id_, AttemptRecorded.model_validate(body))
        self.account.pieces.append((id_, redo_of, practice))
        return id_


TestRedo = RedoMachine.TestCase
TestRedo.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
