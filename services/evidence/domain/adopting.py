"""Adopting a policy for a scope: from then on it is in force there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.evidence.domain.commands import Command, Expectation
from services.evidence.domain.errors import Invalid
from services.evidence.domain.facts import new_event
from shared.contracts.bodies import PolicyAdopted
from shared.ledger.identifiers import definitions_owner
from shared.ledger.instants import Instant
from shared.ledger.streams import policy_stream
from shared.rulebook.accommodating import beyond
from shared.rulebook.policy import ACCOMMODATED, FORMATS, Policy

Mode: TypeAlias = Literal["recompute", "keep_attained"]

POLICIES = FORMATS
"""The formats of the documents that can be adopted."""


@dataclass(frozen=True, slots=True)
class AdoptPolicy:
    """A caller's wish. `expected_version` is how many adoptions of this scope it knows of, where it says so; `reason`
    is kept in the vault.
    """

    id: str
    scope: str
    policy: str
    mode: Mode
    expected_version: int | None
    reason: str | None = None


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
    reason_ref: str | None = None


def reason_owner(scope: str, tenant: str) -> str:
    """Under whose key a reason is kept: the learner's whom alone it concerns, otherwise the scope's own."""
    kind, _, name = scope.partition("/")
    return name if kind == "learner" else definitions_owner(tenant, policy_stream(scope))


def check_accommodation(own: Policy, everyones: Mapping[str, Policy]) -> None:
    """Raise Invalid where a policy for one learner is more than those for everyone allow; these by their scopes."""
    for scope, policy in everyones.items():
        too_much = beyond(own, policy)
        if too_much:
            allowed = ", ".join(name for name in ACCOMMODATED if name in (policy.accommodation or ()))
            raise Invalid(
                f"The policy in force for {scope} lets a policy for one learner differ in {allowed or 'nothing'}"
                f"{' alone' if allowed else ''}; this one also differs in {', '.join(too_much)}.",
                field="/policy",
                reason="accommodation-too-wide",
            )


def decide_adopt(adopt: AdoptPolicy, reason_ref: str | None, *, tenant: str, actor: str) -> Command:
    """The command that adopts a policy."""
    body = PolicyAdopted(scope=adopt.scope, policy=adopt.policy, mode=adopt.mode, reason_ref=reason_ref)
    event = new_event(tenant, adopt.id, body)
    expects = (
        ()
        if adopt.expected_version is None
        else (Expectation(event.owner, policy_stream(adopt.scope), adopt.expected_version),)
    )
    return Command(adopt.id, actor, "definitions", (event,), expects=expects)
