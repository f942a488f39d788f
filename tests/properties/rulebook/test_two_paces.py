"""Two learners with the same evidence at different pace have the same levels, however often they relearn and redo.

All that may differ between their states are ids, instants and positions.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.rulebook.state import State
from tests.properties.rulebook.worlds import COMPETENCIES, LEARNERS, PURPOSES, policies, results
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter

THEME = COMPETENCIES[0]
DAY = 24 * 60 * 60 * 1000

Step = tuple[str, dict[str, Any], str, bool, bool]
"""A piece's kind, its result, its purpose, whether it does over the one before, whether a cycle comes first."""

steps: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(["attempt", "score", "observe"]),
        results(),
        st.sampled_from([*PURPOSES, "performance"]),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)
paces = st.lists(st.integers(1, 400 * DAY), min_size=8, max_size=8)


def goes_on(writer: LedgerWriter, learner: str, step: Step, pieces: list[str]) -> None:
    """One step of a learner: perhaps relearning, then a piece, perhaps a redo of the one before."""
    kind, row, purpose, redo, cycle = step
    if cycle:
        body, stream = {"competency": THEME}, f"redo/{learner}/{THEME}"
        begun = writer.say("RedoRequested", learner, stream, body)
        for name, more in (("RelearnLogged", {"kind": "practice"}), ("RedoOpened", {})):
            writer.say(name, learner, stream, {**body, "cycle": begun, **more})
    row = {**row, "competency": THEME, **({"criterion": "thesis"} if kind == "score" else {})}
    redo_of = pieces[-1] if redo and pieces else None
    pieces.append(getattr(writer, kind)(learner, row, purpose=purpose, redo_of=redo_of))


def without_ids(state: State, pieces: list[str]) -> tuple[Any, ...]:
    """A state in which a piece is named by its place in the story."""
    place = {event: number for number, event in enumerate(pieces)}
    counted = [(place[event], value) for event, value in state.counted]
    aside = [(place[piece.event], piece.reason, place.get(piece.by or "")) for piece in state.set_aside]
    return state.status, state.level, state.value, counted, state.trajectory, aside, state.policy, state.method


@settings(max_examples=30)
@given(policies().filter(lambda policy: "days_apart" not in policy["minimum"]), steps, paces)
def test_the_same_evidence_at_another_pace_comes_to_the_same_level(
    policy: dict[str, Any], story: list[Step], slow: list[int]
) -> None:
    writer = LedgerWriter()
    writer.adopt("district", policy)
    pieces: dict[str, list[str]] = {learner: [] for learner in LEARNERS}
    for learner, gaps in zip(LEARNERS, ([1] * len(story), slow), strict=True):
        for step, gap in zip(story, gaps, strict=False):
            writer.now += gap
            goes_on(writer, learner, step, pieces[learner])
    known = gathered(writer.entries, writer.documents)
    quick, steady = (without_ids(known.state(learner, THEME), pieces[learner]) for learner in LEARNERS)
    assert quick == steady
