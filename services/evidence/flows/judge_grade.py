"""Amend or uphold a grade that was released, where something that it rests on has changed."""

from services.evidence.domain.errors import Conflict, NotFound, StaleVersion
from services.evidence.domain.receipts import Receipt
from services.evidence.domain.releasing import (
    Grade,
    JudgeGrade,
    Occasion,
    check_of_grade,
    check_seen,
    decide_amend,
    decide_uphold,
)
from services.evidence.domain.standing import LearnerStanding
from services.evidence.domain.texts import NewText
from services.evidence.flows.gradable import (
    appended,
    check_competencies,
    check_gradable,
    done_before,
    standing_with,
)
from services.evidence.flows.read_grade import grade_of_id
from services.evidence.ports import District


async def amend_grade(amend: JudgeGrade, actor: str, district: District) -> Receipt:
    """The receipt of the amendment: the levels are set anew, as the record says now.

    Raises NotFound where there is no such grade or it is not the caller's to give, and what releasing raises;
    VaultUnavailable where the reason could not be kept.
    """
    return await _judge(amend, "GradeAmended", actor, district)


async def uphold_grade(uphold: JudgeGrade, actor: str, district: District) -> Receipt:
    """The receipt of the upholding: the grade stays, in the knowledge of these states of its competencies.

    Raises as amending does.
    """
    return await _judge(uphold, "GradeUpheld", actor, district)


async def _judge(wish: JudgeGrade, name: str, actor: str, district: District) -> Receipt:
    grade = await grade_of_id(wish.grade, district)
    if grade is None:
        raise NotFound("grade")
    occasion = grade.occasion
    await check_gradable(actor, occasion.course, occasion.learner, district, what="grade")
    if (before := await _done_before(wish, name, grade, actor, district)) is not None:
        return before
    if name == "GradeUpheld":
        check_of_grade(grade, wish.seen)
    else:
        await check_competencies(list(wish.seen), district, where="/states/{}/competency")
    try:
        standing = await _seen(wish, occasion, district)
    except Conflict:  # it may be this very request that changed things meanwhile, sent twice at once
        if (before := await _done_before(wish, name, grade, actor, district)) is not None:
            return before
        raise
    reason_ref = await _kept(wish, grade, district)
    decide = decide_uphold if name == "GradeUpheld" else decide_amend
    command = decide(wish, occasion, standing, reason_ref=reason_ref, tenant=district.tenant, actor=actor)
    return await appended(command, wish, name, district, reason_ref=reason_ref)


async def _seen(wish: JudgeGrade, occasion: Occasion, district: District) -> LearnerStanding:
    """Where the learner stands now. Raises StaleVersion or StaleStates where that is not what was seen."""
    standing = await standing_with(occasion.learner, list(wish.seen), district)
    if (version := standing.versions.get(occasion.stream, 0)) != wish.expected_version:
        raise StaleVersion(occasion.stream, version)
    check_seen(standing, wish.seen)
    return standing


async def _done_before(wish: JudgeGrade, name: str, grade: Grade, actor: str, district: District) -> Receipt | None:
    """See `done_before`. The reason is kept again only where there is something to compare its reference with."""
    if not await district.ledger.entries([wish.id]):
        return None
    reason_ref = await _kept(wish, grade, district)
    return await done_before(wish, name, actor, district, reason_ref=reason_ref)


async def _kept(wish: JudgeGrade, grade: Grade, district: District) -> str:
    """The reference of the reason; the same text has the same one for ever."""
    [reference] = await district.vault.keep([NewText(grade.occasion.learner, wish.id, "reason_ref", wish.reason)])
    return reference
