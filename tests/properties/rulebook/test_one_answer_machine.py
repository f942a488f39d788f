"""One answer for the same pins, whoever asks: live, release, what-if and audit, whatever happens in between.

The machine writes a ledger as `worlds` does: adoptions of every scope in both modes, enrolments, evidence of every
kind, redos, pieces in another's place, voids, overrides and their clearing, frameworks. Mastery takes it in as it does
in life: each ledger for itself, in batches, joining what is new to packed rows, and folding everything again where
definitions come. Beside that stand where a release would put a learner, folded from her own entries; what an adoption
would do, asked before it is made; and the audit's own refolding. All in one process, by the services' own pure parts.
"""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from services.audit.domain.defining import definitions_of
from services.audit.domain.refolding import Refolded, Shown, refold
from services.mastery.domain.news import News, add_news, joined, judged
from services.mastery.folds import Stored, Task, fold_all
from services.mastery.postgres.marks import marks, read_apart
from services.mastery.postgres.packing import (
    Packed,
    pack_all,
    pack_schools,
    unpack,
    unpack_overrides,
)
from shared.ledger.canonical import canonical
from shared.ledger.decimals import unscaled
from shared.ledger.entry import Entry
from shared.ledger.identifiers import shard_of
from shared.rulebook.contribution import contributions_digest
from shared.rulebook.definitions import Adoption, Definitions, Enrolment, Learner, Mode, school_history
from shared.rulebook.ends import Ends
from shared.rulebook.known import Known, Pin
from shared.rulebook.outcome import Outcome, Outcomes
from shared.rulebook.policy import read_policy
from shared.rulebook.scope import read_scope
from tests.properties.rulebook.test_grades_are_the_oracle import stands
from tests.properties.rulebook.worlds import LEARNERS, SCOPES, happen, happenings, policies
from tests.support.ledger_writer import TENANT, LedgerWriter
from tests.support.mastery import entry_of

Key = tuple[str, str]


