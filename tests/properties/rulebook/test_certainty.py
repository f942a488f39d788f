"""How sure a level is: what is told of pieces that are not there is what the plain fold says once they are, or are not.

The folds that it is held against are of ledgers in which the piece was truly voided or truly written; where a level of
the whole record is asked for, the oracle's, which imports nothing of the product.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ledger.decimals import unscaled
from shared.rulebook.certainty import Certainty, Rests, Sureness, sureness
from shared.rulebook.contribution import fold_order
from shared.rulebook.definitions import Mode
from shared.rulebook.explain import Explanation, explain
from shared.rulebook.known import Known
from shared.rulebook.method import Method
from shared.rulebook.state import State
from shared.rulebook.supposing import Reached
from tests.properties.rulebook.test_policies_name_methods import LEARNER, PIECES, THEME, policy_of, written
from tests.properties.rulebook.test_what_never_matters import fixed_world
from tests.properties.rulebook.worlds import worlds
from tests.support import oracle
from tests.support.folding import Gathered, gathered
from tests.support.hash_seeds import said_under
from tests.support.ledger_writer import LedgerWriter, policy_document, result
from tests.support.promises import contributions_methods

WRITES = {"attempt": "attempt", "observation": "observe", "rubric_score": "score", "attestation": "attest"}
each_method = pytest.mark.parametrize("method", contributions_methods(), ids=lambda method: method.id)


def explained(record: Gathered, learner: str, competency: str) -> tuple[State, Explanation]:
    state = record.state(learner, competency)
    return state, explain(state, record.records[learner].contributions.get(competency, ()))


def by_evidence(state: State) -> tuple[str, str | None]:
    alone = state if state.alone is None else state.alone
    return alone.status.value, alone.level


def told(then: Reached) -> tuple[str, str | None]:
    return then.status.value, None if then.level is None else then.level.name


def copied(writer: LedgerWriter) -> LedgerWriter:
    """The same ledger, to write on for itself."""
    copy = LedgerWriter()
    copy.__dict__.update({name: dict(kept) if isinstance(kept, dict) else kept for name, kept in vars(writer).items()})
    copy._positions = writer._positions.copy()
    copy._versions = writer._versions.copy()
    copy.entries = list(writer.entries)
    return copy


def without(writer: LedgerWriter, learner: str, event: str) -> LedgerWriter:
    voided = copied(writer)
    voided.now += 1
    voided.void(learner, event)
    return voided


def with_one_more(writer: LedgerWriter, state: State, record: Gathered, value: int) -> LedgerWriter:
    """The same ledger and a result of this value, of the kind and moment of the newest piece that counts."""
    assert state.adoption is not None
    pieces = {piece.event: piece for piece in record.records[state.learner].contributions[state.competency]}
    newest = pieces[state.counted[-1][0]]
    row = result(state.competency, unscaled(value), unscaled(state.adoption.policy.scale.top))
    if newest.kind == "rubric_score":
        row |= {"criterion": "thesis"}
    more = copied(writer)
    more.now += 1
    course = {} if newest.course is None else {"course": newest.course}
    moment = fold_order(newest)[0]
    getattr(more, WRITES[newest.kind])(state.learner, row, purpose=newest.purpose, occurred=moment, **course)
    return more


@given(worlds())
@settings(max_examples=15)
def test_what_leaving_out_a_piece_would_do_is_what_the_oracle_says_once_it_is_voided(world: LedgerWriter) -> None:
    record = gathered(world.entries, world.documents)
    for learner, competency in record.states():
        state, explanation = explained(record, learner, competency)
        if state.floor is not None or explanation.certainty.rests is None:
            continue
        changed = {left.event: told(left.then) for left in explanation.certainty.left_out}
        for event, _ in state.counted:
            voided = without(world, learner, event)
            then = oracle.states(voided.entries, voided.documents)[learner, competency]
            expected = then.alone or (then.status, then.level)
            assert changed.get(event, by_evidence(state)) == expected


@given(worlds())
@settings(max_examples=15)
def test_what_one_more_would_do_is_what_the_oracle_says_once_it_came(world: LedgerWriter) -> None:
    record = gathered(world.entries, world.documents)
    for learner, competency in record.states():
        state, explanation = explained(record, learner, competency)
        for more in explanation.certainty.one_more:
            came = with_one_more(world, state, record, more.value)
            then = oracle.states(came.entries, came.documents)[learner, competency]
            assert told(more.then) == (then.alone or (then.status, then.level))


@each_method
@given(PIECES)
@settings(max_examples=3)
def test_every_method_is_tried_as_it_would_fold(method: Method, pieces: list[tuple[str, int]]) -> None:
    writer = written(method, pieces)
    record = gathered(writer.entries, writer.documents)
    state, explanation = explained(record, LEARNER, THEME)
    sure = explanation.certainty
    for more in sure.one_more:
        came = with_one_more(writer, state, record, more.value)
        assert told(more.then) == by_evidence(gathered(came.entries, came.documents).state(LEARNER, THEME))
    changed = {left.event: told(left.then) for left in sure.left_out}
    for event, _ in state.counted if sure.rests is not None else ():
        voided = without(writer, LEARNER, event)
        then = by_evidence(gathered(voided.entries, voided.documents).state(LEARNER, THEME))
        assert changed.get(event, by_evidence(state)) == then


@given(worlds())
@settings(max_examples=20)
def test_the_word_is_what_the_single_changes_say(world: LedgerWriter) -> None:
    record = gathered(world.entries, world.documents)
    for learner, competency in record.states():
        state, explanation = explained(record, learner, competency)
        sure = explanation.certainty
        pieces = record.records[learner].contributions.get(competency, ())
        for _ in range(2):  # the second is remembered
            assert sureness(state, pieces) == Sureness(sure.rests, sure.rests_on)
        nothing = not state.counted  # also where a level is kept from before, of which nothing counts any more
        assert (sure.rests is None) == (nothing or by_evidence(state)[0] in {"no_policy", "no_evidence", "not_enough"})
        assert sure.rests_on.pieces == len(state.counted) == sum(count for _, count in sure.rests_on.kinds)
        if sure.rests is not None:
            assert sure.rests is word(sure, *by_evidence(state), scale_of(state))


def scale_of(state: State) -> list[tuple[int, str]]:
    assert state.adoption is not None
    return [(level.at, level.name) for level in state.adoption.policy.scale.levels]


STATUSES = ["no_evidence", "not_enough", "not_yet", "slipped", "mastered"]


def word(sure: Certainty, status: str, level: str | None, scale: list[tuple[int, str]]) -> Rests:
    """As the page says it, written out: levels by their place, the own one and its neighbours."""
    names: list[str | None] = [None, *[name for _, name in scale]]
    begins = [at for at, _ in scale]
    places = begins if begins[0] == 0 else [0, *begins]
    own = 0 if level is None else places.index(begins[[name for _, name in scale].index(level)])
    now = names.index(level), STATUSES.index(status)
    ways = set()
    for then in [left.then for left in sure.left_out] + [
        more.then for more in sure.one_more if abs(places.index(more.value) - own) <= 1
    ]:
        place = names.index(told(then)[1]), STATUSES.index(told(then)[0])
        ways |= {"up"} if place > now else {"down"} if place < now else set()
    return Rests.FIRM if not ways else Rests.LEANING if len(ways) == 1 else Rests.OPEN


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_the_order_of_arrival_does_not_matter(world: LedgerWriter, random: Any) -> None:
    record = gathered(world.entries, world.documents)
    entries = list(world.entries)
    random.shuffle(entries)
    shuffled = gathered(entries, world.documents)
    for pair in record.states():
        state, explanation = explained(record, *pair)
        pieces = list(shuffled.records[pair[0]].contributions.get(pair[1], ()))
        random.shuffle(pieces)
        assert explain(state, pieces) == explanation


@each_method
@given(PIECES, st.integers(1, 10**6), st.integers(1, 10**6))
@settings(max_examples=3)
def test_the_pace_does_not_matter(method: Method, pieces: list[tuple[str, int]], one: int, other: int) -> None:
    if method.days:
        return  # says so

    def at_pace(step: int) -> tuple[Any, ...]:
        writer = LedgerWriter()
        writer.adopt("district", policy_of(method))
        for kind, earned in pieces:
            writer.now += step
            getattr(writer, kind)(LEARNER, result(THEME, str(earned), "4"), purpose="performance")
        _, explanation = explained(gathered(writer.entries, writer.documents), LEARNER, THEME)
        sure = explanation.certainty
        left = [told(piece.then) for piece in sure.left_out]
        return sure.rests, sure.rests_on.kinds, sure.one_more, left, explanation.moves, explanation.can_lower

    assert at_pace(one) == at_pace(other)


@given(worlds(), st.data())
@settings(max_examples=15)
def test_what_was_recorded_since_says_nothing_of_then(world: LedgerWriter, data: st.DataObject) -> None:
    """At the pins of any earlier state, the whole record says how sure it was as the record of then did."""
    whole = gathered(world.entries, world.documents)
    then = gathered(world.entries[: data.draw(st.integers(1, len(world.entries)))], world.documents)
    for learner, competency in then.states():
        state, explanation = explained(then, learner, competency)
        known = Known.at_pins(state.pins, whole.learners[learner].shard)
        pieces = whole.records[learner].contributions.get(competency, ())
        again = explain(whole.state(learner, competency, known), pieces)
        assert (again.certainty, again.moves) == (explanation.certainty, explanation.moves)


def test_two_processes_with_different_hash_seeds_agree() -> None:
    script = (
        "from tests.properties.rulebook.test_certainty import explained, fixed_world\n"
        "from tests.support.folding import gathered\n"
        "record = gathered((world := fixed_world()).entries, world.documents)\n"
        "for pair in sorted(record.states()):\n"
        "    _, explanation = explained(record, *pair)\n"
        "    print(pair, explanation.certainty, explanation.moves, explanation.can_lower)\n"
    )
    said = said_under("-c", script)
    assert len(said) == 1
    assert said.pop().count("\n") == len(gathered((world := fixed_world()).entries, world.documents).states())


def test_what_an_adoption_keeps_is_kept_in_every_change() -> None:
    writer = LedgerWriter()
    writer.adopt("district", policy_document())
    writer.attempt(LEARNER, result(THEME, "3"))
    writer.adopt("district", policy_document(title="Another"), Mode.KEEP_ATTAINED.value)
    writer.attempt(LEARNER, result(THEME, "3"))
    state, explanation = explained(gathered(writer.entries, writer.documents), LEARNER, THEME)
    assert state.floor is not None
    assert (explanation.certainty.rests, explanation.can_lower) == (Rests.FIRM, False)


def test_what_is_remembered_of_a_state_is_not_told_of_one_with_a_floor() -> None:
    writer = LedgerWriter()
    writer.adopt("district", policy_document())
    writer.attempt(LEARNER, result(THEME, "3"))
    words = []
    for _ in range(2):
        record = gathered(writer.entries, writer.documents)
        words.append(sureness(record.state(LEARNER, THEME), record.records[LEARNER].contributions[THEME]).rests)
        writer.adopt("district", policy_document(), Mode.KEEP_ATTAINED.value)
    assert words == [Rests.LEANING, Rests.FIRM]
