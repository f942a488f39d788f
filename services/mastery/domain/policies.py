"""Which policies were adopted for a scope, and whom another one there would concern."""

from dataclasses import dataclass
from typing import NamedTuple

from shared.ledger.instants import Instant


@dataclass(frozen=True, slots=True)
class Adopted:
    """An adoption of a scope's line; `document` is the policy's canonical text, `version` counts them."""

    policy: str
    document: bytes
    mode: str
    version: int
    position: int
    recorded_at: Instant


class Under(NamedTuple):
    """How many states of how many learners stand under a policy that was adopted for a scope; None: under none."""

    policy: str | None
    scope: str | None
    title: str | None
    states: int
    learners: int


@dataclass(frozen=True, slots=True)
class Concerned:
    """Everybody within a scope: by the policies under which they are now. `learners` counts each of them once."""

    under: tuple[Under, ...]
    learners: int
