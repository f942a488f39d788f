"""Templates of policies, for the ways in which schools really grade."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

import shared.rulebook

FOLDER = Path(shared.rulebook.__file__).parent / "templates"

WHEN: Mapping[str, str] = MappingProxyType(
    {
        "canvas": "You come from Canvas and nobody changed the account's default.",
        "canvas-decaying": "You come from Canvas, where it is called decaying or weighted average.",
        "marzano": "You grade on a scale of 0 to 4 and follow growth by the power law.",
        "jumprope": "You come from JumpRope, or want growth to count and decline not to.",
        "most-recent": "What a learner can do now is what counts, and anything may be done over.",
        "power-standards": "A standard is made of parts, and is no stronger than its weakest one.",
        "practice-bkt": "Learners answer many short questions, and you ask when they may go on.",
        "sustained": "One lucky result must not make mastery, nor one slip in an old task undo it.",
    }
)
"""By name, when to choose it; `docs/policies.md` says more."""


def template(name: str) -> dict[str, Any]:
    """The policy document of a template. Raises KeyError where there is none of this name."""
    document: dict[str, Any] = orjson.loads(text_of(name))
    return document


def text_of(name: str) -> str:
    """A template as it is written. Raises KeyError where there is none of this name."""
    if name not in WHEN:
        raise KeyError(name)
    return (FOLDER / f"{name}.json").read_text()
