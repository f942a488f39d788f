"""Rows of a roster: the columns of OneRoster 1.2's CSV files that are read, as the strings that stand there.

People's names are columns, for the vault alone. Addresses, birthdays and whatever else tells who somebody is are none,
and a row that brings them is refused: beyond names, a roster is pseudonymous from the moment it leaves the district's
own machine.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, ConfigDict, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from services.evidence.domain.errors import Invalid, Refusal
from services.evidence.domain.texts import Name
from shared.contracts.reasons import WordedError
from shared.contracts.values import Contract
from shared.contracts.wording import in_code, told

MAX_ROWS = 20_000
"""Rows of a request at most."""

File: TypeAlias = Literal["orgs", "academicSessions", "courses", "classes", "users", "enrollments"]


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""Python reads also `2026-W01-1`, which no roster means."""


def _clean(text: str) -> str:
    if text != text.strip() or any(ord(character) < 32 for character in text):
        raise WordedError("must not begin or end with a space, nor hold control characters", "text-unclean")
    return text


def _date(text: str) -> str:
    if text and not (_DATE.fullmatch(text) and _is_date(text)):
        raise WordedError('must be a date such as "2026-08-31", or empty', "date-wrong")
    return text


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).year >= 1900
    except ValueError:
        return False


SourcedId: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_clean)]
Reference: TypeAlias = Annotated[str, StringConstraints(max_length=255), AfterValidator(_clean)]
References: TypeAlias = Annotated[str, StringConstraints(max_length=4096)]
"""Sourced ids, separated by commas; may be empty."""

Date: TypeAlias = Annotated[str, AfterValidator(_date)]
PersonName: TypeAlias = Annotated[str, StringConstraints(max_length=255, strip_whitespace=True), AfterValidator(_clean)]
"""A part of a name, a title, or empty. Spaces around it, of which real rosters are full, are no part of it."""

Ignored: TypeAlias = Annotated[str, StringConstraints(max_length=255)]
"""A column that OneRoster asks for and nothing here depends on."""


class Row(Contract):
    """What every file's rows have. `tobedeleted`, and OneRoster 1.1's `inactive`, say that the thing is no more."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)

    sourced_id: SourcedId
    status: Literal["", "active", "inactive", "tobedeleted"] = ""
    date_last_modified: Ignored = ""

    @property
    def is_active(self) -> bool:
        return self.status in {"", "active"}


class OrgRow(Row):
    """`name` goes into the vault, and into no event: a school may be called after somebody."""

    name: PersonName = ""
    type: Literal["school", "district", "department", "local", "state", "national"]
    parent_sourced_id: Reference = ""


class AcademicSessionRow(Row):
    """`endDate` is exclusive, as OneRoster has it: the first day that no longer belongs to the session."""

    type: Ignored = ""
    start_date: Date
    end_date: Date
    parent_sourced_id: Reference = ""
    school_year: Ignored = ""


class CourseRow(Row):
    school_year_sourced_id: Reference = ""
    course_code: Ignored = ""
    org_sourced_id: Reference = ""


class ClassRow(Row):
    """`title` may hold somebody's name: like the names of people it goes into the vault, and into no event."""

    title: PersonName = ""
    course_sourced_id: SourcedId
    class_code: Ignored = ""
    class_type: Ignored = ""
    school_sourced_id: SourcedId
    term_sourced_ids: References = ""


class UserRow(Row):
    """`role` and `orgSourcedIds` are columns of OneRoster 1.1 that many systems still send.

    Where a person prefers another name, that is her name here. `agentSourcedIds` is empty where she has no agents, and
    left out where nothing is said of them.
    """

    enabled_user: Ignored = ""
    role: Ignored = ""
    primary_org_sourced_id: Reference = ""
    org_sourced_ids: References = ""
    agent_sourced_ids: References | None = None
    given_name: PersonName = ""
    family_name: PersonName = ""
    preferred_given_name: PersonName = ""
    preferred_family_name: PersonName = ""

    def name(self) -> Name | None:
        """What she is called; None where the row does not say."""
        name = Name(self.preferred_given_name or self.given_name, self.preferred_family_name or self.family_name)
        return name if name.given or name.family else None

    def orgs(self) -> list[str]:
        """The sourced ids of the organisations that the user belongs to, each once."""
        return _parts(self.org_sourced_ids or self.primary_org_sourced_id)

    def agents(self) -> list[str] | None:
        """The sourced ids of the user's agents, each once; None where the row does not say."""
        return None if self.agent_sourced_ids is None else _parts(self.agent_sourced_ids)


