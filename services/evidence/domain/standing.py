"""Where a learner stands with the competencies of a grade, folded from her own entries of the ledger. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.contracts.events import EVENTS
from shared.contracts.grades import GradedLevel
from shared.ledger.decimals import unscaled
from shared.ledger.entry import Entry
from shared.ledger.streams import learner_stream
from shared.rulebook.contributing import Body, gather
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.fold import fold
from shared.rulebook.known import Known, Pin
from shared.rulebook.state import State


@dataclass(frozen=True, slots=True)
class LearnerStanding:
    """What a grade would say of each competency, as known at `pins`; folding again at these gives the same, for ever.

    `levels` stand in ascending order, with the digests of the states that they are of. `versions` are those of the
    learner's streams at that moment, absent where a stream is at 0. `closed` says that the learner is forgotten or
    merged: nothing more is recorded of her.
    """

    learner: str
    levels: Mapping[str, GradedLevel]
    pins: tuple[Pin, ...]
    versions: Mapping[str, int]
    closed: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something recorded of the learner cannot be read, so that she stands nowhere; `why` is the kind of error."""

    learner: str
    why: str


def standing_of(
    learner: Learner,
    entries: Sequence[tuple[Entry, Body]],
    competencies: Iterable[str],
    definitions: Definitions,
    watermark: int,
) -> LearnerStanding:
    """The standing of a learner whose schools are not known yet: they are in her entries.

    `entries` are all that the ledger has of the learner, in order; `definitions` are complete up to `watermark`.
    Raises KeyError or ValueError for a body that breaks its contract.
    """
    last = entries[-1][0].position if entries else 0
    pins = (Pin("definitions", 0, watermark), Pin("evidence", learner.shard, last))
    known = Known.at_pins(pins, learner.shard)
    record = gather(entries)
    who = Learner(learner.id, learner.shard, record.schools)
    own = learner_stream(learner.id)
    return LearnerStanding(
        learner=learner.id,
        levels={
            competency: level_of(
                fold(
                    who,
                    competency,
                    record.contributions.get(competency, ()),
                    definitions,
                    known,
                    record.overrides.get(competency, ()),
                )
            )
            for competency in sorted(competencies)
        },
        pins=pins,
        versions={entry.stream: entry.version for entry, _ in entries},
        closed=any(entry.stream == own and EVENTS[entry.event].closes for entry, _ in entries),
    )


def level_of(state: State) -> GradedLevel:
    """What a grade says of a state."""
    level = None if state.adoption is None else state.adoption.policy.scale.named(state.level)
    return GradedLevel.model_validate(
        {
            "competency": state.competency,
            "status": str(state.status),
            "at": None if level is None else unscaled(level.at),
            "policy": None if level is None else state.policy,
            "override": None if state.override is None else state.override.event,
            "state": state.digest,
        }
    )
