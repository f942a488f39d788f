"""What every decision on a grade begins with: is it the caller's to grade, and was this very decision taken before?"""

from collections.abc import Sequence

from services.evidence.domain.commands import Command, Mismatch
from services.evidence.domain.errors import Invalid, NotFound, NotNow
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.domain.releasing import JudgeGrade, ReleaseGrade, again, repeats
from services.evidence.domain.standing import LearnerStanding, Unreadable
from services.evidence.ports import District


async def check_gradable(actor: str, course: str, learner: str, district: District, *, what: str) -> None:
    """Raise NotFound where the caller may not grade the learner in the course; `what` she then did not find."""
    if learner not in await district.rights.gradable(actor, course, [learner]):
        raise NotFound(what, field="/learner" if what == "learner" else None)


async def check_occasion(course: str, period: str, district: District) -> None:
    """Raise Invalid where no roster has named the course or the academic session: a grade would be nobody's to find."""
    match await district.roster.unknown(course=course, period=period):
        case "course":
            raise Invalid(
                "No roster has named a section of a course of this id.", field="/course", reason="course-unknown"
            )
        case "period":
            raise Invalid(
                "No roster has named an academic session of this id.", field="/period", reason="period-unknown"
            )


async def check_competencies(competencies: Sequence[str], district: District, *, where: str) -> None:
    """Raise Invalid for the first competency that no published framework holds; `where` with `{}` for its index."""
    known = await district.definitions.competencies(competencies)
    for index, competency in enumerate(competencies):
        if competency not in known:
            raise Invalid(
                "No published framework holds this competency.", field=where.format(index), reason="competency-unknown"
            )


async def standing_with(learner: str, competencies: Sequence[str], district: District) -> LearnerStanding:
    """Where a learner stands now. Raises NotNow where it cannot be told."""
    standing = (await district.standings.of([learner], competencies))[learner]
    if isinstance(standing, Unreadable):
        raise NotNow("Something recorded of this learner cannot be read at the moment.")
    return standing


async def done_before(
    wish: ReleaseGrade | JudgeGrade, name: str, actor: str, district: District, *, reason_ref: str | None = None
) -> Receipt | None:
    """The receipt where this very decision is recorded already; None where nothing has this id.

    What is recorded was folded as of then, so it is what was asked for that is compared, and not the bytes. Raises
    Mismatch where the id stands for something else, Gone where the learner is forgotten since.
    """
    stored = (await district.ledger.entries([wish.id])).get(wish.id)
    if stored is None:
        return None
    command = again(stored, actor)
    if not repeats(stored, wish, name, reason_ref=reason_ref):
        return receipt(command, Mismatch(wish.id))
    [outcome] = await district.ledger.append([command])
    return receipt(command, outcome)


async def appended(
    command: Command,
    wish: ReleaseGrade | JudgeGrade,
    name: str,
    district: District,
    *,
    reason_ref: str | None = None,
) -> Receipt:
    """Append a decision. Where the same request has come before it meanwhile, that one's receipt.

    Raises what `receipt` raises for an outcome that is a refusal, and LedgerUnavailable.
    """
    [outcome] = await district.ledger.append([command])
    if isinstance(outcome, Mismatch):
        before = await done_before(wish, name, command.actor, district, reason_ref=reason_ref)
        if before is not None:
            return before
    return receipt(command, outcome)
