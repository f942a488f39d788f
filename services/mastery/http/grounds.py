"""What HTTP says of a competency as it stands, wherever readiness is told."""

from collections.abc import Iterable
from typing import Any

from services.mastery.flows.look_ahead import Ahead
from shared.ledger.instants import instant_text
from shared.rulebook.prerequisites import Prerequisites
from shared.rulebook.readiness import Standing, Standings


def readiness_document(ahead: Ahead) -> dict[str, Any]:
    one, seen = ahead.judged, ahead.seen
    return {
        "readiness": one.readiness.value,
        "rests_on": [stated(support, seen) for support in one.rests_on],
        "first": named(one.first, seen.graph),
        "find_out": named(one.find_out, seen.graph),
        "flagged_by": named(one.flagged_by, seen.graph),
        "words": ahead.words,
    }


def ground(competency: str, seen: Standings) -> dict[str, Any]:
    """A competency as it stands."""
    code = seen.graph.members[competency].code
    return {"competency": competency, "code": code, **standing_document(seen.of[competency])}


def stated(competency: str, seen: Standings) -> dict[str, Any]:
    """The same with the competency in words."""
    return {**ground(competency, seen), "statement": seen.graph.members[competency].statement}


def named(competencies: Iterable[str], graph: Prerequisites) -> list[dict[str, str]]:
    members = [graph.members[id_] for id_ in competencies]
    return [{"competency": one.id, "code": one.code, "statement": one.statement} for one in members]


def coded(competencies: Iterable[str], graph: Prerequisites) -> list[dict[str, str]]:
    """By codes alone, where a list tells the same of many learners."""
    return [{"competency": id_, "code": graph.members[id_].code} for id_ in competencies]


def standing_document(standing: Standing) -> dict[str, Any]:
    source = standing.source
    if source is None:
        return {"status": standing.status.value}
    said = {
        "event": source.event,
        "kind": source.kind.value,
        "occurred_at": instant_text(source.occurred_at),
        "reaches": source.reaches,
    }
    return {"status": standing.status.value, "source": said}
