"""Readiness: whether what a competency rests on holds, what to work on first, and what comes next. Pure.

**Holding.** A prerequisite holds where it is `mastered`; it does not where it is `not_yet` or `slipped`. Where the
level cannot say yet (`no_evidence`, `not_enough`), the newest diagnostic piece or attested prior mastery speaks: it
holds if that reached the policy's cut, and not if it did not. Nothing of that touches the level, which is the fold's
alone. Without such a piece, without a policy, or under review, nobody knows.

**Ready.** The direct prerequisites decide. A competency is `not_ready` if one of them does not hold, else `unknown` if
of one nobody knows, else `ready`; also where it rests on nothing. More mastery below never makes it less ready.

**First gaps.** What does not hold among the prerequisites is followed down to where it begins: the first gaps are those
that do not hold themselves while none of what they rest on is known not to hold. To find out is what nobody knows of
what the competency, or one of its gaps on the way down, rests on directly; below that nobody looks.

**Flagged.** A competency is flagged by every one that it rests on, at any distance, that has slipped. A flag asks
somebody to look; it lowers no level and no readiness of itself.

**Next** are the competencies that are ready and not mastered, those first that open most: the number of competencies
that rest on them, at any distance, and are not mastered either; then by code. An order of competencies, never of
learners. Headings, which only gather others, come in only where something is recorded for them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from shared.ledger.instants import Instant
from shared.rulebook.arithmetic import value_of
from shared.rulebook.contribution import Contribution, Kind, fold_order
from shared.rulebook.known import EVERYTHING, Known, known_of
from shared.rulebook.prerequisites import Prerequisites, by_code
from shared.rulebook.state import Reason, State, Status

DIAGNOSTIC = "diagnostic"


class Readiness(StrEnum):
    """Whether a learner can begin a competency."""

    READY = "ready"
    NOT_READY = "not_ready"
    UNKNOWN = "unknown"


class SourceKind(StrEnum):
    """What speaks where the level cannot."""

    DIAGNOSTIC = "diagnostic"
    ATTESTED = "attested"


class Source(NamedTuple):
    """The piece that speaks where the level cannot; `reaches` says whether it stands at the policy's cut or above."""

    event: str
    kind: SourceKind
    occurred_at: Instant
    reaches: bool


class Standing(NamedTuple):
    """Where a learner is with one competency, as far as readiness asks."""

    status: Status
    source: Source | None = None

    @property
    def holds(self) -> bool | None:
        """Whether what rests on it may build on it; None where nobody knows."""
        if self.status is Status.MASTERED:
            return True
        if self.status in {Status.NOT_YET, Status.SLIPPED}:
            return False
        return None if self.source is None or self.status not in SILENT else self.source.reaches


NO_EVIDENCE, NO_POLICY = Standing(Status.NO_EVIDENCE), Standing(Status.NO_POLICY)
SILENT = frozenset({Status.NO_EVIDENCE, Status.NOT_ENOUGH})
"""Where the level cannot say yet."""

_UNRECORDED = frozenset({Status.NO_EVIDENCE, Status.NO_POLICY})
_GONE = frozenset({Reason.VOIDED, Reason.SUPERSEDED, Reason.REPLACED, Reason.SELF_RATING})


class Standings(NamedTuple):
    """A learner's standings with the competencies of a graph: with all, or with one and what it rests on."""

    graph: Prerequisites
    of: Mapping[str, Standing]


