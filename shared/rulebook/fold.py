"""The fold: from a learner's contributions to one competency, and the definitions, to the state (DESIGN §5).

Relevant to a state, and so pinned, are: the contributions of the competency and what withdrew them, every override of
it and what cleared it, the enrolment that made the current school (evidence ledger, the learner's shard); the adoption
in force, the framework publication that placed the competency, and the first adoption of the policy that the override
in force names (definitions). Folding again as known at a state's own pins gives the same bytes, for ever.

**An override** that applies (see `override`) sets the level, and with it `mastered` or `not_yet`, above evidence and
floors, even if it is lower: it is a teacher's judgement. Without a policy none applies. A floor is of evidence alone.

**Superseded evidence** is set aside for the piece in its place. A redo that names it does over what stands in its place
now, as far as those pieces speak of the competency.

**Keeping what was attained.** An adoption with `keep_attained` sets a floor: the outcome of folding, under the policy
in force just before it for this learner and competency, the evidence recorded by the adoption's `recorded_at`. Evidence
that has been withdrawn since never counts towards it, since what is voided is as if it had never been. If the earlier
adoption kept something too, its floor counts in that outcome, and so on back.

- Nothing was attained by `no_policy`, `no_evidence` and `not_enough`, nor by `not_yet` where the
  new scale has no level of that name.
- The floor's level is the one of the same name on the new scale; where there is none and it was mastered, the level at
  the new cut; else none.
- The floor's status is the one then; but `mastered` if the floor's level stands at or above the new cut.
- The level is the higher of the evidence's own and the floor's; the status the better one, in the order `no_evidence`,
  `not_enough`, `not_yet`, `slipped`, `mastered`. The value, counted and trajectory stay those of the evidence alone.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from shared.ledger.instants import Instant
from shared.rulebook.arithmetic import value_of
from shared.rulebook.contribution import Contribution, Kind, Withdrawal, fold_order, in_order
from shared.rulebook.definitions import Adoption, Definitions, Enrolment, Learner, Mode
from shared.rulebook.known import EVERYTHING, Known, Pin, Recorded, known_of
from shared.rulebook.override import LevelSet, Override, known_overrides, level_set, standing_override
from shared.rulebook.policy import Level, Overrides, Policy, Redo
from shared.rulebook.state import Alone, Floor, Judgement, Reason, SetAside, State, Status, state_digest
from shared.rulebook.statuses import status_of

_NO_PURPOSE = {Kind.REFLECTION.value: Reason.SELF_RATING, Kind.AUDIENCE.value: Reason.KIND}
"""Why evidence that is for none of the contract's purposes is set aside, by its kind."""

_FROM_LEAST = (Status.NO_EVIDENCE, Status.NOT_ENOUGH, Status.NOT_YET, Status.SLIPPED, Status.MASTERED)
RANK = {status: rank for rank, status in enumerate(_FROM_LEAST)}
"""How much a status that is folded says, from the least."""


class Standing(NamedTuple):
    """What a policy makes of evidence, and of a floor below it."""

    status: Status
    level: Level | None
    value: int | None
    counted: tuple[tuple[str, int], ...]
    trajectory: tuple[int | None, ...]
    set_aside: tuple[SetAside, ...]


def fold(  # noqa: PLR0913, PLR0917 - what a state is a function of
    learner: Learner,
    competency: str,
    contributions: Iterable[Contribution],
    definitions: Definitions,
    known: Known = EVERYTHING,
    overrides: Sequence[Override] = (),
) -> State:
    """The state of a learner and a competency, as known.

    `contributions` and `overrides` are those of this learner and competency, in any order; `definitions` may hold more
    than applies. A function of its arguments alone.
    """
    return fold_ordered(learner, competency, in_order(contributions), definitions, known, overrides)


