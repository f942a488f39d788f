"""Answers about exhibitions."""

from collections.abc import Iterable
from typing import Any

from fastapi import Response

from services.portfolio.domain.exhibition import MERGED, Answered, Exhibition, Result, Shown, is_recountable, results
from services.portfolio.flows.list_due import Due
from services.portfolio.flows.list_exhibitions import ExhibitionPage
from services.portfolio.flows.read_exhibition import SeenExhibition
from shared.ledger.instants import instant_text
from shared.runtime.answering import private_answer
from shared.runtime.disclosing import disclose

NOT_YET = "Nothing is told of what the audience says before the exhibition is closed and its votes are counted."
COUNTING = "The exhibition is closed; its votes are being counted."
NEVER_OPENED = "The exhibition was closed without having been opened: nobody was asked anything."


def exhibition_answer(seen: SeenExhibition) -> Response:
    return disclose(private_answer(_exhibition(seen), seen.reached), "exhibition", seen.learners)


def exhibitions_answer(page: ExhibitionPage) -> Response:
    onward = None if page.next is None else f"{page.next[0]}:{page.next[1]}"
    document = {"items": [_exhibition(seen) for seen in page.seen], "next": onward}
    told = {learner for seen in page.seen for learner in seen.learners}
    return disclose(private_answer(document, page.reached), "exhibitions", told)


def results_answer(seen: SeenExhibition) -> Response:
    one = seen.exhibition
    told = results(one, seen.works)
    document: dict[str, Any] = {
        "exhibition": one.id,
        "state": one.state,
        "ballots": _ballots(one),
        **_given({"questions": one.plan.get("questions")}),
        "items": [_result(result) for result in told],
        "others": _others(one, seen.works),
        **_under_review(one),
    }
    if one.tally_at is None:
        closed = NEVER_OPENED if one.opened_at is None else COUNTING
        return private_answer(document | {"note": closed if one.state == "closed" else NOT_YET}, seen.reached)
    document |= {"published_at": instant_text(one.tally_at), "recountable": is_recountable(one)}
    document |= {} if is_recountable(one) else {"note": MERGED}
    return disclose(private_answer(document, seen.reached), "results", seen.learners)


def due_answer(due: Due) -> Response:
    document = {
        "begins_at": instant_text(due.year.begins),
        "ends_at": instant_text(due.year.ends),
        "of": due.learners,
        "learners": list(due.without),
    }
    return disclose(private_answer(document, due.reached), "exhibitions-due", due.without)


def _exhibition(seen: SeenExhibition) -> dict[str, Any]:
    one, plan = seen.exhibition, seen.exhibition.plan
    times = {"planned_at": one.planned_at, "opened_at": one.opened_at, "closed_at": one.closed_at}
    return {
        "exhibition": one.id,
        "version": one.version,
        "state": one.state,
        "school": plan["school"],
        **_given({name: plan.get(name) for name in ("section", "title_ref", "questions", "panel", "planned_for")}),
        "roles": plan["roles"],
        "works": [
            {"work": shown.work, "number": shown.number, **_given({"title_ref": shown.title_ref})}
            for shown in seen.works
        ],
        "others": seen.others,
        "by": one.planned_by,
        **{name: instant_text(at) for name, at in times.items() if at is not None},
        "ballots": _ballots(one),
        "counted": one.tally is not None,
        **_under_review(one),
    }


def _result(result: Result) -> dict[str, Any]:
    document: dict[str, Any] = {"question": result.question, "kind": result.kind}
    if result.work is not None:
        document |= {"work": result.work.work, "number": result.work.number}
    document |= _answered(result.together)
    if result.roles:
        document["roles"] = [{"role": role, **_answered(answered)} for role, answered in result.roles]
    return document


def _answered(answered: Answered) -> dict[str, Any]:
    document: dict[str, Any] = {"answers": answered.answers, "abstained": answered.abstained}
    if answered.withheld is not None:
        return document | {"withheld": answered.withheld}
    return document | {"counts": [{"option": option, "count": count} for option, count in answered.counts]}


def _ballots(exhibition: Exhibition) -> dict[str, int]:
    return {"issued": exhibition.issued, "voted": exhibition.voted}


def _others(exhibition: Exhibition, visible: Iterable[Shown]) -> int:
    if exhibition.tally is None or exhibition.opened is None:
        return 0
    rated = {asked["work"] for asked in exhibition.opened["asked"] if asked.get("work") is not None}
    return len(rated.difference(shown.work for shown in visible))


def _under_review(exhibition: Exhibition) -> dict[str, bool]:
    return {"under_review": True} if exhibition.held else {}


def _given(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
