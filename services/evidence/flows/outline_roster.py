"""Show what rosters came to: schools and sections for who looks after them, and who is in a section."""

from dataclasses import dataclass

from services.evidence.domain.errors import NotFound
from services.evidence.domain.roster_outline import Outline, OutlinedSection
from services.evidence.ports import District


@dataclass(frozen=True, slots=True)
class SectionSeen:
    """A section and the ids of its learners, ascending."""

    outlined: OutlinedSection
    learners: tuple[str, ...]


async def outline_roster(reader: str, district: District) -> Outline:
    """Everything for administrators and auditors of the district, their schools for those of schools.

    Raises NotFound for everyone else.
    """
    scopes = await district.rights.verified_scopes(reader)
    if not scopes:
        raise NotFound("roster")
    schools = None if "district" in scopes else sorted(scope.removeprefix("school/") for scope in scopes)
    return await district.roster.outline(schools)


async def section_members(section: str, reader: str, district: District) -> SectionSeen:
    """Who is in a section, for the same people. Raises NotFound where it is not theirs, or there is none."""
    outline = await outline_roster(reader, district)
    outlined = next((one for one in outline.sections if one.id == section), None)
    if outlined is None:
        raise NotFound("section")
    return SectionSeen(outlined, tuple(await district.rights.members(f"section/{section}")))
