"""Reviews, redos and the forgotten for the audited district, after its grades: what mastery keeps beside states."""

from tests.support.audited import AuditedDistrict
from tests.support.audited_story import LEARNERS, SCHOOL, THEME, THESIS
from tests.support.graded_story import Grades
from tests.support.ledger_writer import LedgerWriter, named, result

FORGOTTEN = tuple(named(f"forgotten {number}") for number in range(6))


async def ask(audited: AuditedDistrict, grades: Grades) -> None:
    """Everyone asks about something; half are answered. Everyone does something over, and gets there or not. Six others
    are forgotten. Appended, relayed and applied.
    """
    writer = audited.writer
    for number, learner in enumerate(LEARNERS):
        stream = f"review/{learner}"
        about = {"grade": grades.of_ben} if number % 3 else {"competency": THEME}
        review = writer.say("ReviewRequested", learner, stream, {"reason_ref": "ab" * 32, **about})
        if number % 2:
            changed = {"outcome": "changed", "change": grades.of_ben} if number % 4 == 1 else {"outcome": "unchanged"}
            writer.say("ReviewAnswered", learner, stream, {"review": review, "answer_ref": "cd" * 32, **changed})
    for number, learner in enumerate(LEARNERS):
        _redo(writer, learner, steps=number % 4)
    for learner in FORGOTTEN:
        writer.enrol(learner, SCHOOL)
        writer.attempt(learner, result(THEME, "2"))
        writer.forget(learner)
    await audited.append()
    await audited.applied()


def _redo(writer: LedgerWriter, learner: str, steps: int) -> None:
    """A score with words, and a redo of it: asked for, relearned once or twice, opened.

    It is of what the grades that are compared with live states do not rest on.
    """
    scored = writer.score(learner, result(THESIS, "2", criterion="thesis"), feedback_ref="ab" * 32)
    stream, body = f"redo/{learner}/{THESIS}", {"competency": THESIS}
    begun = writer.say("RedoRequested", learner, stream, {**body, "evidence": scored, "note_ref": "cd" * 32})
    for kind in ("practice", "conference")[:steps]:
        writer.say("RelearnLogged", learner, stream, {**body, "cycle": begun, "kind": kind})
    if steps > 2:
        writer.say("RedoOpened", learner, stream, {**body, "cycle": begun, "evidence": scored})
