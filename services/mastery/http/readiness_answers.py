"""What HTTP answers about readiness."""

from typing import Any

from fastapi import Response

from services.mastery.flows.read_map import LearnerMap
from services.mastery.flows.read_next import Next
from services.mastery.flows.read_readiness import ReadyFor, SectionReadiness
from services.mastery.http.answers import as_of_document
from services.mastery.http.grounds import coded, ground, named, standing_document, stated
from shared.rulebook.outline import Listed
from shared.rulebook.readiness import Judged, Standings
from shared.runtime.answering import private_answer
from shared.runtime.disclosing import disclose


def next_answer(following: Next, limit: int) -> Response:
    document = {
        "learner": following.learner,
        "as_of": as_of_document(following.horizon),
        **next_document(following, limit),
    }
    return private_answer(document, following.horizon.pins)


def next_document(following: Next, limit: int) -> dict[str, Any]:
    seen, graph = following.seen, following.seen.graph
    return {
        "next": [
            {
                **stated(step.competency, seen),
                "opens": step.opens,
                "by": _by_source(step.competency, seen),
                "flagged_by": named(following.lapses(step.competency), graph),
            }
            for step in following.steps[:limit]
        ],
        "ready": len(following.steps),
        "flagged": [{**stated(id_, seen), "flagged_by": named(by, graph)} for id_, by in following.flagged.items()],
    }


def map_answer(found: LearnerMap) -> Response:
    document = {
        "learner": found.learner,
        "as_of": as_of_document(found.horizon),
        "frameworks": frameworks_document(found),
    }
    return private_answer(document, found.horizon.pins)


def frameworks_document(found: LearnerMap) -> list[dict[str, Any]]:
    return [
        {
            "framework": one.framework.id,
            "title": one.framework.title,
            "competencies": [_place(listed, found) for listed in one.competencies],
            "left_out": one.left_out,
        }
        for one in found.frameworks
    ]


def _place(listed: Listed, found: LearnerMap) -> dict[str, Any]:
    return {
        **stated(listed.id, found.seen),
        **({} if listed.area is None else {"area": listed.area}),
        "readiness": found.readiness(listed.id).value,
        "rests_on": list(found.seen.graph.rests_on.get(listed.id, ())),
    }


def section_answer(section: SectionReadiness) -> Response:
    document = {
        "section": section.section,
        "items": [_ready_for(item, section) for item in section.items],
        "next": None if section.next is None else ":".join(section.next),
    }
    told = {
        learner
        for item in section.items
        for learner in (*item.ready, *(learner for learner, _ in (*item.not_ready, *item.unknown)))
    }
    return disclose(private_answer(document, section.reached), "readiness", told)


def _ready_for(item: ReadyFor, section: SectionReadiness) -> dict[str, Any]:
    member = section.graph.members[item.competency]
    return {
        "competency": member.id,
        "code": member.code,
        "statement": member.statement,
        "ready": [_ready(learner, member.id, section.seen[learner]) for learner in item.ready],
        "not_ready": [_not_ready(learner, one, section) for learner, one in item.not_ready],
        "unknown": [_not_ready(learner, one, section) for learner, one in item.unknown],
    }


def _ready(learner: str, competency: str, seen: Standings) -> dict[str, Any]:
    return {"learner": learner, **standing_document(seen.of[competency]), "by": _by_source(competency, seen)}


def _by_source(competency: str, seen: Standings) -> list[dict[str, Any]]:
    """What a competency rests on that holds by its source and not by a level."""
    supports = seen.graph.rests_on.get(competency, ())
    return [ground(support, seen) for support in supports if seen.of[support].source is not None]


def _not_ready(learner: str, one: Judged, section: SectionReadiness) -> dict[str, Any]:
    seen = section.seen[learner]
    return {
        "learner": learner,
        "because": [ground(support, seen) for support in one.rests_on if seen.of[support].holds is not True],
        "first": coded(one.first, section.graph),
        "find_out": coded(one.find_out, section.graph),
    }