class OneAnswer(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.writer = LedgerWriter()
        self.taken = {"evidence": 0, "definitions": 0}
        self.definitions = Definitions.of(())
        self.rows: dict[Key, Packed] = {}
        self.outcomes: dict[Key, Outcome] = {}
        self.schools: dict[str, tuple[Enrolment, ...]] = {}

    @rule(happened=st.lists(st.tuples(st.integers(0, 2), happenings()), min_size=1, max_size=8))
    def much_happens(self, happened: list[tuple[int, tuple[Any, ...]]]) -> None:
        for later, what in happened:
            self.writer.now += later
            if what[0] == "adopt":
                self.writer.publish(what[3])
            happen(self.writer, what)

    @rule()
    def evidence_comes(self) -> None:
        """As the projection does it: news joined to the rows, folded under the definitions that are here."""
        news: dict[str, News] = {}
        for entry, body in self._new("evidence"):
            add_news(news, entry, body)
        folds = Outcomes(self.definitions)
        for learner, own in news.items():
            before = self.schools.get(learner, ())
            self.schools[learner] = school_history([*before, *own.enrolments])
            for key in {key for key in self.rows if key[0] == learner} | {(learner, each) for each in own.competencies}:
                packed = self.rows.get(key, pack_all([], []))
                pieces = joined(unpack(packed.contributions), own.contributions.get(key[1], ()), own.withdrawals)
                clearings = own.clearings.get(key[1], {})
                overrides = judged(unpack_overrides(packed.overrides), own.overrides.get(key[1], ()), clearings)
                if pieces or overrides:
                    self.rows[key] = pack_all(pieces, overrides)
                    self.outcomes[key] = folds.of(self._who(learner), key[1], pieces, overrides)

    @rule()
    def definitions_come(self) -> None:
        """Every state is folded again, as a refold does it."""
        if not self._new("definitions"):
            return
        self.definitions = self._audited_definitions()
        for learner in LEARNERS:
            own = [key for key in self.rows if key[0] == learner]
            if own:
                stored = [Stored(*key, self.rows[key].contributions, self.rows[key].overrides) for key in own]
                schools = {learner: pack_schools(self.schools[learner])} if self.schools[learner] else {}
                folded = fold_all(Task(1, self._who(learner).shard, stored, schools), Outcomes(self.definitions))
                columns = zip(folded.digest.split(), folded.end.split(), strict=True)
                for key, (digest, end) in zip(own, columns, strict=True):
                    packed = self.rows[key]
                    pieces, overrides = unpack(packed.contributions), unpack_overrides(packed.overrides)
                    self.outcomes[key] = Outcomes(self.definitions).of(self._who(learner), key[1], pieces, overrides)
                    assert (self.outcomes[key].digest, self.outcomes[key].status) == (
                        digest,
                        folded.ends[int(end)].status,
                    )

    @rule(
        scope=st.sampled_from(["district", *SCOPES]),
        document=policies(),
        mode=st.sampled_from(["recompute", "keep_attained"]),
    )
    def an_adoption_does_what_was_said_before_it_was_made(self, scope: str, document: Any, mode: str) -> None:
        self.writer.publish(document)
        self._catch_up()
        position = sum(entry["envelope"]["ledger"] == "definitions" for entry in self.writer.entries) + 1
        adoption = Adoption(read_scope(scope), Mode(mode), read_policy(document), position, self.writer.now)
        under = self.definitions.trying(adoption)
        tried, ends = Outcomes(under), Ends(under, read_apart)
        would: dict[Key, Outcome] = {}
        for (learner, competency), packed in self.rows.items():
            pieces, overrides = unpack(packed.contributions), unpack_overrides(packed.overrides)
            outcome = would[learner, competency] = tried.of(self._who(learner), competency, pieces, overrides)
            ruling, found = ends.ruling(self._who(learner), competency), marks(packed.contributions)
            if ruling is not None and ruling.plain and found is not None and not overrides:
                assert ruling.end(found.key, found.words, found.results) == (outcome.status, outcome.level)
        self.writer.adopt(scope, document, mode)
        self.definitions_come()
        assert self.outcomes == would

    @rule()
    def all_give_one_answer(self) -> None:
        self._catch_up()
        definitions = self._audited_definitions()
        everything = Known(evidence=len(self.writer.entries), definitions=len(self.writer.entries))
        for learner in {learner for learner, _ in self.rows}:
            entries = [entry_of(raw) for raw in self.writer.entries if raw["envelope"]["owner"] == learner]
            own = {key: outcome for key, outcome in self.outcomes.items() if key[0] == learner}
            shown = [self._shown(key, outcome) for key, outcome in own.items()]
            who = Learner(learner, self._who(learner).shard)
            assert refold(who, entries, shown, definitions, everything) == Refolded(learner, len(shown), 0, (), ())
            released = stands(self.writer, learner, len(self.writer.entries)).levels
            for (_, competency), outcome in own.items():
                level = released[competency]
                assert (level.state, level.status) == (outcome.digest, outcome.status)

    def teardown(self) -> None:
        self.all_give_one_answer()

    def _catch_up(self) -> None:
        self.evidence_comes()
        self.definitions_come()

    def _new(self, ledger: str) -> list[tuple[Entry, Any]]:
        """The entries of a ledger that were not taken in yet, with their bodies."""
        own = [raw for raw in self.writer.entries if raw["envelope"]["ledger"] == ledger]
        begins, self.taken[ledger] = self.taken[ledger], len(own)
        return [(entry_of(raw), raw["body"]) for raw in own[begins:]]

    def _who(self, learner: str) -> Learner:
        return Learner(learner, shard_of(TENANT, learner), self.schools.get(learner, ()))

    def _audited_definitions(self) -> Definitions:
        """As audit reads them from its own copy; what is adopted was published there before."""
        entries = [entry_of(raw) for raw in self.writer.entries if raw["envelope"]["ledger"] == "definitions"]
        contents = {address: canonical(document) for address, document in self.writer.documents.items()}
        return definitions_of(entries, contents)

    def _shown(self, key: Key, outcome: Outcome) -> Shown:
        packed = self.rows[key]
        pieces, overrides = unpack(packed.contributions), unpack_overrides(packed.overrides)
        at = {"definitions": outcome.definitions_position, "evidence": outcome.evidence_position}
        shards = {"definitions": 0, "evidence": self._who(key[0]).shard}
        return Shown(
            *(*key, outcome.status, outcome.digest),
            frozenset(Pin(name, shards[name], place) for name, place in at.items() if place is not None),  # type: ignore[arg-type]
            {
                "level": outcome.level,
                "value": None if outcome.value is None else unscaled(outcome.value),
                "policy": outcome.policy,
                "method": outcome.method,
                "scope": outcome.scope,
                "counted": outcome.counted,
                "evidence": len(pieces),
                "contributions": contributions_digest(pieces, overrides),
                "judged_under": packed.judged_under,
            },
        )


TestOneAnswer = OneAnswer.TestCase
TestOneAnswer.settings = settings(max_examples=15, stateful_step_count=15)
