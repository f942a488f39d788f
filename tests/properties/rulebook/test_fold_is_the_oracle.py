"""Every state equals the plain fold's, now, at any instant, and at any pins; and pins bring back the same bytes."""

from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.identifiers import shard_of
from shared.ledger.instants import instant_text
from shared.rulebook.arithmetic import decimal_text
from shared.rulebook.known import Known
from shared.rulebook.state import State
from tests.properties.rulebook.worlds import worlds
from tests.support import oracle
from tests.support.folding import gathered
from tests.support.ledger_writer import BEGINS, TENANT, LedgerWriter


def as_oracle(state: State) -> oracle.OracleState:
    return oracle.OracleState(
        learner=state.learner,
        competency=state.competency,
        status=str(state.status),
        level=state.level,
        value=None if state.value is None else decimal_text(state.value),
        scope=None if state.adoption is None else str(state.adoption.scope),
        policy=state.policy,
        method=state.method,
        counted=[(event, decimal_text(value)) for event, value in state.counted],
        trajectory=[decimal_text(value) for value in state.trajectory],
        set_aside=[(aside.event, str(aside.reason), aside.by) for aside in state.set_aside],
        pins=[(pin.ledger, pin.shard, pin.position) for pin in state.pins],
        digest=state.digest,
        override=None if state.override is None else state.override.event,
        alone=None if state.alone is None else (str(state.alone.status), state.alone.level),
    )


@given(worlds())
def test_every_state_is_the_oracles(world: LedgerWriter) -> None:
    states = gathered(world.entries, world.documents).states()
    assert {pair: as_oracle(state) for pair, state in states.items()} == oracle.states(world.entries, world.documents)


@given(worlds(), st.integers(0, 30))
def test_as_known_at_an_instant(world: LedgerWriter, after: int) -> None:
    at = BEGINS + after
    record = gathered(world.entries, world.documents)
    for pair, expected in oracle.states(world.entries, world.documents, instant_text(at)).items():
        assert as_oracle(record.state(*pair, Known(at=at))) == expected


@given(worlds(), st.data())
def test_as_known_at_pins(world: LedgerWriter, data: st.DataObject) -> None:
    record = gathered(world.entries, world.documents)
    definitions = data.draw(st.integers(0, 8))
    reached = {shard: data.draw(st.integers(0, 15)) for shard in sorted({e.shard for e in record.learners.values()})}
    pins = [("definitions", 0, definitions), *[("evidence", shard, top) for shard, top in reached.items()]]
    for pair, expected in oracle.states(world.entries, world.documents, pins).items():
        known = Known(evidence=reached[shard_of(TENANT, pair[0])], definitions=definitions)
        assert as_oracle(record.state(*pair, known)) == expected


@given(worlds())
def test_the_same_pins_give_the_same_state_for_ever(world: LedgerWriter) -> None:
    """A state at the end of any prefix of the world is what the whole world gives at that state's own pins."""
    whole = gathered(world.entries, world.documents)
    for length in range(1, len(world.entries) + 1):
        for (learner, competency), then in gathered(world.entries[:length], world.documents).states().items():
            known = Known.at_pins(then.pins, whole.learners[learner].shard)
            assert whole.state(learner, competency, known) == then


@given(worlds())
def test_an_instant_is_a_position_in_every_shard(world: LedgerWriter) -> None:
    """What is known at the end of a millisecond is what had been written by then."""
    whole = gathered(world.entries, world.documents)
    for moment in range(BEGINS, world.now + 1):
        by_then = [entry for entry in world.entries if entry["envelope"]["recorded_at"] <= instant_text(moment)]
        for pair, then in gathered(by_then, world.documents).states().items():
            assert whole.state(*pair, Known(at=moment)) == then
