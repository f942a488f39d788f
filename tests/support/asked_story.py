"""Reviews and forgotten learners for the audited district, after its grades: what mastery keeps beside states."""

from tests.support.audited import AuditedDistrict
from tests.support.audited_story import LEARNERS, SCHOOL, THEME
from tests.support.graded_story import Grades
from tests.support.ledger_writer import named, result

FORGOTTEN = tuple(named(f"forgotten {number}") for number in range(6))


async def ask(audited: AuditedDistrict, grades: Grades) -> None:
    """Everyone asks about something; half are answered. Six others are forgotten: appended, relayed and applied."""
    writer = audited.writer
    for number, learner in enumerate(LEARNERS):
        stream = f"review/{learner}"
        about = {"grade": grades.of_ben} if number % 3 else {"competency": THEME}
        review = writer.say("ReviewRequested", learner, stream, {"reason_ref": "ab" * 32, **about})
        if number % 2:
            changed = {"outcome": "changed", "change": grades.of_ben} if number % 4 == 1 else {"outcome": "unchanged"}
            writer.say("ReviewAnswered", learner, stream, {"review": review, "answer_ref": "cd" * 32, **changed})
    for learner in FORGOTTEN:
        writer.enrol(learner, SCHOOL)
        writer.attempt(learner, result(THEME, "2"))
        writer.forget(learner)
    await audited.append()
    await audited.applied()
