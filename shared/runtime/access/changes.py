"""What entries change in the relations between people, learners, sections and schools. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from shared.contracts.bodies import LearnerEnrolled, LearnerWithdrawn, RoleGranted, RoleRevoked, SectionOpened
from shared.contracts.events import decode
from shared.contracts.exhibitions import ExhibitionPlanned, PanelistAppointed, PanelistDismissed
from shared.contracts.learners import GuardianLinked, GuardianUnlinked, LearnerForgotten
from shared.ledger.entry import Entry, type_name
from shared.ledger.instants import Instant, instant


class GrantKey(NamedTuple):
    person: str
    role: str
    scope: str


class Grant(NamedTuple):
    ends_ms: Instant | None
    owner: str


class Section(NamedTuple):
    section: str
    course: str
    school: str
    begins_ms: Instant | None
    ends_ms: Instant | None
    owner: str


class Enrolment(NamedTuple):
    """A learner belongs to a school, through a section there or (`section` is None) by itself."""

    learner: str
    school: str
    section: str | None


class Guardianship(NamedTuple):
    """A person speaks for a learner."""

    learner: str
    guardian: str


class PanelSeat(NamedTuple):
    """A person sits on an exhibition's panel."""

    exhibition: str
    panelist: str


class Seated(NamedTuple):
    """Until when she does; `is_dismissed` says that she does no longer."""

    ends_ms: Instant | None
    is_dismissed: bool = False


class Departure(NamedTuple):
    """A learner has left a school, and all its sections with it."""

    learner: str
    school: str


_TYPES = frozenset(
    type_name(event)
    for event in (
        *("RoleGranted", "RoleRevoked", "SectionOpened", "LearnerEnrolled", "LearnerWithdrawn"),
        *("GuardianLinked", "GuardianUnlinked", "LearnerForgotten"),
        *("ExhibitionPlanned", "PanelistAppointed", "PanelistDismissed"),
    )
)
"""Most entries are none of these: they pass at once."""


@dataclass(slots=True)
class Changes:
    """The sum of what some entries change, to be written in this order: the forgotten, departures, everything else.

    `exhibited` has the works of each exhibition as it was planned last; `seats` has None where somebody is dismissed of
    whose appointment these entries do not tell. `grants` has None where a grant is taken back; `enrolments` says
    whether the learner now belongs there, `guardianships` whether the person now speaks for her. `forgotten` learners
    belong nowhere, and nobody speaks for them.
    """

    grants: dict[GrantKey, Grant | None] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    departures: set[Departure] = field(default_factory=set)
    guardianships: dict[Guardianship, bool] = field(default_factory=dict)
    enrolments: dict[Enrolment, bool] = field(default_factory=dict)
    exhibited: dict[str, tuple[str, ...]] = field(default_factory=dict)
    seats: dict[PanelSeat, Seated | None] = field(default_factory=dict)


def changes(entries: Sequence[Entry]) -> Changes:
    """What these entries, in their order, change. Entries of other events change nothing.

    Raises what `decode` raises for a body that breaks its contract.
    """
    sum_ = Changes()
    for entry in [entry for entry in entries if entry.type in _TYPES]:
        match entry.event:
            case "RoleGranted":
                grant = decode(entry, RoleGranted)
                key = GrantKey(grant.person, grant.role, grant.scope)
                sum_.grants[key] = Grant(_moment(grant.ends_at), entry.owner)
            case "RoleRevoked":
                revoked = decode(entry, RoleRevoked)
                sum_.grants[GrantKey(revoked.person, revoked.role, revoked.scope)] = None
            case "SectionOpened":
                sum_.sections[entry.owner] = _section(decode(entry, SectionOpened), entry.owner)
            case "LearnerEnrolled":
                _enrol(sum_, decode(entry, LearnerEnrolled))
            case "LearnerWithdrawn":
                _withdraw(sum_, decode(entry, LearnerWithdrawn))
            case "GuardianLinked":
                linked = decode(entry, GuardianLinked)
                sum_.guardianships[Guardianship(linked.learner, linked.guardian)] = True
            case "GuardianUnlinked":
                unlinked = decode(entry, GuardianUnlinked)
                sum_.guardianships[Guardianship(unlinked.learner, unlinked.guardian)] = False
            case "LearnerForgotten":
                _forget(sum_, decode(entry, LearnerForgotten))
            case _:
                _change_panels(sum_, entry)
    return sum_


def _enrol(sum_: Changes, event: LearnerEnrolled) -> None:
    sum_.enrolments[Enrolment(event.learner, event.school, event.section)] = True


def _withdraw(sum_: Changes, event: LearnerWithdrawn) -> None:
    if event.section is not None:
        sum_.enrolments[Enrolment(event.learner, event.school, event.section)] = False
        return
    left = Departure(event.learner, event.school)
    sum_.departures.add(left)
    for enrolment in [known for known in sum_.enrolments if known[:2] == left]:
        del sum_.enrolments[enrolment]


def _forget(sum_: Changes, event: LearnerForgotten) -> None:
    sum_.forgotten.add(event.learner)
    for guardianship in [known for known in sum_.guardianships if known.learner == event.learner]:
        del sum_.guardianships[guardianship]
    for enrolment in [known for known in sum_.enrolments if known.learner == event.learner]:
        del sum_.enrolments[enrolment]


def _change_panels(sum_: Changes, entry: Entry) -> None:
    if entry.event == "ExhibitionPlanned":
        planned = decode(entry, ExhibitionPlanned)
        sum_.exhibited[planned.exhibition] = planned.works
    elif entry.event == "PanelistAppointed":
        appointed = decode(entry, PanelistAppointed)
        sum_.seats[PanelSeat(appointed.exhibition, appointed.panelist)] = Seated(_moment(appointed.ends_at))
    elif entry.event == "PanelistDismissed":
        dismissed = decode(entry, PanelistDismissed)
        seat = PanelSeat(dismissed.exhibition, dismissed.panelist)
        seated = sum_.seats.get(seat)
        sum_.seats[seat] = None if seated is None else seated._replace(is_dismissed=True)


def _section(event: SectionOpened, owner: str) -> Section:
    begins, ends = _moment(event.begins_at), _moment(event.ends_at)
    return Section(event.section, event.course, event.school, begins, ends, owner)


def _moment(written: str | None) -> Instant | None:
    return None if written is None else instant(written)
