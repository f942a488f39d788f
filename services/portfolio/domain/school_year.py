"""The school year that an instant lies in: from the first of August to the next, in the district's own time. Pure.

Sections have sessions, but they begin and end on other days from school to school, and a learner changes schools: what
is asked of everyone once a year needs one year for all.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from shared.ledger.instants import Instant

FIRST_MONTH = 8


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """From `begins`, inclusive, until `ends`."""

    begins: Instant
    ends: Instant


def school_year(at: Instant, zone: tzinfo) -> SchoolYear:
    """The school year of an instant, as the clocks of the zone have it."""
    local = datetime.fromtimestamp(at // 1000, tz=UTC).astimezone(zone)
    first = local.year if local.month >= FIRST_MONTH else local.year - 1
    return SchoolYear(_august(first, zone), _august(first + 1, zone))


def _august(year: int, zone: tzinfo) -> Instant:
    return int(datetime(year, FIRST_MONTH, 1, tzinfo=zone).timestamp()) * 1000