def fold_ordered(  # noqa: PLR0913, PLR0917 - as `fold`
    learner: Learner,
    competency: str,
    contributions: Sequence[Contribution],
    definitions: Definitions,
    known: Known = EVERYTHING,
    overrides: Sequence[Override] = (),
) -> State:
    """`fold` of contributions that stand in fold order already, as `mastery` keeps them."""
    pieces = known_of(contributions, known)
    overrides = known_overrides(overrides, known) if overrides else ()
    adoptions = _kept_line(learner, competency, definitions, known)
    floor = None
    for earlier, later in pairwise(adoptions):
        then = [piece for piece in pieces if piece.recorded_at <= later.recorded_at]
        floor = floor_under(later.policy, standing(then, earlier.policy, floor))
    adoption = adoptions[-1] if adoptions else None
    reached = _UNRULED if adoption is None else standing(pieces, adoption.policy, floor)
    status, level = reached.status, None if reached.level is None else reached.level.name
    override = standing_override(overrides) if overrides else None
    judged_under = None if override is None else definitions.adopted(override.policy, known)
    judgement = None
    if override is not None and adoption is not None:
        imposed = _imposed(override, adoption.policy, judged_under, reached, pieces)
        if imposed is not None:
            judgement = Judgement(override, Alone(status, level, reached.value))
            status, level = Status.MASTERED if imposed.mastered else Status.NOT_YET, imposed.level.name
    policy = None if adoption is None else adoption.policy
    digest, method = (None, None) if policy is None else (policy.digest, policy.method.id)
    return State(
        learner=learner.id,
        competency=competency,
        status=status,
        level=level,
        value=reached.value,
        adoption=adoption,
        counted=reached.counted,
        trajectory=reached.trajectory,
        set_aside=reached.set_aside,
        floor=floor,
        pins=_pins(
            learner.shard,
            _positions(pieces, overrides, learner.school(known)),
            (adoption, definitions.placement(competency, known), judged_under),
        ),
        judgement=judgement,
        digest=state_digest(learner.id, competency, reached.counted, level, status, digest, method),
    )


def pins_of(  # noqa: PLR0913, PLR0917 - as `fold`
    learner: Learner,
    competency: str,
    contributions: Sequence[Contribution],
    definitions: Definitions,
    known: Known = EVERYTHING,
    overrides: Sequence[Override] = (),
) -> tuple[Pin, ...]:
    """The pins that the state as known would have, without folding it."""
    overrides = known_overrides(overrides, known)
    override = standing_override(overrides)
    return _pins(
        learner.shard,
        _positions(known_of(contributions, known), overrides, learner.school(known)),
        (
            definitions.in_force(learner, competency, known),
            definitions.placement(competency, known),
            None if override is None else definitions.adopted(override.policy, known),
        ),
    )


def standing(pieces: Sequence[Contribution], policy: Policy, floor: Floor | None = None) -> Standing:
    """What `policy` makes of the pieces, in fold order and all of them known, above `floor`."""
    counting, counted, set_aside = _sort_out(pieces, policy)
    values = [value for _, value in counted]
    trajectory = tuple(policy.run(values, counting if policy.takes_pieces else ()))
    moments = [fold_order(piece)[0] for piece in counting] if policy.minimum.days_apart else ()
    status, level, value = above_floor([piece.kind for piece in counting], trajectory, policy, floor, moments)
    return Standing(status, level, value, counted, trajectory, set_aside)


def above_floor(
    kinds: Sequence[str],
    trajectory: Sequence[int | None],
    policy: Policy,
    floor: Floor | None = None,
    moments: Sequence[Instant] = (),
) -> tuple[Status, Level | None, int | None]:
    """The status, level and value that a trajectory comes to, above `floor`; the rest as `status_of`."""
    status = status_of(kinds, trajectory, policy, moments)
    enough = status is not Status.NO_EVIDENCE and status is not Status.NOT_ENOUGH
    value = trajectory[-1] if enough else None
    level = None if value is None else policy.scale.level_at(value)
    if floor is not None:
        status = max(status, floor.status, key=RANK.__getitem__)
        kept = policy.scale.named(floor.level)
        if kept is not None and (level is None or level.at < kept.at):
            level = kept
    return status, level, value


def floor_under(policy: Policy, before: Standing) -> Floor | None:
    """What of an earlier standing is kept under a policy newly adopted with `keep_attained`; None where nothing is."""
    if RANK[before.status] < RANK[Status.NOT_YET]:
        return None
    scale = policy.scale
    level = scale.named(before.level.name) if before.level is not None else None
    if level is None and before.status is Status.MASTERED:
        level = scale.level_at(scale.cut)
    if level is None and before.status is Status.NOT_YET:
        return None
    status = Status.MASTERED if level is not None and level.at >= scale.cut else before.status
    return Floor(status, None if level is None else level.name)


