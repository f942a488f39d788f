"""What rosters came to: schools, their sections, who teaches there and how many learn; of no learner anything else."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.evidence.domain.roster_known import Section, Session


@dataclass(frozen=True, slots=True)
class OutlinedSection:
    """A section, who teaches it now, in the order of ids, and how many learners are in it."""

    id: str
    section: Section
    teachers: tuple[str, ...]
    learners: int


@dataclass(frozen=True, slots=True)
class Outline:
    """Sections by school and id, how many learners each school has, and the periods that rosters named."""

    sections: tuple[OutlinedSection, ...]
    learners: Mapping[str, int]
    periods: Mapping[str, Session]
