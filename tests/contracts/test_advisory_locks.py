"""Advisory locks are told apart by a number alone: in one database no two purposes may share one."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_NUMBERED = re.compile(r"^\w+ = (7\d{3})$", re.MULTILINE)


def numbered(room: str) -> dict[str, list[str]]:
    """Where each lock's number is given a name, by number."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / room).rglob("*.py")):
        for number in _NUMBERED.findall(file.read_text()):
            found[number].append(str(file.relative_to(ROOT)))
    return found


@pytest.mark.parametrize("service", ["evidence", "mastery", "portfolio", "audit", "gateway"])
def test_no_two_purposes_share_a_number(service: str) -> None:
    every: dict[str, list[str]] = defaultdict(list)
    for room in ("shared", f"services/{service}"):
        for number, files in numbered(room).items():
            every[number] += files
    assert {number: files for number, files in every.items() if len(files) > 1} == {}
    assert "7001" in every, "the pattern still finds them"
