"""A teacher's judgement of a level, whatever the evidence alone says: set, and cleared again."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.evidence.domain.commands import Command, Expectation, Guard
from services.evidence.domain.errors import Conflict, Invalid
from services.evidence.domain.facts import new_event
from services.evidence.domain.judging import check_instant
from shared.contracts.events import EVENTS, decode
from shared.contracts.judgement import LevelOverridden, OverrideCleared
from shared.ledger.decimals import unscaled
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.ledger.streams import learner_stream, override_stream
from shared.rulebook.contributing import enrolment_of
from shared.rulebook.definitions import Learner, school_history
from shared.rulebook.policy import Policy


@dataclass(frozen=True, slots=True)
class OverrideLevel:
    """A caller's judgement: `level` is a name on the scale in force; the reason's text is kept apart.

    `expected_version` is that of the stream `override/{learner}/{competency}`, where the caller says it.
    """

    id: str
    learner: str
    competency: str
    level: str
    reason: str
    expected_version: int | None
    occurred_at: Instant | None


@dataclass(frozen=True, slots=True)
class ClearOverride:
    """A caller's decision, on the version that it saw, that the evidence alone decides again."""

    id: str
    override: str
    expected_version: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class SetLevel:
    """Where a level begins (`at`, a decimal) on the scale of a policy (its digest)."""

    policy: str
    at: str


def learner_of(learner: str, shard: int, history: Sequence[Entry]) -> Learner:
    """Whose level it is, as policies are found for her; `history` is the stream `learner/{id}`."""
    enrolments = (enrolment_of(entry, decode(entry, EVENTS[entry.event].body).model_dump()) for entry in history)
    return Learner(learner, shard, school_history(enrolment for enrolment in enrolments if enrolment is not None))


def decide_level(override: OverrideLevel, policy: Policy | None, *, now: Instant) -> SetLevel:
    """The level that is meant, on the scale of the policy in force.

    Raises Invalid, naming the field, where no policy is, where its scale has no such level, or where the judgement is
    said to have been made in the future.
    """
    check_instant(override.occurred_at, now)
    if policy is None:
        raise Invalid("No policy is in force for this competency; adopt one first.", field="/competency")
    level = policy.scale.named(override.level)
    if level is None:
        names = ", ".join(known.name for known in policy.scale.levels)
        raise Invalid(f"The levels of the policy in force are {names}.", field="/level")
    return SetLevel(policy.digest, unscaled(level.at))


def override_command(override: OverrideLevel, level: SetLevel, reason_ref: str, *, tenant: str, actor: str) -> Command:
    """The command that sets the level, its reason being kept under `reason_ref`."""
    body = LevelOverridden(
        learner=override.learner,
        competency=override.competency,
        policy=level.policy,
        at=level.at,
        reason_ref=reason_ref,
    )
    stream = override_stream(override.learner, override.competency)
    expected = override.expected_version
    return Command(
        override.id,
        actor,
        "evidence",
        (new_event(tenant, override.id, body, occurred_at=override.occurred_at),),
        expects=() if expected is None else (Expectation(override.learner, stream, expected),),
        guards=(Guard(override.learner, learner_stream(override.learner), "open"),),
    )


def check_clear(clear: ClearOverride, stream: Sequence[Entry]) -> LevelOverridden:
    """The override that is to be cleared; `stream` is that of its learner and competency.

    Raises Conflict where the version that the caller saw says already that it is not the one in force. A later
    version is for the ledger to call stale.
    """
    named = next(entry for entry in stream if entry.id == clear.override)
    seen = [entry for entry in stream if entry.version <= clear.expected_version]
    repeats = any(entry.id == clear.id for entry in stream)
    if seen and seen[-1].id != clear.override and not repeats:
        ended = "cleared" if seen[-1].event == "OverrideCleared" else "replaced by another"
        raise Conflict(f"This level was {ended} before.", field="/expected_version")
    return decode(named, LevelOverridden)


def clear_command(
    clear: ClearOverride, override: LevelOverridden, reason_ref: str | None, *, tenant: str, actor: str
) -> Command:
    """The command that clears an override. The ledger answers it by the version that the stream has at that moment."""
    learner = override.learner
    body = OverrideCleared(
        learner=learner, competency=override.competency, override=clear.override, reason_ref=reason_ref
    )
    stream = override_stream(learner, override.competency)
    return Command(
        clear.id,
        actor,
        "evidence",
        (new_event(tenant, clear.id, body),),
        expects=(Expectation(learner, stream, clear.expected_version),),
        guards=(Guard(learner, learner_stream(learner), "open"),),
    )
