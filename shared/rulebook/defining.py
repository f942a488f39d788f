"""From entries of the definitions ledger, and the documents they name, to what `definitions` indexes."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.rulebook.definitions import Adoption, Mode, Placement
from shared.rulebook.policy import Policy
from shared.rulebook.scope import read_scope

Body: TypeAlias = Mapping[str, Any]
Document: TypeAlias = Mapping[str, Any]

FRAMEWORK = "ascertain.framework@1"


def adoption_of(entry: Entry, body: Body, policy: Policy) -> Adoption:
    """The adoption that a PolicyAdopted is, given the policy that its body names by digest.

    Raises KeyError or ValueError for a body that breaks its contract or names another policy.
    """
    if body["policy"] != policy.digest:
        raise ValueError(f"Adoption {entry.id} names the policy {body['policy']}, not {policy.digest}.")
    return Adoption(read_scope(body["scope"]), Mode(body["mode"]), policy, entry.position, entry.recorded_at)


def placements_of(framework: Document, position: int, recorded_at: Instant) -> tuple[Placement, ...]:
    """The places that the publication of a framework gives to its competencies, from its position on."""
    if framework["format"] != FRAMEWORK:
        raise ValueError(f"Competencies are placed by {FRAMEWORK}, not by {framework['format']}.")
    return tuple(
        Placement(competency["id"], framework["id"], position, recorded_at) for competency in framework["competencies"]
    )
