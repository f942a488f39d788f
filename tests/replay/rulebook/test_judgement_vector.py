"""A golden vector with a level set by a teacher, a superseded piece, and every kind of evidence. Worked out by hand.

Top 4, weight 0.65. 1 of 4 was superseded by 2 of 4, which a redo that names the first does over: set aside both. The
redo's 5 of 7 is 4·5/7 = 2.857143; an observation of practice does not count; attested elsewhere, 1 of 3 is 1.333333; a
self-rating never counts. The average is 2.857143·0.35 + 1.333333·0.65 = 1.8666665, half even 1.866666: Beginning. The
first judgement was cleared. The second, Proficient at her first school's cut of 2.5, stands: no piece came after it.
Under the district's policy, since she moved, the level of that name begins at its cut: mastered.
"""

import json
from pathlib import Path
from typing import Any

from shared.ledger.decimals import scaled, unscaled
from shared.rulebook.policy import read_policy
from shared.rulebook.state import canonical_state
from tests.support import oracle
from tests.support.folding import gathered

STORY: dict[str, Any] = json.loads((Path(__file__).parent / "judgement_with_its_fold.json").read_text())
PAIR = STORY["learner"], STORY["competency"]


def test_the_policies_have_their_digests() -> None:
    for digest, policy in STORY["policies"].items():
        assert read_policy(policy).digest == digest


def test_the_fold() -> None:
    state, expected = gathered(STORY["entries"], STORY["policies"]).state(*PAIR), STORY["state"]
    assert (state.status, state.level, state.value) == (
        expected["status"],
        expected["level"],
        scaled(expected["value"]),
    )
    assert [[event, unscaled(value)] for event, value in state.counted] == expected["counted"]
    assert [None if value is None else unscaled(value) for value in state.trajectory] == expected["trajectory"]
    assert [[aside.event, aside.reason, aside.by] for aside in state.set_aside] == expected["set_aside"]
    assert state.override is not None
    assert state.override.event == expected["override"]
    assert state.alone is not None
    assert [state.alone.status, state.alone.level, unscaled(state.alone.value or 0)] == expected["alone"]
    assert [list(pin) for pin in state.pins] == expected["pins"]
    assert canonical_state(state) == expected["canonical"]
    assert state.digest == expected["digest"]


def test_the_oracle_comes_to_the_same() -> None:
    state, expected = oracle.states(STORY["entries"], STORY["policies"])[PAIR], STORY["state"]
    assert state.digest == expected["digest"]
    assert [list(pin) for pin in state.pins] == expected["pins"]
    assert (state.override, list(state.alone or ())) == (expected["override"], expected["alone"][:2])
