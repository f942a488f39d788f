"""Release a grade: what the page showed becomes a snapshot, if the record itself says the same."""

from services.evidence.domain.commands import Command
from services.evidence.domain.errors import AlreadyReleased, Conflict, StaleVersion
from services.evidence.domain.receipts import Receipt
from services.evidence.domain.releasing import ReleaseGrade, decide_release, grade_of
from services.evidence.flows.gradable import (
    appended,
    check_competencies,
    check_gradable,
    check_occasion,
    done_before,
    standing_with,
)
from services.evidence.ports import District

NAME = "GradeReleased"


async def release_grade(release: ReleaseGrade, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before, however things have moved on since.

    Raises NotFound where the learner is not the caller's to grade in this course, StaleStates, StaleVersion,
    AlreadyReleased, Mismatch, Invalid, Gone, NotNow, and LedgerUnavailable.
    """
    occasion = release.occasion
    await check_gradable(actor, occasion.course, occasion.learner, district, what="learner")
    if (before := await done_before(release, NAME, actor, district)) is not None:
        return before
    await check_occasion(occasion.course, occasion.period, district)
    await check_competencies(list(release.seen), district, where="/states/{}/competency")
    try:
        command = await _judged(release, actor, district)
    except Conflict:  # it may be this very request that changed things meanwhile, sent twice at once
        if (before := await done_before(release, NAME, actor, district)) is not None:
            return before
        raise
    return await appended(command, release, NAME, district)


async def _judged(release: ReleaseGrade, actor: str, district: District) -> Command:
    occasion = release.occasion
    standing = await standing_with(occasion.learner, list(release.seen), district)
    if (version := standing.versions.get(occasion.stream, 0)) != release.expected_version:
        raise StaleVersion(occasion.stream, version)
    if version and (grade := grade_of(await district.ledger.stream(occasion.stream))) is not None:
        raise AlreadyReleased(grade.id)
    return decide_release(release, standing, tenant=district.tenant, actor=actor)