class Step(NamedTuple):
    """A competency to go on with, and how many it opens."""

    competency: str
    opens: int


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a learner is ready for a competency, and why: all by code.

    `rests_on` are the direct prerequisites; `first` the first gaps, `find_out` what nobody knows; `flagged_by` what has
    slipped of all that it rests on.
    """

    competency: str
    readiness: Readiness
    rests_on: tuple[str, ...]
    first: tuple[str, ...]
    find_out: tuple[str, ...]
    flagged_by: tuple[str, ...]


def standing_of(state: State, pieces: Iterable[Contribution], known: Known = EVERYTHING) -> Standing:
    """What readiness sees of a state, given the contributions that it was folded from, as known."""
    if state.status not in SILENT or state.adoption is None:
        return Standing(state.status)
    gone = {piece.event for piece in state.set_aside if piece.reason in _GONE}
    speaking = [piece for piece in known_of(list(pieces), known) if piece.event not in gone and speaks(piece)]
    if not speaking:
        return Standing(state.status)
    newest, scale = max(speaking, key=fold_order), state.adoption.policy.scale
    kind = SourceKind.ATTESTED if newest.kind == Kind.ATTESTATION else SourceKind.DIAGNOSTIC
    reaches = value_of(newest.results, scale.top) >= scale.cut
    return Standing(state.status, Source(newest.event, kind, newest.occurred_at, reaches))


def speaks(piece: Contribution) -> bool:
    """Whether a piece could speak where the level cannot, unless it was set aside."""
    return piece.withdrawn is None and (piece.kind == Kind.ATTESTATION or piece.purpose == DIAGNOSTIC)


def standings(
    graph: Prerequisites,
    recorded: Mapping[str, Standing],
    unrecorded: Callable[[str], Standing],
    among: Iterable[str] | None = None,
) -> Standings:
    """Every competency of the graph, or those `among` it: as recorded, or as `unrecorded` says where nothing is."""
    chosen = graph.members if among is None else among
    return Standings(graph, {id_: recorded[id_] if id_ in recorded else unrecorded(id_) for id_ in chosen})


def readiness(competency: str, seen: Standings) -> Readiness:
    """Whether the learner is ready for a competency of the graph."""
    holding = [seen.of[support].holds for support in seen.graph.rests_on.get(competency, ())]
    if False in holding:
        return Readiness.NOT_READY
    return Readiness.UNKNOWN if None in holding else Readiness.READY


def judged(competency: str, seen: Standings) -> Judged:
    """Readiness for a competency of the graph, with its reasons."""
    first, find_out = _gaps(competency, seen)
    return Judged(
        competency,
        readiness(competency, seen),
        seen.graph.rests_on.get(competency, ()),
        _in_order(first, seen),
        _in_order(find_out, seen),
        slipped_below(competency, seen),
    )


def slipped_below(competency: str, seen: Standings) -> tuple[str, ...]:
    """What has slipped of all that a competency rests on, by code."""
    return _in_order([id_ for id_ in seen.graph.below(competency) if seen.of[id_].status is Status.SLIPPED], seen)


def flagged(seen: Standings) -> dict[str, tuple[str, ...]]:
    """By competency for which something is recorded, what has slipped of all that it rests on; those flagged alone."""
    flags: dict[str, list[str]] = {}
    for slipped in _in_order([id_ for id_, one in seen.of.items() if one.status is Status.SLIPPED], seen):
        for resting in seen.graph.above(slipped):
            if seen.of[resting].status not in _UNRECORDED:
                flags.setdefault(resting, []).append(slipped)
    return {id_: tuple(flags[id_]) for id_ in _in_order(flags, seen)}


def next_steps(seen: Standings, among: Iterable[str] | None = None) -> list[Step]:
    """What comes next for the learner, `among` these competencies where they are given."""
    graph, chosen = seen.graph, seen.of if among is None else among
    mastered = graph.set_of(id_ for id_, one in seen.of.items() if one.status is Status.MASTERED)
    steps = [
        Step(id_, graph.opens(id_, mastered))
        for id_ in chosen
        if seen.of[id_].status is not Status.MASTERED
        and not is_heading(id_, seen)
        and readiness(id_, seen) is Readiness.READY
    ]
    return sorted(steps, key=lambda step: (-step.opens, by_code(graph.members[step.competency])))


def is_heading(competency: str, seen: Standings) -> bool:
    """Whether a competency only gathers others, and nothing is recorded for it."""
    return competency in seen.graph.headings and seen.of[competency].status in _UNRECORDED


def _gaps(competency: str, seen: Standings) -> tuple[set[str], set[str]]:
    """The first gaps below a competency, and what there is to find out."""
    first, find_out, met = set[str](), set[str](), {competency}
    to_see: list[str] = [competency]
    while to_see:
        for support in seen.graph.rests_on.get(to_see.pop(), ()):
            if support in met:
                continue
            met.add(support)
            holds = seen.of[support].holds
            if holds is None:
                find_out.add(support)
            elif not holds:
                to_see.append(support)
                if not any(seen.of[below].holds is False for below in seen.graph.rests_on.get(support, ())):
                    first.add(support)
    return first, find_out


def _in_order(competencies: Iterable[str], seen: Standings) -> tuple[str, ...]:
    chosen: Sequence[str] = list(competencies)
    return tuple(sorted(chosen, key=lambda id_: by_code(seen.graph.members[id_])))
