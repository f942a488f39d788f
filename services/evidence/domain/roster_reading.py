"""How a roster's words are read: sourced ids become pseudonyms, dates become instants in the district's time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.evidence.domain.roster_rows import ClassRow, Rows
from shared.ledger.identifiers import RosterKind, roster_id
from shared.ledger.instants import Instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """The district's roster key and time zone, and the instant at which the roster is read."""

    key: bytes
    zone: ZoneInfo
    now: Instant

    def id(self, kind: RosterKind, sourced_id: str) -> str:
        """The pseudonymous id of what a roster names."""
        return roster_id(self.key, kind, sourced_id)

    def moment(self, written: str) -> Instant | None:
        """When a day begins in the district; None for an empty column."""
        if not written:
            return None
        midnight = datetime.combine(date.fromisoformat(written), time(), tzinfo=self.zone)
        return (midnight - _EPOCH) // timedelta(milliseconds=1)

    def has_passed(self, moment: Instant | None) -> bool:
        """Whether an exclusive end is over."""
        return moment is not None and moment <= self.now

    def terms(self, row: ClassRow) -> list[str]:
        """The ids of the academic sessions that a class names."""
        named = [part.strip() for part in row.term_sourced_ids.split(",")]
        return [self.id("academicSession", part) for part in named if part]


@dataclass(frozen=True, slots=True)
class Named:
    """The ids of everything that a request's rows name."""

    orgs: frozenset[str]
    sessions: frozenset[str]
    sections: frozenset[str]
    people: frozenset[str]


def named(rows: Rows, reading: Reading) -> Named:
    """What has to be known of before the rows can be judged."""
    orgs = [row.school_sourced_id for _, row in rows.classes] + [org for _, row in rows.users for org in row.orgs()]
    users = [row.sourced_id for _, row in rows.users] + [row.user_sourced_id for _, row in rows.enrollments]
    classes = [row.sourced_id for _, row in rows.classes] + [row.class_sourced_id for _, row in rows.enrollments]
    return Named(
        orgs=frozenset(reading.id("org", name) for name in orgs),
        sessions=frozenset(term for _, row in rows.classes for term in reading.terms(row)),
        sections=frozenset(reading.id("class", name) for name in classes),
        people=frozenset(reading.id("user", name) for name in users),
    )
