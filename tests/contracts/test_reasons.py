"""A reason that the contract names is one that some service gives."""

from pathlib import Path

import pytest

from shared.contracts.reasons import REASONS

ROOT = Path(__file__).parents[2]
PLACES = (
    *("services/evidence", "services/mastery", "services/portfolio", "services/audit"),
    *("services/gateway/flows", "shared/contracts"),  # of the gateway not its pages, which have words for all of them
)
GIVEN = "\n".join(
    file.read_text(encoding="utf-8")
    for place in PLACES
    for file in (ROOT / place).rglob("*.py")
    if file.name != "reasons.py"
)


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_service_gives_it(reason: str) -> None:
    assert f'"{reason}"' in GIVEN
