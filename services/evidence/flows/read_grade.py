"""Read a grade as it stands now, with all that was decided about it, from the record itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.evidence.domain.errors import NotFound
from services.evidence.domain.releasing import Grade, grade_of
from services.evidence.ports import District
from shared.contracts.grades import GradeUpheld
from shared.rulebook.policy import Scale


@dataclass(frozen=True, slots=True)
class ShownGrade:
    """A grade, and the scales by which its levels have their names, by policy."""

    grade: Grade
    scales: Mapping[str, Scale]


async def read_grade(id_: str, reader: str, district: District) -> ShownGrade:
    """The grade. Raises NotFound, also where the reader may not see this learner."""
    grade = await grade_of_id(id_, district)
    if grade is None or not await district.rights.may_see(reader, grade.occasion.learner):
        raise NotFound("grade")
    policies = {
        level.policy
        for judged in grade.history
        if not isinstance(judged.body, GradeUpheld)
        for level in judged.body.levels
        if level.policy is not None
    }
    return ShownGrade(grade, await district.standings.scales(policies))


async def grade_of_id(id_: str, district: District) -> Grade | None:
    """The grade that was released by this event; None where it released none."""
    entry = (await district.ledger.entries([id_])).get(id_)
    if entry is None or entry.event != "GradeReleased":
        return None
    return grade_of(await district.ledger.stream(entry.stream))
