"""A little story for the audited district: what is in its ledger, and which of its events tests ask for."""

from dataclasses import dataclass

from tests.support.audited import AuditedDistrict
from tests.support.ledger_writer import framework_document, named, policy_document, result

SCHOOL, OTHER_SCHOOL = named("a school"), named("another school")
THEME, SYMBOLS, THESIS = named("theme"), named("symbols"), named("thesis")
LEARNERS = tuple(named(f"learner {number}") for number in range(16))


@dataclass(frozen=True, slots=True)
class Told:
    """Which events of the little story the tests ask for."""

    first: str
    voided: str
    voiding: str
    twice_ruled: str


async def tell(audited: AuditedDistrict) -> Told:
    """Sixteen learners of two schools, three competencies, two policies, a void: appended, relayed and applied."""
    writer = audited.writer
    writer.publish(framework_document(named("a framework"), [THEME, SYMBOLS, THESIS]))
    policy = policy_document("ascertain.latest@1")
    writer.publish(policy)
    writer.adopt("district", policy)
    for number, learner in enumerate(LEARNERS):
        writer.enrol(learner, OTHER_SCHOOL if number % 2 else SCHOOL)
    first = writer.attempt(LEARNERS[0], result(THEME, "3"))
    voided = writer.attempt(LEARNERS[0], result(THEME, "4"), result(SYMBOLS, "2"))
    for number, learner in enumerate(LEARNERS[1:], start=1):
        writer.attempt(learner, result(THEME, str(number % 5)), result(THESIS, "2"))
        writer.score(learner, result(SYMBOLS, "3", criterion="symbols"))
    voiding = writer.void(LEARNERS[0], voided)
    await audited.append()
    stricter = policy_document("ascertain.decaying_average@1", weight="0.65")
    writer.publish(stricter)
    writer.adopt(f"school/{SCHOOL}", stricter, "keep_attained")
    await audited.append()
    twice_ruled = writer.attempt(LEARNERS[0], result(THEME, "1"), result(THESIS, "4"))
    await audited.append()
    await audited.applied()
    return Told(first, voided, voiding, twice_ruled)
