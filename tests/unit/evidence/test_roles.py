"""Given a person's roles, when the district is bootstrapped, then there is one administrator, made once."""

from services.evidence.domain.commands import Command
from services.evidence.domain.roles import GrantRole, RevokeRole, decide_bootstrap, decide_grant, decide_revoke
from shared.contracts.bodies import RoleGranted
from shared.ledger.canonical import parse
from shared.ledger.entry import Entry
from shared.ledger.identifiers import definitions_owner, service_actor

TENANT = "5f0c6c0e-2d0b-4b55-9a53-0a2f6b1e7a01"
PERSON, OTHER = "10000000-0000-4000-8000-000000000000", "20000000-0000-4000-8000-000000000000"


def entries(*commands: Command) -> list[Entry]:
    """The stream that these commands would have made."""
    return [
        Entry("definitions", 0, n, 1, TENANT, event.owner, event.stream, n, event.id, event.type, event.schema, 0, 0,
              command.actor, event.body)
        for n, command in enumerate(commands, start=1)
        for event in command.events
    ]  # fmt: skip


def bootstrap(*history: Command) -> Command | None:
    return decide_bootstrap(PERSON, entries(*history), tenant=TENANT)


def grant(role: str = "administrator", scope: str = "district", ends_at: int | None = None) -> Command:
    body = RoleGranted.model_validate({"person": PERSON, "role": role, "scope": scope})
    return decide_grant(GrantRole(OTHER, body.person, body.role, body.scope, ends_at), tenant=TENANT, actor=OTHER)


REVOKE = decide_revoke(RevokeRole(OTHER, PERSON, "administrator", "district"), tenant=TENANT, actor=OTHER)


def test_the_first_administrator_is_made_by_the_service() -> None:
    command = bootstrap()
    assert command is not None
    [event] = command.events
    assert command.actor == service_actor(TENANT, "evidence")
    assert event.owner == definitions_owner(TENANT, f"person/{PERSON}")
    assert parse(event.body) == {"person": PERSON, "role": "administrator", "scope": "district"}
    assert [expected.version for expected in command.expects] == [0]


def test_an_administrator_is_not_made_twice() -> None:
    first = bootstrap()
    assert first is not None
    assert bootstrap(first) is None
    assert bootstrap(grant()) is None


def test_who_is_none_any_more_may_be_made_one_again() -> None:
    for history in ((grant(), REVOKE), (grant(ends_at=1),), (grant("auditor"),)):
        command = bootstrap(*history)
        assert command is not None
        assert [expected.version for expected in command.expects] == [len(history)]
