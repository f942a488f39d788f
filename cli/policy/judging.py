"""Judges a policy document before anything is sent: each member that is wrong, in plain words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cli.errors import CommandError
from cli.importing.references import read_json
from cli.policy.templates import template
from shared.contracts.documents import read_document
from shared.contracts.wording import told
from shared.rulebook.members import PolicyError
from shared.rulebook.policy import FORMATS, read_policy

_TOGETHER = {"parameters": ("method",), "minimum": ("kinds",)}
"""Members that are judged with others: a method's parameters, and a minimum of the kinds that count."""


def sound(file: Path) -> dict[str, Any]:
    """The policy document of a file. Raises CommandError, which says all that is wrong with it."""
    document = read_json(file)
    wrong = problems(document)
    if wrong:
        listed = "\n".join(f"  {sentence}" for sentence in wrong)
        raise CommandError(f"{file} cannot be adopted yet:\n{listed}")
    return dict(document)


def problems(document: object) -> list[str]:
    """What is wrong with a policy, a sentence a member; empty where it can be adopted."""
    if not isinstance(document, Mapping) or document.get("format") not in FORMATS:
        return [f"format must be {' or '.join(map(repr, FORMATS))}; this is no policy."]
    first = _problem(document)
    if first is None:
        return _by_contract(document)
    found = {first[0]: first[1]}
    for name in document:
        problem = _problem(_alone(document, name))
        if problem is not None and problem[0].startswith(f"/{name}"):
            found.setdefault(*problem)
    return list(found.values())


def _problem(document: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first member that is wrong, and what would be right."""
    try:
        read_policy(document)
    except PolicyError as error:
        return error.parameter, f"{error}."
    return None


def _alone(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A policy in which everything is right but, perhaps, this member."""
    sound = template("canvas")
    given = {name: document[name]}
    for other in _TOGETHER.get(name, ()):
        wrong = _problem({**sound, other: document[other]}) if other in document else ("", "")
        if wrong is None or wrong[0].partition("/")[2].partition("/")[0] not in {"", other}:
            given[other] = document[other]
    return {**sound, **given}


def _by_contract(document: Mapping[str, Any]) -> list[str]:
    """What the rulebook can work with and the contract does not take, such as a title that is too long."""
    try:
        read_document(dict(document))
    except ValidationError as error:
        return [
            f"{'.'.join(map(str, wrong['loc'][1:]))} {told(wrong)}."
            for wrong in error.errors(include_url=False, include_input=False)
        ]
    return []
