"""Release a grade: what the page showed becomes a snapshot, if the record itself says the same."""

from services.evidence.domain.errors import AlreadyReleased, StaleVersion
from services.evidence.domain.receipts import Receipt
from services.evidence.domain.releasing import ReleaseGrade, decide_release, grade_of
from services.evidence.flows.gradable import (
    appended,
    check_competencies,
    check_gradable,
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
    competencies = list(release.seen)
    await check_competencies(competencies, district, where="/states/{}/competency")
    standing = await standing_with(occasion.learner, competencies, district)
    if (version := standing.versions.get(occasion.stream, 0)) != release.expected_version:
        raise StaleVersion(occasion.stream, version)
    if version and (grade := grade_of(await district.ledger.stream(occasion.stream))) is not None:
        raise AlreadyReleased(grade.id)
    command = decide_release(release, standing, tenant=district.tenant, actor=actor)
    return await appended(command, release, NAME, district)