def _sort_out(
    pieces: Sequence[Contribution], policy: Policy
) -> tuple[list[Contribution], tuple[tuple[str, int], ...], tuple[SetAside, ...]]:
    """The pieces that count; their events with their values; and the others with their reasons.

    A redo that is neither voided nor of a purpose, kind or course that does not count replaces the piece it names, even
    if it was done over in its turn.
    """
    purposes, top = policy.purposes, policy.scale.top
    done_over = _done_over(pieces, policy) if policy.redo is Redo.REPLACES else {}
    counting: list[Contribution] = []
    counted: list[tuple[str, int]] = []
    aside: list[SetAside] = []
    for piece in pieces:
        event = piece.event
        if piece.withdrawn is not None:
            aside.append(_withdrawn(event, piece.withdrawn))
        elif piece.purpose not in purposes:
            aside.append(SetAside(event, _NO_PURPOSE.get(piece.kind, Reason.PURPOSE), None))
        elif policy.picks and not policy.takes(piece):
            of_kind = policy.kinds is None or piece.kind in policy.kinds
            aside.append(SetAside(event, Reason.COURSE if of_kind else Reason.KIND, None))
        elif event in done_over:
            aside.append(SetAside(event, Reason.REPLACED, done_over[event]))
        else:
            counting.append(piece)
            counted.append((event, value_of(piece.results, top)))
    return counting, tuple(counted), tuple(aside)


def _withdrawn(event: str, withdrawal: Withdrawal) -> SetAside:
    if withdrawal.by is None:
        return SetAside(event, Reason.VOIDED, withdrawal.event)
    return SetAside(event, Reason.SUPERSEDED, withdrawal.by)


def _done_over(pieces: Sequence[Contribution], policy: Policy) -> dict[str, str]:
    """By event that is done over, the first redo that counts. No piece does over itself, also not in its own place."""
    redos = [piece for piece in pieces if piece.redo_of is not None and piece.withdrawn is None and policy.takes(piece)]
    if not redos:
        return {}
    in_place = {
        piece.event: piece.withdrawn.by
        for piece in pieces
        if piece.withdrawn is not None and piece.withdrawn.by is not None
    }
    done_over: dict[str, str] = {}
    for redo in redos:
        name, seen = str(redo.redo_of), set[str]()
        while name in in_place and name not in seen:
            seen.add(name)
            name = in_place[name]
        if name != redo.event:
            done_over.setdefault(name, redo.event)
    return done_over


def _imposed(
    override: Override, policy: Policy, judged_under: Adoption | None, reached: Standing, pieces: Sequence[Contribution]
) -> LevelSet | None:
    """What the override in force comes to under the policy in force; None where it does not apply."""
    if policy.overrides is Overrides.UNTIL_EVIDENCE and reached.counted:
        newest = next(piece for piece in reversed(pieces) if piece.event == reached.counted[-1][0])
        if fold_order(newest) > fold_order(override):
            return None
    return level_set(override, policy, None if judged_under is None else judged_under.policy)


def _kept_line(learner: Learner, competency: str, definitions: Definitions, known: Known) -> list[Adoption]:
    """The adoption in force, and before it those whose outcome it keeps; oldest first.

    Each step asks what was in force just before an adoption, so positions fall and the line ends.
    """
    line: list[Adoption] = []
    adoption = definitions.in_force(learner, competency, known)
    while adoption is not None:
        line.append(adoption)
        if adoption.mode is not Mode.KEEP_ATTAINED:
            break
        known = known.before(adoption)
        adoption = definitions.in_force(learner, competency, known)
    line.reverse()
    return line


def _positions(pieces: Sequence[Contribution], overrides: Sequence[Override], school: Enrolment | None) -> list[int]:
    """Where the relevant entries of the learner stand."""
    positions = [piece.position for piece in pieces]
    positions += [piece.withdrawn.position for piece in pieces if piece.withdrawn is not None]
    if overrides:
        positions += [override.position for override in overrides]
        positions += [override.cleared.position for override in overrides if override.cleared is not None]
    if school is not None:
        positions.append(school.position)
    return positions


def _pins(shard: int, of_learner: Sequence[int], of_definitions: Iterable[Recorded | None]) -> tuple[Pin, ...]:
    """The greatest position of a relevant entry in each ledger and shard, ordered; a shard without one has no pin."""
    pins: list[Pin] = []
    if in_definitions := [entry.position for entry in of_definitions if entry is not None]:
        pins.append(Pin("definitions", 0, max(in_definitions)))
    if of_learner:
        pins.append(Pin("evidence", shard, max(of_learner)))
    return tuple(pins)


_UNRULED = Standing(Status.NO_POLICY, None, None, (), (), ())
