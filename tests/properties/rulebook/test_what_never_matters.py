"""What may differ without making a difference: arrival, repeats, what was voided, pace, process. And bounds."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.canonical import canonical
from shared.rulebook.state import State, Status, canonical_state
from tests.properties.rulebook.worlds import COMPETENCIES, LEARNERS, PURPOSES, policies, results, worlds
from tests.support.folding import gathered
from tests.support.hash_seeds import said_under
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result


def outcome(state: State) -> tuple[Any, ...]:
    """All that does not speak of positions."""
    judged = None if state.override is None else state.override.event
    return (state.status, state.level, state.value, state.counted, state.trajectory, state.digest, judged, state.alone)


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_reading_does_not_matter(world: LedgerWriter, random: Any) -> None:
    expected = gathered(world.entries, world.documents).states()
    shuffled = list(world.entries)
    random.shuffle(shuffled)
    assert gathered(shuffled, world.documents).states() == expected


@given(worlds(), st.randoms(use_true_random=False))
def test_a_repeat_changes_nothing(world: LedgerWriter, random: Any) -> None:
    repeated = [entry for entry in world.entries for _ in range(random.randint(1, 3))]
    assert gathered(repeated, world.documents).states() == gathered(world.entries, world.documents).states()


@given(policies(), st.lists(st.tuples(results(), st.sampled_from(PURPOSES)), min_size=1, max_size=8), st.data())
def test_late_arrival_does_not_matter(policy: Any, pieces: list[tuple[Any, str]], data: st.DataObject) -> None:
    """Pieces of different moments come to the same state, in whatever order and however late they are recorded."""

    def recorded(order: list[int]) -> State | None:
        writer = LedgerWriter()
        writer.adopt("district", policy)
        begins = writer.now
        for index in order:
            row, purpose = pieces[index]
            writer.now += 1000
            event, back = named(f"piece {index}"), named(f"piece {index - 2}")
            redo_of = back if index % 3 == 2 else None
            row = row | {"competency": COMPETENCIES[0]}
            writer.attempt(LEARNERS[0], row, id=event, occurred=begins + index, purpose=purpose, redo_of=redo_of)
        return gathered(writer.entries, writer.documents).state(LEARNERS[0], COMPETENCIES[0])

    in_order = recorded(list(range(len(pieces))))
    late = recorded(data.draw(st.permutations(range(len(pieces)))))
    assert in_order is not None
    assert late is not None
    assert outcome(late) == outcome(in_order)


@given(
    policies().filter(lambda policy: "days_apart" not in policy["minimum"]),
    st.lists(results(), min_size=1, max_size=8),
    *(st.integers(1, 10**9), st.integers(1, 10**9)),
)
def test_pace_does_not_matter(policy: Any, rows: list[Any], one: int, other: int) -> None:
    """The same pieces a second or a year apart come to the same state: time enters only as order. A policy that asks
    for days apart says so.
    """

    def at_pace(step: int) -> State:
        writer = LedgerWriter()
        writer.adopt("district", policy)
        for index, row in enumerate(rows):
            writer.now += step
            writer.attempt(LEARNERS[0], row | {"competency": COMPETENCIES[0]}, id=named(f"piece {index}"))
        return gathered(writer.entries, writer.documents).state(LEARNERS[0], COMPETENCIES[0])

    assert at_pace(one) == at_pace(other)


@given(worlds())
def test_what_is_voided_is_as_if_it_had_never_been(world: LedgerWriter) -> None:
    """Positions are left as they were, as they would be had something else stood there."""
    voids = [entry for entry in world.entries if entry["envelope"]["type"] == "ascertain.EvidenceVoided"]
    gone = {entry["body"]["evidence"] for entry in voids}
    never = [entry for entry in world.entries if entry["envelope"]["id"] not in gone and entry not in voids]
    states = gathered(world.entries, world.documents).states()
    for pair, state in gathered(never, world.documents).states().items():
        assert outcome(states[pair]) == outcome(state)
    for pair in states.keys() - gathered(never, world.documents).states().keys():
        assert states[pair].status in {Status.NO_EVIDENCE, Status.NO_POLICY}


@given(worlds())
def test_values_stay_on_the_scale_and_levels_are_the_scales(world: LedgerWriter) -> None:
    for state in gathered(world.entries, world.documents).states().values():
        if state.adoption is None:
            assert outcome(state)[:5] == (Status.NO_POLICY, None, None, (), ())
            continue
        scale = state.adoption.policy.scale
        values = [*[value for _, value in state.counted], *state.trajectory]
        assert all(value is None or 0 <= value <= scale.top for value in values)
        assert state.level is None or scale.named(state.level) is not None
        if state.value is not None and state.value >= scale.cut:
            assert (state if state.alone is None else state.alone).status is Status.MASTERED


@given(worlds())
def test_the_bytes_are_the_canonical_ones(world: LedgerWriter) -> None:
    for state in gathered(world.entries, world.documents).states().values():
        text = canonical_state(state).encode()
        assert canonical(json.loads(text)) == text


def test_two_processes_with_different_hash_seeds_agree() -> None:
    """Every digest and pin of a fixed world, folded by a process of its own under each seed."""
    script = (
        "from tests.properties.rulebook.test_what_never_matters import fixed_world\n"
        "from tests.support.folding import gathered\n"
        "world = fixed_world()\n"
        "for pair, state in sorted(gathered(world.entries, world.documents).states().items()):\n"
        "    print(pair, state.digest, state.pins, state.set_aside)\n"
    )
    told = said_under("-c", script, seeds=("0", "1", "4242"))
    assert len(told) == 1
    assert told.pop().count("\n") == 4


def fixed_world() -> LedgerWriter:
    """Two learners, two competencies, redos, voids, and a policy that keeps what was attained."""
    writer = LedgerWriter()
    writer.adopt("district", policy_document("ascertain.decaying_average@1", weight="0.65", counts=PURPOSES))
    for learner in LEARNERS:
        for step in range(6):
            writer.now += 10
            rows = [result(competency, str((step + index) % 5)) for index, competency in enumerate(COMPETENCIES)]
            event = writer.attempt(learner, *rows, purpose=PURPOSES[step % 3])
            if step == 4:
                writer.void(learner, event)
            writer.score(learner, *[row | {"criterion": "thesis"} for row in rows], redo_of=event)
    writer.adopt("district", policy_document(), "keep_attained")
    return writer
