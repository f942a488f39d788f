"""What a process that folds must be told can be told to it, whatever method a policy has."""

import pickle

import pytest

from shared.rulebook.definitions import Adoption, Definitions, Mode
from shared.rulebook.policy import read_policy
from shared.rulebook.scope import Scope
from tests.support.ledger_writer import policy_document


@pytest.mark.parametrize("method", ["highest", "latest", "decaying_average"])
def test_definitions_can_be_told_to_another_process(method: str) -> None:
    weight = "0.65" if method == "decaying_average" else None
    policy = read_policy(policy_document(f"ascertain.{method}@1", weight=weight))
    definitions = Definitions.of([Adoption(Scope("district"), Mode.RECOMPUTE, policy, 1, 0)])
    assert pickle.loads(pickle.dumps(definitions)) == definitions
