"""Who speaks for a learner: linked and unlinked, as often as it changes."""

from dataclasses import dataclass

from services.evidence.domain.commands import Command, Guard
from services.evidence.domain.errors import Invalid
from services.evidence.domain.facts import new_event
from shared.contracts.learners import GuardianLinked, GuardianUnlinked
from shared.ledger.streams import learner_stream


@dataclass(frozen=True, slots=True)
class LinkGuardian:
    """A person is to be a guardian of a learner."""

    id: str
    learner: str
    guardian: str


@dataclass(frozen=True, slots=True)
class UnlinkGuardian:
    """A person is no longer to be a guardian of a learner."""

    id: str
    learner: str
    guardian: str


def decide_link(link: LinkGuardian, *, tenant: str, actor: str) -> Command:
    """The command that links. Raises Invalid where a learner would be a guardian of her own."""
    if link.guardian == link.learner:
        raise Invalid("A learner's guardian is somebody else.", field="/guardian")
    return _command(link.id, GuardianLinked(learner=link.learner, guardian=link.guardian), tenant=tenant, actor=actor)


def decide_unlink(unlink: UnlinkGuardian, *, tenant: str, actor: str) -> Command:
    """The command that unlinks."""
    body = GuardianUnlinked(learner=unlink.learner, guardian=unlink.guardian)
    return _command(unlink.id, body, tenant=tenant, actor=actor)


def _command(id_: str, body: GuardianLinked | GuardianUnlinked, *, tenant: str, actor: str) -> Command:
    """Only where there is such a learner, and she is not forgotten."""
    event = new_event(tenant, id_, body)
    return Command(
        id_, actor, "evidence", (event,), guards=(Guard(body.learner, learner_stream(body.learner), "open"),)
    )
