"""Roles that people have within scopes: granted, revoked, and the first one of all."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.evidence.domain.commands import Command, Expectation
from services.evidence.domain.facts import new_event
from shared.contracts.bodies import Role, RoleGranted, RoleRevoked
from shared.contracts.events import decode
from shared.ledger.entry import Entry
from shared.ledger.identifiers import item_id, service_actor
from shared.ledger.instants import Instant, instant_text


@dataclass(frozen=True, slots=True)
class GrantRole:
    """A role within a scope, for a person, until before `ends_at` where that is given."""

    id: str
    person: str
    role: Role
    scope: str
    ends_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class RevokeRole:
    """A role within a scope is taken from a person."""

    id: str
    person: str
    role: Role
    scope: str


def decide_grant(grant: GrantRole, *, tenant: str, actor: str) -> Command:
    """The command that grants a role."""
    ends_at = None if grant.ends_at is None else instant_text(grant.ends_at)
    body = RoleGranted(person=grant.person, role=grant.role, scope=grant.scope, ends_at=ends_at)
    return Command(grant.id, actor, "definitions", (new_event(tenant, grant.id, body),))


def decide_revoke(revoke: RevokeRole, *, tenant: str, actor: str) -> Command:
    """The command that revokes a role."""
    body = RoleRevoked(person=revoke.person, role=revoke.role, scope=revoke.scope)
    return Command(revoke.id, actor, "definitions", (new_event(tenant, revoke.id, body),))


def decide_bootstrap(person: str, history: Sequence[Entry], *, tenant: str) -> Command | None:
    """The command that makes a person the district's administrator; None where the person is one already.

    `history` is the stream of the person. The service itself is the actor, for nobody else has a right yet.
    """
    if _administers_district(history):
        return None
    actor = service_actor(tenant, "evidence")
    event_id = item_id(actor, "CLI", "bootstrap", person, len(history))
    event = new_event(tenant, event_id, RoleGranted(person=person, role="administrator", scope="district"))
    return Command(
        event_id, actor, "definitions", (event,), expects=(Expectation(event.owner, event.stream, len(history)),)
    )


def _administers_district(history: Sequence[Entry]) -> bool:
    administers = False
    for entry in history:
        if entry.event == "RoleGranted":
            granted = decode(entry, RoleGranted)
            if _is_ours(granted):
                administers = granted.ends_at is None
        elif _is_ours(decode(entry, RoleRevoked)):
            administers = False
    return administers


def _is_ours(body: RoleGranted | RoleRevoked) -> bool:
    return (body.role, body.scope) == ("administrator", "district")
