"""Folds states again from the audit's own copy, and compares them with those that `mastery` shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.audit.domain.bodies import body_of, keeps_its_contract
from services.audit.domain.differences import Difference, Kind, Member, listed
from shared.ledger.canonical import JsonValue
from shared.ledger.decimals import unscaled
from shared.ledger.entry import Entry
from shared.rulebook.contributing import LearnerRecord, gather
from shared.rulebook.contribution import Contribution, contributions_digest, in_order
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.fold import fold, pins_of
from shared.rulebook.known import Known, Pin, Recorded, known_of
from shared.rulebook.override import Override, known_overrides, standing_override
from shared.rulebook.state import State

NOT_FOLDED = frozenset({"under_review", "forgotten"})
"""Statuses that a projection shows in place of a fold; such states are set aside, neither equal nor different."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A state as `mastery` shows it. `said` are the members beside the digest that it tells: level, value and so on."""

    learner: str
    competency: str
    status: str
    digest: str
    pins: frozenset[Pin]
    said: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Refolded:
    """What became of one learner's states: how many were folded, and how many nobody can fold.

    `certain` differences are proved by the states' own pins. `doubtful` ones (missing, behind) may pass: whoever
    projects may only be about to get there, so they are to be looked at again.
    """

    learner: str
    states: int
    set_aside: int
    certain: tuple[Difference, ...]
    doubtful: tuple[Difference, ...]


def refold(
    learner: Learner, entries: Sequence[Entry], shown: Sequence[Shown], definitions: Definitions, known: Known
) -> Refolded:
    """Fold each state again at its own pins, and look for what is missing of what was `known`.

    `entries` are all that the copy has of the learner; `known` is how far whoever shows the states had come at least
    before they were read. Of a learner whose forgetting was known there must be nothing.
    """
    forgotten = next((entry.position for entry in entries if entry.event == "LearnerForgotten"), None)
    if forgotten is not None and (known.evidence is None or known.evidence >= forgotten):
        kept = tuple(_kept(learner, state, forgotten) for state in shown)
        return Refolded(learner.id, len(shown), 0, kept, ())
    held = sum(state.status in NOT_FOLDED for state in shown)
    folded = [state for state in shown if state.status not in NOT_FOLDED]
    try:
        record = gather([(entry, body_of(entry)) for entry in entries])
    except (ValueError, KeyError, TypeError, AttributeError):  # whoever projects it holds its owner back
        wrongly_shown = (_not_refoldable(learner),) if folded else ()
        return Refolded(learner.id, len(folded), max(held, 1), wrongly_shown, ())
    learner = Learner(learner.id, learner.shard, record.schools)
    certain: list[Difference] = []
    doubtful: list[Difference] = []
    for state in folded:
        difference = _at_its_pins(learner, record, definitions, state)
        if difference is not None:
            certain.append(difference)
        elif (late := _behind(learner, record, definitions, state, known)) is not None:
            doubtful.append(late)
    seen = {state.competency for state in shown}
    missing = [] if held or forgotten is not None else _missing(learner, record, seen, known)
    if missing and not all(keeps_its_contract(entry) for entry in entries):
        missing, held = [], 1
    doubtful += missing
    return Refolded(learner.id, len(folded), held, tuple(certain), tuple(doubtful))


def _at_its_pins(learner: Learner, record: LearnerRecord, definitions: Definitions, shown: Shown) -> Difference | None:
    """What of a state is not as the copy comes to at the state's own pins."""
    at = Known.at_pins(shown.pins, learner.shard)
    pieces = record.contributions.get(shown.competency, ())
    overrides = record.overrides.get(shown.competency, ())
    state = fold(learner, shown.competency, pieces, definitions, at, overrides)
    unlike = _unlike(state, known_of(in_order(pieces), at), known_overrides(overrides, at), shown)
    if state.digest == shown.digest and frozenset(state.pins) == shown.pins and not unlike:
        return None
    members = [Member("digest", state.digest, shown.digest)] if state.digest != shown.digest else []
    if frozenset(state.pins) != shown.pins:
        members.append(Member("pins", _pins_text(state.pins), _pins_text(shown.pins)))
    members += unlike
    names = listed([member.name for member in members])
    what = f"folded again at its pins from the audit's copy, it differs in {names}"
    return _of_state("state_differs", (learner, shown.competency), what, state.pins, tuple(members))


