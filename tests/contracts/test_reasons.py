"""A reason that the contract names is one that some service gives."""

from pathlib import Path

import pytest

from shared.contracts.reasons import REASONS

ROOT = Path(__file__).parents[2]
GIVEN = "\n".join(
    file.read_text(encoding="utf-8")
    for service in ("evidence", "mastery", "portfolio", "audit")
    for file in (ROOT / "services" / service).rglob("*.py")
)


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_service_gives_it(reason: str) -> None:
    assert f'"{reason}"' in GIVEN
