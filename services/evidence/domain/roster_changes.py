"""What a roster changes: only what differs from what is known becomes an event."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from services.evidence.domain.errors import Gone, Invalid, Refusal
from services.evidence.domain.roster_guardians import Agents, bereft, guardian_changes, guardians_now
from services.evidence.domain.roster_known import Grant, KnownRoster, Section
from services.evidence.domain.roster_reading import Reading
from services.evidence.domain.roster_rows import ClassRow, EnrollmentRow, File, RefusedRow, Row, Rows, UserRow
from shared.contracts.bodies import LearnerEnrolled, LearnerWithdrawn, RoleGranted, RoleRevoked, SectionOpened
from shared.contracts.learners import GuardianLinked, GuardianUnlinked
from shared.ledger.instants import Instant, instant_text
from shared.ledger.streams import learner_stream, person_stream, section_stream

Fact: TypeAlias = (
    SectionOpened | RoleGranted | RoleRevoked | LearnerEnrolled | LearnerWithdrawn | GuardianLinked | GuardianUnlinked
)

FORGOTTEN = "This learner is forgotten; leave her rows out of the roster."


@dataclass(frozen=True, slots=True)
class Change:
    """An event to be, and when it happened where the roster says so."""

    fact: Fact
    occurred_at: Instant | None = None


@dataclass(slots=True)
class Changes:
    """Changes by the stream that they go to, in order; the rows refused, and those that changed something.

    `said_guardians` is what rosters say of these learners' guardians from now on, where that is something else.
    """

    streams: dict[str, list[Change]] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    changing: set[tuple[File, int]] = field(default_factory=set)
    said_guardians: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """How many rows changed something."""
        return len(self.changing)


def decide_roster(rows: Rows, known: KnownRoster, reading: Reading) -> Changes:
    """What these rows change in what is known. The same rows again change nothing."""
    deciding = _Deciding(known, reading)
    for index, row in rows.classes:
        deciding.take("classes", index, row, deciding.section(row))
    for index, user in rows.users:
        deciding.take("users", index, user, deciding.user(user))
    for index, enrollment in _standing(rows.enrollments, reading):
        deciding.take("enrollments", index, enrollment, deciding.enrollment(enrollment))
    agents = Agents(rows, reading)
    for learner, after in bereft(agents, known).items():
        deciding.say_guardians(learner, after)
    refused = {row.index for row in deciding.changes.refused if row.file == "users"}
    for index, user in rows.users:
        if index not in refused:
            deciding.take("users", index, user, deciding.guardians(user, agents))
    return deciding.changes


def _standing(rows: Iterable[tuple[int, EnrollmentRow]], reading: Reading) -> Iterator[tuple[int, EnrollmentRow]]:
    """One row for a user's role in a class: where several say different things, one that still holds, the latest.

    Those that hold come first, so that what one row of a person grants, another does not take back.
    """
    chosen: dict[tuple[str, str, str], tuple[int, EnrollmentRow]] = {}
    for index, row in rows:
        key = (row.user_sourced_id, row.class_sourced_id, row.role)
        before = chosen.get(key)
        if before is None or _holds(row, reading) >= _holds(before[1], reading):
            chosen[key] = (index, row)
    return iter(sorted(chosen.values(), key=lambda placed: not _holds(placed[1], reading)))


def _holds(row: EnrollmentRow, reading: Reading) -> bool:
    return row.is_active and not reading.has_passed(reading.moment(row.end_date))


@dataclass(slots=True)
class _Deciding:
    """The rows of one request on their way: later ones see what earlier ones open and end."""

    known: KnownRoster
    reading: Reading
    changes: Changes = field(default_factory=Changes)
    opened: dict[str, Section] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    granted: set[tuple[str, Grant]] = field(default_factory=set)

    def take(self, file: File, index: int, row: Row, changes: Iterator[tuple[str, Change]]) -> None:
        """Note what a row changes, or why it is refused."""
        try:
            own = list(changes)
        except Refusal as refusal:
            self.changes.refused.append(RefusedRow(file, index, row.sourced_id, refusal))
            return
        for stream, change in own:
            self.changes.streams.setdefault(stream, []).append(change)
        if own:
            self.changes.changing.add((file, index))

    def section(self, row: ClassRow) -> Iterator[tuple[str, Change]]:
        section = self.reading.id("class", row.sourced_id)
        known = self.known.sections.get(section)
        if row.is_active:
            wanted = self._wanted(row)
        elif known is None or self.reading.has_passed(known.ends_at):
            return
        else:
            wanted = Section(known.course, known.school, known.begins_at, self.reading.now)
        self.opened[section] = wanted
        if wanted != known:
            fact = SectionOpened(
                section=section,
                course=wanted.course,
                school=wanted.school,
                begins_at=_text(wanted.begins_at),
                ends_at=_text(wanted.ends_at),
            )
            yield section_stream(section), Change(fact)

    def user(self, row: UserRow) -> Iterator[tuple[str, Change]]:
        person = self.reading.id("user", row.sourced_id)
        if not row.is_active:
            yield from self._leave(person)
        elif person in self.known.forgotten:
            raise Gone(FORGOTTEN)
        elif row.role == "student":
            for school in self._schools(row):
                yield from self._enrol(person, LearnerEnrolled(learner=person, school=school), None)
        elif row.role == "administrator":
            for school in self._schools(row):
                yield from self._grant(person, ("administrator", f"school/{school}"), None)

    def guardians(self, row: UserRow, agents: Agents) -> Iterator[tuple[str, Change]]:
        """What a learner's row says of her guardians. Of whom nothing else is recorded yet, nobody speaks."""
        learner = self.reading.id("user", row.sourced_id)
        said = agents.of(row)
        stream = learner_stream(learner)
        is_learner = stream in self.changes.streams or self.known.versions.get(stream, 0) > 0
        if said is not None and is_learner and learner not in self.known.forgotten:
            before = self.known.said_guardians.get(learner, frozenset())
            yield from self._guardians(learner, guardians_now(said, before))

    def say_guardians(self, learner: str, after: frozenset[str]) -> None:
        """Note that guardians of a learner have left, whether or not she has a row here herself."""
        if learner not in self.known.forgotten:
            for stream, change in self._guardians(learner, after):
                self.changes.streams.setdefault(stream, []).append(change)

    def _guardians(self, learner: str, after: frozenset[str]) -> Iterator[tuple[str, Change]]:
        known = self.known.said_guardians.get(learner, frozenset())
        before = self.changes.said_guardians.get(learner, known)
        linked = self.known.guardians.get(learner, frozenset()) - (known - before)
        if after != before:
            self.changes.said_guardians[learner] = after
        for fact in guardian_changes(learner, before, after, linked):
            yield learner_stream(learner), Change(fact)

    def enrollment(self, row: EnrollmentRow) -> Iterator[tuple[str, Change]]:
        person = self.reading.id("user", row.user_sourced_id)
        section = self.reading.id("class", row.class_sourced_id)
        opened = self.opened.get(section) or self.known.sections.get(section)
        if person in self.gone or (opened is None and not row.is_active):
            return
        if opened is None:
            raise Invalid(
                "No class of this sourcedId was in any roster sent; send classes first.",
                field="/classSourcedId",
                reason="class-unknown",
            )
        if row.school_sourced_id and self.reading.id("org", row.school_sourced_id) != opened.school:
            raise Invalid("The school must be the class's own.", field="/schoolSourcedId", reason="school-of-another")
        if row.role == "student":
            if row.is_active and person in self.known.forgotten:
                raise Gone(FORGOTTEN)
            yield from self._student(row, person, section, opened)
        elif row.role == "teacher":
            yield from self._held(row, person, ("teacher", f"section/{section}"))
        elif row.role == "administrator":
            yield from self._held(row, person, ("administrator", f"school/{opened.school}"))

    def _wanted(self, row: ClassRow) -> Section:
        school = self.reading.id("org", row.school_sourced_id)
        if self.known.orgs.get(school) != "school":
            raise Invalid(
                "No school of this sourcedId was in any roster sent; send orgs first.",
                field="/schoolSourcedId",
                reason="school-unknown",
            )
        try:
            terms = [self.known.sessions[term] for term in self.reading.terms(row)]
        except KeyError as error:
            raise Invalid(
                "A term of this class was in no roster sent; send academicSessions first.",
                field="/termSourcedIds",
                reason="term-unknown",
            ) from error
        begins = [term.begins_at for term in terms if term.begins_at is not None]
        ends = [term.ends_at for term in terms if term.ends_at is not None]
        return Section(
            self.reading.id("course", row.course_sourced_id),
            school,
            min(begins) if begins and len(begins) == len(terms) else None,
            max(ends) if ends and len(ends) == len(terms) else None,
        )

    def _schools(self, row: UserRow) -> list[str]:
        schools = [self.reading.id("org", name) for name in row.orgs()]
        if any(self.known.orgs.get(school) != "school" for school in schools):
            raise Invalid(
                "The user's organisations must be schools of a roster sent before; "
                "a district's administrators are named with POST /v1/roles.",
                field="/orgSourcedIds" if row.org_sourced_ids else "/primaryOrgSourcedId",
                reason="orgs-no-schools",
            )
        return schools

    def _leave(self, person: str) -> Iterator[tuple[str, Change]]:
        """Everything that a roster gave a person ends; roles within the district are no roster's to take."""
        self.gone.add(person)
        for school in sorted({school for school, _ in self.known.enrolments.get(person, ())}):
            yield learner_stream(person), Change(LearnerWithdrawn(learner=person, school=school))
        for role, scope in sorted(self.known.grants.get(person, ())):
            if scope != "district":
                yield person_stream(person), Change(RoleRevoked(person=person, role=role, scope=scope))

    def _student(self, row: EnrollmentRow, learner: str, section: str, opened: Section) -> Iterator[tuple[str, Change]]:
        if _holds(row, self.reading):
            fact = LearnerEnrolled(learner=learner, school=opened.school, section=section, course=opened.course)
            yield from self._enrol(learner, fact, self.reading.moment(row.begin_date))
        elif (opened.school, section) in self.known.enrolments.get(learner, ()):
            ended = self.reading.moment(row.end_date)
            occurred_at = ended if self.reading.has_passed(ended) else None
            withdrawn = LearnerWithdrawn(learner=learner, school=opened.school, section=section)
            yield learner_stream(learner), Change(withdrawn, occurred_at)

    def _enrol(self, learner: str, fact: LearnerEnrolled, begins: Instant | None) -> Iterator[tuple[str, Change]]:
        if (fact.school, fact.section) not in self.known.enrolments.get(learner, ()):
            yield learner_stream(learner), Change(fact, begins if self.reading.has_passed(begins) else None)

    def _held(self, row: EnrollmentRow, person: str, grant: Grant) -> Iterator[tuple[str, Change]]:
        """A role by a row: granted while the row holds, and left to its end or taken back once it does not."""
        ends = self.reading.moment(row.end_date)
        if _holds(row, self.reading):
            yield from self._grant(person, grant, ends)
            return
        held = self.known.grants.get(person, {})
        over_anyway = row.is_active and held.get(grant) == ends
        if grant in held and not over_anyway and (person, grant) not in self.granted:
            role, scope = grant
            yield person_stream(person), Change(RoleRevoked(person=person, role=role, scope=scope))

    def _grant(self, person: str, grant: Grant, ends: Instant | None) -> Iterator[tuple[str, Change]]:
        held = self.known.grants.get(person, {})
        if (person, grant) in self.granted:
            return
        self.granted.add((person, grant))
        if grant in held and held[grant] == ends:
            return
        role, scope = grant
        fact = RoleGranted(person=person, role=role, scope=scope, ends_at=_text(ends))
        yield person_stream(person), Change(fact)


def _text(moment: Instant | None) -> str | None:
    return None if moment is None else instant_text(moment)
