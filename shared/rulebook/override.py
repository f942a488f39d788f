"""A teacher's override: her judgement of one competency, and the level that it comes to under the policy in force.

In force is the latest override known, unless it is known to be cleared; one that was cleared brings none before it
back. Its level is the one that begins `at` on the scale of the policy that it names. Under another policy it is the
level of the same name; where there is none, the level at the new cut if it stood at or above the old cut; else the
override does not apply. Where the policy in force says `until_evidence`, it has ended once a piece that counts lies
after it in fold order; a piece that is voided later never ended anything.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from shared.ledger.decimals import scaled
from shared.ledger.entry import Entry
from shared.ledger.instants import Instant
from shared.rulebook.contribution import Withdrawal
from shared.rulebook.known import EVERYTHING, Known
from shared.rulebook.policy import Level, Policy


class Override(NamedTuple):
    """A LevelOverridden, with what cleared it. `at` is scaled by 10^6; `actor` judged, `reason_ref` says why."""

    event: str
    position: int
    recorded_at: Instant
    occurred_at: Instant
    actor: str
    policy: str
    at: int
    reason_ref: str
    cleared: Withdrawal | None = None


class LevelSet(NamedTuple):
    """The level that an override comes to on a scale, and whether that is mastery there."""

    level: Level
    mastered: bool


def override_of(entry: Entry, body: Mapping[str, Any]) -> tuple[str, Override] | None:
    """The competency whose level an entry sets, and the override; None for an entry that sets none.

    Raises KeyError or ValueError for a body that breaks its contract.
    """
    if entry.event != "LevelOverridden":
        return None
    override = Override(
        event=entry.id,
        position=entry.position,
        recorded_at=entry.recorded_at,
        occurred_at=entry.occurred_at,
        actor=entry.actor,
        policy=body["policy"],
        at=scaled(body["at"]),
        reason_ref=body["reason_ref"],
    )
    return body["competency"], override


def clearing_of(entry: Entry, body: Mapping[str, Any]) -> tuple[str, str, Withdrawal] | None:
    """The competency and the override that an entry clears, and the clearing; None for an entry that clears none."""
    if entry.event != "OverrideCleared":
        return None
    return body["competency"], body["override"], Withdrawal(entry.position, entry.recorded_at, entry.id)


def cleared(override: Override, clearing: Withdrawal) -> Override:
    """The override marked; the first clearing by position stands, whichever comes to be read first."""
    if override.cleared is not None and override.cleared.position <= clearing.position:
        return override
    return override._replace(cleared=clearing)


def known_overrides(overrides: Sequence[Override], known: Known) -> Sequence[Override]:
    """The overrides as they were known: later ones gone, and those cleared later not cleared."""
    if known is EVERYTHING:
        return overrides
    return [
        override._replace(cleared=None) if override.cleared and not known.of_learner(override.cleared) else override
        for override in overrides
        if known.of_learner(override)
    ]


def standing_override(overrides: Sequence[Override]) -> Override | None:
    """Of those known the latest, None where it is cleared or there is none. They come in any order."""
    latest = max(overrides, key=lambda override: override.position, default=None)
    return None if latest is None or latest.cleared is not None else latest


def level_set(override: Override, policy: Policy, judged_under: Policy | None) -> LevelSet | None:
    """What an override comes to under `policy`, given the policy that it names; None where it does not apply."""
    if override.policy == policy.digest:
        level = policy.scale.level_at(override.at)
        return None if level is None else LevelSet(level, override.at >= policy.scale.cut)
    if judged_under is None:
        return None
    then, scale = judged_under.scale, policy.scale
    level_then = then.level_at(override.at)
    level = None if level_then is None else scale.named(level_then.name)
    if level is not None:
        return LevelSet(level, level.at >= scale.cut)
    at_cut = scale.level_at(scale.cut) if override.at >= then.cut else None
    return None if at_cut is None else LevelSet(at_cut, mastered=True)