class EnrollmentRow(Row):
    """`endDate` is exclusive here too."""

    class_sourced_id: SourcedId
    school_sourced_id: Reference = ""
    user_sourced_id: SourcedId
    role: Literal["student", "teacher", "administrator", "proctor", "aide"]
    primary: Ignored = ""
    begin_date: Date = ""
    end_date: Date = ""


def _parts(references: str) -> list[str]:
    return list(dict.fromkeys(part for part in map(str.strip, references.split(",")) if part))


_Row = TypeVar("_Row", bound=Row)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken, and why. `index` counts the file's rows of the request from 0; `sourced_id` where it
    could be read.
    """

    file: File
    index: int
    sourced_id: str | None
    refusal: Refusal


@dataclass(slots=True)
class Rows:
    """The sound rows of a request, a list a file, and those refused at first sight."""

    orgs: list[tuple[int, OrgRow]] = field(default_factory=list)
    sessions: list[tuple[int, AcademicSessionRow]] = field(default_factory=list)
    courses: list[tuple[int, CourseRow]] = field(default_factory=list)
    classes: list[tuple[int, ClassRow]] = field(default_factory=list)
    users: list[tuple[int, UserRow]] = field(default_factory=list)
    enrollments: list[tuple[int, EnrollmentRow]] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)

    def count(self) -> int:
        """How many sound rows there are."""
        files = (self.orgs, self.sessions, self.courses, self.classes, self.users, self.enrollments)
        return sum(len(file) for file in files)


def read_rows(files: Mapping[File, Sequence[object]]) -> Rows:
    """The rows of the files of a request, each judged by itself."""
    rows = Rows()
    rows.orgs = _read("orgs", OrgRow, files, rows.refused)
    rows.sessions = _read("academicSessions", AcademicSessionRow, files, rows.refused)
    rows.courses = _read("courses", CourseRow, files, rows.refused)
    rows.classes = _read("classes", ClassRow, files, rows.refused)
    rows.users = _read("users", UserRow, files, rows.refused)
    rows.enrollments = _read("enrollments", EnrollmentRow, files, rows.refused)
    return rows


def _read(
    file: File, model: type[_Row], files: Mapping[File, Sequence[object]], refused: list[RefusedRow]
) -> list[tuple[int, _Row]]:
    sound: dict[str, tuple[int, _Row]] = {}
    for index, raw in enumerate(files.get(file, ())):
        try:
            row = model.model_validate(raw)
        except ValidationError as error:
            refused.append(RefusedRow(file, index, _sourced_id(raw), _first_of(error)))
            continue
        if row.sourced_id in sound:
            twice = Invalid(
                "A row of this sourcedId stands before it in the request already.",
                field="/sourcedId",
                reason="row-twice",
            )
            refused.append(RefusedRow(file, index, row.sourced_id, twice))
        else:
            sound[row.sourced_id] = (index, row)
    return list(sound.values())


def _sourced_id(raw: object) -> str | None:
    named = raw.get("sourcedId") if isinstance(raw, dict) else None
    return named[:255] if isinstance(named, str) else None


def _first_of(error: ValidationError) -> Invalid:
    first = error.errors(include_url=False, include_input=False)[0]
    column = "/".join(str(part) for part in first["loc"])
    reason, figures = in_code(first)
    field = f"/{column}" if column else ""
    return Invalid(f"{column or 'The row'}: {told(first)}.", field=field, reason=reason, **figures)
