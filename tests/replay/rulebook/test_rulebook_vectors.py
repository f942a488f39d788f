"""Golden vectors of the rulebook: the fold, its bytes, and each method. Worked out by hand, then frozen.

The policy's one fold by hand, top 4, weight 0.65: a rubric score of 3/4 and 2/4 is done over, so it is set aside; 7 of
9 is 4·7/9 = 3.111111; a diagnostic does not count; 4 of 4 is voided; the redo's shares 1/1, 3/4, 5/6 have the mean
31/36, so 4·31/36 = 3.444444. The average is 3.111111·0.35 + 3.444444·0.65 = 3.32777745, so 3.327777: Proficient.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.ledger.decimals import scaled, unscaled
from shared.rulebook.policy import read_policy
from shared.rulebook.state import canonical_state
from shared.rulebook.table import METHODS
from tests.support import oracle
from tests.support.folding import gathered

HERE = Path(__file__).parent
STORY: dict[str, Any] = json.loads((HERE / "policy_with_its_fold.json").read_text())
VECTORS: list[dict[str, Any]] = json.loads((HERE / "methods.json").read_text())["vectors"]
DOCUMENTS = {STORY["policy_digest"]: STORY["policy"]}


def test_the_policy_has_its_digest() -> None:
    assert read_policy(STORY["policy"]).digest == STORY["policy_digest"]


def test_the_policy_with_its_fold() -> None:
    state = gathered(STORY["entries"], DOCUMENTS).state(STORY["learner"], STORY["competency"])
    expected = STORY["state"]
    assert (state.status, state.level) == (expected["status"], expected["level"])
    assert state.value == scaled(expected["value"])
    assert [[event, unscaled(value)] for event, value in state.counted] == expected["counted"]
    assert [None if value is None else unscaled(value) for value in state.trajectory] == expected["trajectory"]
    assert [[aside.event, aside.reason, aside.by] for aside in state.set_aside] == expected["set_aside"]
    assert [list(pin) for pin in state.pins] == expected["pins"]
    assert canonical_state(state) == expected["canonical"]
    assert state.digest == expected["digest"]


def test_the_oracle_comes_to_the_same() -> None:
    state = oracle.states(STORY["entries"], DOCUMENTS)[STORY["learner"], STORY["competency"]]
    assert state.digest == STORY["state"]["digest"]
    assert [list(pin) for pin in state.pins] == STORY["state"]["pins"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['method']} {vector['parameters']}")
def test_methods(vector: dict[str, Any]) -> None:
    parameters = {name: scaled(value) for name, value in vector["parameters"].items()}
    values = [scaled(value) for value in vector["values"]]
    after_each = METHODS[vector["method"]].values(values, **parameters)
    assert [None if value is None else unscaled(value) for value in after_each] == vector["after_each"]
