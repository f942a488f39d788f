"""Golden vectors of the families of methods: the value after each entry, or of the children. Frozen with each id.

Those that RULES.md publishes are also in `tests/unit/rulebook/test_published_examples.py`, as they are published.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.ledger.decimals import unscaled
from shared.rulebook.scoring import read_case, score
from shared.rulebook.table import METHODS

FOLDER = Path(__file__).parent / "vectors"
VECTORS: list[dict[str, Any]] = [
    vector for file in sorted(FOLDER.glob("*.json")) for vector in json.loads(file.read_text())["vectors"]
]
PLAIN = {vector["method"] for vector in json.loads((FOLDER.parent / "methods.json").read_text())["vectors"]}


@pytest.mark.parametrize("number", range(len(VECTORS)), ids=lambda number: f"{number} {VECTORS[number]['method']}")
def test_a_method_comes_to_its_vector(number: int) -> None:
    case = dict(VECTORS[number])
    after_each, status = case.pop("after_each"), case.pop("status")
    came = score(read_case(case))
    assert [None if value is None else unscaled(value) for value in came.after_each] == after_each
    assert came.status == status


def test_every_method_has_vectors() -> None:
    assert {vector["method"] for vector in VECTORS} | PLAIN == set(METHODS)
