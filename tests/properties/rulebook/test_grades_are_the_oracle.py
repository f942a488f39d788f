"""A grade of any history says what the plain fold says, and its audit is equal, whatever comes after it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.auditing import audit_words
from services.audit.domain.grades import words_of
from services.evidence.domain.releasing import Occasion, ReleaseGrade, decide_release
from services.evidence.domain.standing import LearnerStanding, standing_of
from shared.ledger.entry import Entry
from shared.ledger.identifiers import shard_of
from shared.rulebook.definitions import Learner
from tests.properties.rulebook.worlds import COMPETENCIES, LEARNERS, worlds
from tests.support import oracle
from tests.support.folding import gathered
from tests.support.ledger_writer import TENANT, LedgerWriter, named
from tests.support.mastery import entry_of

COURSE, TERM, TEACHER, RELEASE = (named(name) for name in ("a course", "a term", "a teacher", "a release"))


def stands(world: LedgerWriter, learner: str, count: int) -> LearnerStanding:
    """Where a learner stands once the first `count` entries are written."""
    written = world.entries[:count]
    own = [(entry_of(raw), raw["body"]) for raw in written if raw["envelope"]["owner"] == learner]
    watermark = sum(raw["envelope"]["ledger"] == "definitions" for raw in written)
    definitions = gathered(written, world.documents).definitions
    return standing_of(Learner(learner, shard_of(TENANT, learner)), own, COMPETENCIES, definitions, watermark)


def released(world: LedgerWriter, standing: LearnerStanding) -> Entry:
    """The entry that releases all of it, written after everything else."""
    seen = {competency: level.state for competency, level in standing.levels.items()}
    wish = ReleaseGrade(RELEASE, Occasion(standing.learner, COURSE, TERM), seen, 0)
    [event] = decide_release(wish, standing, tenant=TENANT, actor=TEACHER).events
    world.say("GradeReleased", standing.learner, event.stream, json.loads(event.body))
    return entry_of(world.entries[-1])


@given(worlds(), st.sampled_from(LEARNERS), st.integers(0, 30))
def test_a_grade_says_what_the_plain_fold_says_and_its_audit_is_equal_whatever_comes_after(
    world: LedgerWriter, learner: str, count: int
) -> None:
    standing = stands(world, learner, count)
    pins = [(pin.ledger, pin.shard, pin.position) for pin in standing.pins]
    expected = oracle.states(world.entries, world.documents, pins)
    for competency, level in standing.levels.items():
        state = expected.get((learner, competency))
        if state is None:
            assert (level.status in {"no_evidence", "no_policy"}, level.at, level.override) == (True, None, None)
            continue
        assert (level.status, level.state, level.override) == (state.status, state.digest, state.override)
        levels = [] if state.policy is None else world.documents[state.policy]["scale"]["levels"]
        assert level.at == next((one["at"] for one in levels if one["name"] == state.level), None)
        assert level.policy == (None if state.level is None else state.policy)
    own = [entry_of(raw) for raw in world.entries if raw["envelope"]["owner"] == learner]
    grade = released(world, standing)
    whose = Learner(learner, standing.pins[-1].shard)
    definitions = gathered(world.entries, world.documents).definitions
    [audited] = audit_words(whose, [*own, grade], words_of([grade]), definitions, told=True)
    assert audited.differences == ()
    assert [account.digest for account in audited.accounts] == [level.state for level in standing.levels.values()]