def _unlike(state: State, pieces: Sequence[Contribution], overrides: Sequence[Override], shown: Shown) -> list[Member]:
    """The members beside the digest that are not as the fold makes them; what is not told is not compared.

    `pieces` are the contributions that were known, counted or not, in fold order; `overrides` those by position.
    """
    folded: dict[str, JsonValue] = {
        "status": state.status.value,
        "level": state.level,
        "value": None if state.value is None else unscaled(state.value),
        "policy": state.policy,
        "method": state.method,
        "scope": None if state.adoption is None else str(state.adoption.scope),
        "counted": len(state.counted),
        "evidence": len(pieces),
    }
    if "contributions" in shown.said:
        folded["contributions"] = contributions_digest(pieces, overrides)
    if "judged_under" in shown.said:
        standing = standing_override(overrides)
        folded["judged_under"] = None if standing is None else standing.policy
    said = {**shown.said, "status": shown.status}
    return [
        Member(name, None if ours is None else str(ours), None if said[name] is None else str(said[name]))
        for name, ours in folded.items()
        if name in said and said[name] != ours
    ]


def _behind(
    learner: Learner, record: LearnerRecord, definitions: Definitions, shown: Shown, known: Known
) -> Difference | None:
    """Whether a state rests on less than was known; a state that is further on than `known` is not judged."""
    if any(pin.position > _bound(pin, known) for pin in shown.pins):
        return None
    pieces = record.contributions.get(shown.competency, ())
    pins = pins_of(learner, shown.competency, pieces, definitions, known, record.overrides.get(shown.competency, ()))
    if frozenset(pins) == shown.pins:
        return None
    now, then = _pins_text(pins), _pins_text(shown.pins)
    what = f"it rests on {then}, although {now} was known, and does not catch up"
    return _of_state("state_behind", (learner, shown.competency), what, pins, (Member("pins", now, then),))


def _bound(pin: Pin, known: Known) -> int:
    return (known.evidence if pin.ledger == "evidence" else known.definitions) or 0


def _missing(learner: Learner, record: LearnerRecord, shown: set[str], known: Known) -> list[Difference]:
    """The competencies of which the copy has known evidence or a level set, and for which no state is shown."""
    missing = []
    for competency in sorted(record.competencies - shown):
        said: list[Recorded] = [*record.contributions.get(competency, ()), *record.overrides.get(competency, ())]
        first = min((entry.position for entry in said if known.of_learner(entry)), default=None)
        if first is not None:
            pins = (Pin("evidence", learner.shard, first),)
            what = f"there is none, although something of it was recorded at position {first}"
            missing.append(_of_state("state_missing", (learner, competency), what, pins))
    return missing


def _kept(learner: Learner, shown: Shown, forgotten: int) -> Difference:
    """A state that should be gone, located at the entry by which the learner was forgotten."""
    pins = (Pin("evidence", learner.shard, forgotten),)
    what = f"it is still kept, although she was forgotten at position {forgotten}"
    return _of_state("state_kept", (learner, shown.competency), what, pins)


def _not_refoldable(learner: Learner) -> Difference:
    what = f"The copy's entries of learner {learner.id} cannot be read as their contracts say: nothing can be refolded."
    return Difference("states", "unreadable", what, "evidence", learner.shard, learner=learner.id)


def _of_state(
    kind: Kind, subject: tuple[Learner, str], what: str, pins: Iterable[Pin], members: tuple[Member, ...] = ()
) -> Difference:
    """A difference of one learner's state in one competency, located at the newest entry that it should rest on."""
    learner, competency = subject
    return Difference(
        *("states", kind, f"The state of learner {learner.id} in competency {competency}: {what}."),
        ledger="evidence",
        shard=learner.shard,
        position=max((pin.position for pin in pins if pin.ledger == "evidence"), default=None),
        learner=learner.id,
        competency=competency,
        members=members,
    )


def _pins_text(pins: Iterable[Pin]) -> str:
    return ", ".join(f"{pin.ledger}:{pin.shard}:{pin.position}" for pin in sorted(pins)) or "nothing"
