"""What is known of a roster before more of it is handed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from shared.contracts.bodies import Role
from shared.ledger.instants import Instant

Membership: TypeAlias = tuple[str, str | None]
"""A school, and a section there or None: belonging to a section means belonging to its school too."""

Grant: TypeAlias = tuple[Role, str]
"""A role and its scope."""


@dataclass(frozen=True, slots=True)
class Session:
    """A term: from `begins_at` until before `ends_at`."""

    begins_at: Instant | None
    ends_at: Instant | None


@dataclass(frozen=True, slots=True)
class Section:
    """A section as the ledger has it."""

    course: str
    school: str
    begins_at: Instant | None
    ends_at: Instant | None


@dataclass(frozen=True, slots=True)
class KnownRoster:
    """What is known of everything that a request names.

    `orgs` are types by id, `forgotten` the people of whom nothing more is recorded. `guardians` are
    those linked to learners, `said_guardians` those whom the rosters so far named; the latter also of learners whom
    the request does not name, where it names their guardians. `versions` are those of the
    streams `section/…`, `person/…` and `learner/…`, absent where a stream is at version 0; the rest is at least as new
    as these, so what is decided on it is either right or stale.
    """

    orgs: Mapping[str, str] = field(default_factory=dict)
    sessions: Mapping[str, Session] = field(default_factory=dict)
    sections: Mapping[str, Section] = field(default_factory=dict)
    grants: Mapping[str, Mapping[Grant, Instant | None]] = field(default_factory=dict)
    enrolments: Mapping[str, frozenset[Membership]] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    forgotten: frozenset[str] = frozenset()
    guardians: Mapping[str, frozenset[str]] = field(default_factory=dict)
    said_guardians: Mapping[str, frozenset[str]] = field(default_factory=dict)
