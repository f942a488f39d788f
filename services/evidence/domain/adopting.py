"""Adopting a policy for a scope: from then on it is in force there."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.evidence.domain.commands import Command, Expectation
from services.evidence.domain.facts import new_event
from shared.contracts.bodies import PolicyAdopted
from shared.ledger.instants import Instant
from shared.ledger.streams import policy_stream
from shared.rulebook.policy import FORMATS

Mode: TypeAlias = Literal["recompute", "keep_attained"]

POLICIES = FORMATS
"""The formats of the documents that can be adopted."""


@dataclass(frozen=True, slots=True)
class AdoptPolicy:
    """A caller's wish. `expected_version` is how many adoptions of this scope it knows of, where it says so."""

    id: str
    scope: str
    policy: str
    mode: Mode
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class Adoption:
    """A policy in force for a scope, since `recorded_at`; `version` counts the scope's adoptions."""

    id: str
    scope: str
    policy: str
    mode: Mode
    version: int
    position: int
    recorded_at: Instant


def administered(scope: str) -> str:
    """Whose administrators decide on a scope: a school's own, otherwise the district's."""
    return scope if scope.startswith("school/") else "district"


def decide_adopt(adopt: AdoptPolicy, *, tenant: str, actor: str) -> Command:
    """The command that adopts a policy."""
    body = PolicyAdopted(scope=adopt.scope, policy=adopt.policy, mode=adopt.mode)
    event = new_event(tenant, adopt.id, body)
    expects = (
        ()
        if adopt.expected_version is None
        else (Expectation(event.owner, policy_stream(adopt.scope), adopt.expected_version),)
    )
    return Command(adopt.id, actor, "definitions", (event,), expects=expects)
