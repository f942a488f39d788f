"""Readiness in plain sentences, beside the reasons of a state. Pure."""

from collections.abc import Iterable

from shared.rulebook.readiness import Judged, Readiness, SourceKind, Standing, Standings
from shared.rulebook.state import Status

_SAID = {
    Status.NOT_YET: "is not mastered yet",
    Status.SLIPPED: "was mastered and has slipped since",
    Status.MASTERED: "is mastered",
    Status.NO_EVIDENCE: "has no evidence",
    Status.NOT_ENOUGH: "has not enough evidence",
    Status.NO_POLICY: "has no policy that could judge it",
    Status.UNDER_REVIEW: "is under review",
    Status.FORGOTTEN: "is not known any more",
}
_SOURCES = {SourceKind.DIAGNOSTIC: "a diagnostic", SourceKind.ATTESTED: "attested prior mastery"}


def readiness_words(one: Judged, seen: Standings) -> tuple[str, ...]:
    """Whether what a competency rests on holds, and what has slipped below it.

    Nothing for what rests on nothing; of what is mastered itself only the lapses.
    """
    said: list[str] = []
    if one.rests_on and seen.of[one.competency].status is not Status.MASTERED:
        said.append(_rests(one, seen))
        if one.first:
            said.append(f"Begin with {_codes(one.first, seen)}.")
        if one.find_out:
            said.append(f"Find out first: {_codes(one.find_out, seen)}.")
    if one.flagged_by:
        lapsed, has = _codes(one.flagged_by, seen), "has" if len(one.flagged_by) == 1 else "have"
        said.append(f"{lapsed}, on which this rests, {has} slipped since: look at it again. The level here stands.")
    return tuple(said)


def _rests(one: Judged, seen: Standings) -> str:
    told = "; ".join(f"{_codes([support], seen)} {_standing(seen.of[support])}" for support in one.rests_on)
    match one.readiness:
        case Readiness.READY:
            return f"Ready: all that this rests on holds ({told})."
        case Readiness.NOT_READY:
            return f"Not ready yet, for this rests on what does not hold ({told})."
        case Readiness.UNKNOWN:
            return f"Nobody knows yet whether all that this rests on holds ({told})."


def _standing(standing: Standing) -> str:
    said = _SAID[standing.status]
    if standing.source is None:
        return said
    reached = "reached" if standing.source.reaches else "did not reach"
    return f"{said}, but {_SOURCES[standing.source.kind]} {reached} it"


def _codes(competencies: Iterable[str], seen: Standings) -> str:
    return ", ".join(seen.graph.members[id_].code for id_ in competencies)
