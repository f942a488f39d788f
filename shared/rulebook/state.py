"""A state: where one learner is with one competency, folded from the record, with what it rests on and its digest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from shared.ledger.canonical import canonical
from shared.rulebook.arithmetic import decimal_text
from shared.rulebook.definitions import Adoption
from shared.rulebook.known import Pin
from shared.rulebook.override import Override


class Status(StrEnum):
    """Where a learner is with a competency. The fold sets the first six.

    UNDER_REVIEW is what a projection shows while the owner is in quarantine, FORGOTTEN what it shows of a learner who
    is forgotten; neither is ever folded.
    """

    NO_POLICY = "no_policy"
    NO_EVIDENCE = "no_evidence"
    NOT_ENOUGH = "not_enough"
    NOT_YET = "not_yet"
    MASTERED = "mastered"
    SLIPPED = "slipped"
    UNDER_REVIEW = "under_review"
    FORGOTTEN = "forgotten"


class Reason(StrEnum):
    """Why a piece of evidence is set aside: withdrawn; another in its place; a learner's own rating; of a purpose, a
    kind or a course that does not count; done over.
    """

    VOIDED = "voided"
    SUPERSEDED = "superseded"
    SELF_RATING = "self_rating"
    PURPOSE = "purpose"
    KIND = "kind"
    COURSE = "course"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class SetAside:
    """A piece that does not count, why, and the event that did it: what voided it, or the piece in its place.

    None for a self-rating and for what a policy does not count.
    """

    event: str
    reason: Reason
    by: str | None


@dataclass(frozen=True, slots=True)
class Floor:
    """What an adoption keeps of what was attained before it: at least this status, and this level where it has one."""

    status: Status
    level: str | None


@dataclass(frozen=True, slots=True)
class Alone:
    """What the evidence alone would say, above the floor that an adoption keeps. `value` is scaled by 10^6."""

    status: Status
    level: str | None
    value: int | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The override that applies, and what the evidence alone would say."""

    override: Override
    alone: Alone


class State(NamedTuple):
    """What `fold` makes.

    `level` is a name on the policy's scale. Where a teacher's override applies status and level are hers, and
    `judgement` says so: then `override` and `alone` are its members, both are None elsewhere. `value` is what the
    evidence alone comes to, scaled by 10^6: None until there is enough of it. `counted` are the pieces that count,
    (event, its own value), in fold order; `trajectory` is the method's value after each of them, None where there was
    not enough for one. `floor` is set where an adoption keeps what was attained. `pins` are where the newest relevant
    entries stand (see `fold`); `digest` is the SHA-256 of `canonical_state` (DESIGN §11).

    A named tuple as contributions are, and for the same reason.
    """

    learner: str
    competency: str
    status: Status
    level: str | None
    value: int | None
    adoption: Adoption | None
    counted: tuple[tuple[str, int], ...]
    trajectory: tuple[int | None, ...]
    set_aside: tuple[SetAside, ...]
    floor: Floor | None
    pins: tuple[Pin, ...]
    judgement: Judgement | None
    digest: str

    @property
    def override(self) -> Override | None:
        """The override that applies."""
        return None if self.judgement is None else self.judgement.override

    @property
    def alone(self) -> Alone | None:
        """What the evidence alone would say, where an override applies."""
        return None if self.judgement is None else self.judgement.alone

    @property
    def policy(self) -> str | None:
        """The digest of the policy in force."""
        return None if self.adoption is None else self.adoption.policy.digest

    @property
    def method(self) -> str | None:
        """The id of the policy's method."""
        return None if self.adoption is None else self.adoption.policy.method.id


def state_digest(  # noqa: PLR0913, PLR0917 - the members that it is of
    learner: str,
    competency: str,
    counted: Sequence[tuple[str, int]],
    level: str | None,
    status: Status,
    policy: str | None,
    method: str | None,
) -> str:
    """The digest of the state that has these members: SHA-256 of `canonical_state`."""
    return hashlib.sha256(_text(learner, competency, counted, level, status, policy, method).encode()).hexdigest()


def canonical_state(state: State) -> str:
    """The RFC 8785 text of `{competency, counted: [[event, value] …], learner, level, method, policy, status}`."""
    return _text(state.learner, state.competency, state.counted, state.level, state.status, state.policy, state.method)


def _text(  # noqa: PLR0913, PLR0917 - the members that it is of
    learner: str,
    competency: str,
    counted: Sequence[tuple[str, int]],
    level: str | None,
    status: Status,
    policy: str | None,
    method: str | None,
) -> str:
    """Written out here, since every refold makes it: ids, digests and decimals need no escaping, and the names of the
    members stand in order. A test holds it against `canonical`.
    """
    pairs = ",".join([f'["{event}","{decimal_text(value)}"]' for event, value in counted])
    return (
        f'{{"competency":"{competency}","counted":[{pairs}],"learner":"{learner}",'
        f"{state_end(level, status, policy, method)}"
    )


def state_end(level: str | None, status: Status, policy: str | None, method: str | None) -> str:
    """What a state's canonical text ends with, after what is its own: many states have the same end."""
    return (
        f'"level":{_quoted(level)},"method":{_quoted(method)},"policy":{_quoted(policy)},"status":{_quoted(status)}}}'
    )


@lru_cache(maxsize=4096)
def _quoted(text: str | None) -> str:
    return canonical(text).decode()
