"""What HTTP answers about grades and reviews."""

from collections.abc import Iterable
from typing import Any

from fastapi import Response

from services.mastery.domain.grades import Decision, Graded, level_name
from services.mastery.domain.reviews import Review
from services.mastery.flows.list_affected_grades import Affected, AffectedPage
from services.mastery.flows.list_reviews import ReviewPage
from services.mastery.flows.read_grades import Grades, SeenGrade
from services.mastery.http.answers import as_of_document, pin_documents
from shared.ledger.instants import Instant, instant_text
from shared.rulebook.definitions import Definitions
from shared.rulebook.known import Pin
from shared.runtime.answering import private_answer
from shared.runtime.disclosing import disclose


def grades_answer(grades: Grades) -> Response:
    document = {
        "learner": grades.learner,
        "as_of": as_of_document(grades.horizon),
        "grades": [_grade(seen, grades.definitions) for seen in grades.grades],
    }
    return private_answer(document, grades.horizon.pins)


def affected_answer(page: AffectedPage) -> Response:
    onward = None if page.next is None else ":".join(page.next)
    answer = _page([_affected(item) for item in page.items], onward, page.reached)
    return disclose(answer, "grades", [item.seen.grade.learner for item in page.items])


def reviews_answer(page: ReviewPage) -> Response:
    onward = None if page.next is None else f"{page.next[0]}:{page.next[1]}"
    answer = _page([_review(review, page.now) for review in page.reviews], onward, page.reached)
    return disclose(answer, "reviews", [review.learner for review in page.reviews])


def _page(items: list[dict[str, Any]], onward: str | None, reached: tuple[Pin, ...]) -> Response:
    return private_answer({"items": items, "next": onward}, reached)


def _grade(seen: SeenGrade, definitions: Definitions) -> dict[str, Any]:
    grade, affected = seen.grade, set(seen.affected)
    return {
        "id": grade.id,
        "course": grade.course,
        "period": grade.period,
        "version": grade.latest.version,
        "state": grade.latest.state,
        "levels": [
            {
                **_level(level, seen, definitions),
                "status": level.status,
                "policy": level.policy,
                **({} if level.override is None else {"override": level.override}),
                "affected": level.competency in affected,
            }
            for level in grade.set_by.levels
        ],
        "pins": pin_documents(grade.set_by.pins),
        "affected": bool(affected),
        "decisions": [_decision(decision) for decision in grade.decisions],
    }


def _level(level: Graded, seen: SeenGrade, definitions: Definitions) -> dict[str, Any]:
    named = seen.now[level.competency].named
    return {
        "competency": level.competency,
        **({} if named is None else {"code": named.code}),
        "level": level_name(level, definitions),
        "at": level.at,
        "state": level.state,
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "event": decision.event,
        "state": decision.state,
        "version": decision.version,
        "by": decision.actor,
        "recorded_at": instant_text(decision.recorded_at),
        **({} if decision.reason_ref is None else {"reason_ref": decision.reason_ref}),
    }


def _affected(item: Affected) -> dict[str, Any]:
    seen, grade = item.seen, item.seen.grade
    return {
        "grade": grade.id,
        "learner": grade.learner,
        "course": grade.course,
        "period": grade.period,
        "version": grade.latest.version,
        "competencies": list(_moved(seen, item.definitions)),
        **({} if item.since is None else {"since": instant_text(item.since)}),
    }


def _moved(seen: SeenGrade, definitions: Definitions) -> Iterable[dict[str, Any]]:
    last_seen, levels = seen.grade.seen, {level.competency: level for level in seen.grade.set_by.levels}
    for competency in seen.affected:
        now, level = seen.now[competency].state, levels[competency]
        graded = {"state": last_seen[competency], "at": level.at, "level": level_name(level, definitions)}
        yield {
            "competency": competency,
            "graded": {**graded, "status": level.status},
            "now": {"state": now.digest, "level": now.level, "status": now.status.value},
        }


def _review(review: Review, now: Instant) -> dict[str, Any]:
    answer = review.answer
    answered = None
    if answer is not None:
        answered = {
            "event": answer.event,
            "by": answer.by,
            "recorded_at": instant_text(answer.recorded_at),
            "outcome": answer.outcome,
            **({} if answer.change is None else {"change": answer.change}),
            "answer_ref": answer.answer_ref,
        }
    return {
        "id": review.id,
        "learner": review.learner,
        "about": {review.about: review.about_id},
        "state": review.state,
        "requested_at": instant_text(review.requested_at),
        "by": review.by,
        "reason_ref": review.reason_ref,
        "waiting_seconds": review.waiting(now),
        **({} if answered is None else {"answered": answered}),
    }
