"""Show what rosters came to: schools and sections for who looks after them, and who is in a section."""

from collections.abc import Collection
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
    return await district.roster.outline(await _schools(reader, district))


async def section_members(section: str, reader: str, district: District) -> SectionSeen:
    """Who is in a section, for the same people. Raises NotFound where it is not theirs, or there is none."""
    schools = await _schools(reader, district)
    outlined = await district.roster.outlined(section)
    if outlined is None or (schools is not None and outlined.section.school not in schools):
        raise NotFound("section")
    return SectionSeen(outlined, tuple(await district.rights.members(f"section/{section}")))


async def _schools(reader: str, district: District) -> Collection[str] | None:
    """The schools that are the reader's to look after; None for all. Raises NotFound where there are none."""
    scopes = await district.rights.verified_scopes(reader)
    if not scopes:
        raise NotFound("roster")
    return None if "district" in scopes else sorted(scope.removeprefix("school/") for scope in scopes)
