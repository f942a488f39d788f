"""Frameworks for tests of readiness: competencies by code, whose ids a test can call by them."""

from collections.abc import Collection, Iterable
from typing import Any

from shared.rulebook.prerequisites import Prerequisites
from tests.support.ledger_writer import named


def framework(
    codes: Collection[str],
    rests_on: Iterable[tuple[str, str]] = (),
    parents: Iterable[tuple[str, str]] = (),
    name: str = "Mathematics",
) -> dict[str, Any]:
    """Of the pairs the first rests on the second; of the parents the first is a part of the second."""
    part_of = {part: {"parent": named(whole)} for part, whole in parents}
    return {
        "format": "ascertain.framework@1",
        "id": named(name),
        "title": name,
        "competencies": [
            {"id": named(code), "code": code, "statement": f"Can do {code}.", **part_of.get(code, {})} for code in codes
        ],
        "prerequisites": [{"competency": named(one), "rests_on": named(other)} for one, other in rests_on],
    }


def graph(*frameworks: dict[str, Any]) -> Prerequisites:
    """The graph of frameworks published one after the other."""
    return Prerequisites.of(frameworks)
