"""Rosters, and the pseudonymous ids of what they name."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field, WithJsonSchema

from services.evidence.domain.errors import NotFound
from services.evidence.domain.roster_outline import Outline, OutlinedSection
from services.evidence.domain.roster_rows import (
    MAX_ROWS,
    AcademicSessionRow,
    ClassRow,
    CourseRow,
    EnrollmentRow,
    File,
    OrgRow,
    RefusedRow,
    Row,
    UserRow,
    read_rows,
)
from services.evidence.flows.import_roster import Imported, import_roster
from services.evidence.flows.outline_roster import outline_roster, section_members
from services.evidence.http.answers import json_response, problem_of
from services.evidence.http.documents import PROBLEMS, IdsDocument, IdsRequest, ImportedDocument
from services.evidence.http.strict import IdempotencyKey, StrictRoute, checked_key
from services.evidence.ports import District
from shared.contracts.values import Contract, Id, Moment
from shared.ledger.identifiers import roster_id
from shared.ledger.instants import Instant, instant_text
from shared.runtime.disclosing import disclose
from shared.runtime.problems import too_large
from shared.runtime.tokens import Caller, Verifier, person


def _file(row: type[Row]) -> Any:
    """A list of rows, each checked by itself later, shown in the documentation as what they should be."""
    schema = row.model_json_schema(by_alias=True)
    return Annotated[list[Any], Field(default=[]), WithJsonSchema({"type": "array", "items": schema})]


class PeriodDocument(BaseModel):
    """An academic session, from `begins_at` until before `ends_at`."""

    id: Id
    begins_at: Moment | None = None
    ends_at: Moment | None = None


class SectionOutlineDocument(BaseModel):
    """A section: its course, from when until when, who teaches it now, and how many learners are in it."""

    section: Id
    course: Id
    begins_at: Moment | None = None
    ends_at: Moment | None = None
    teachers: list[Id]
    learners: int


class SectionMembersDocument(SectionOutlineDocument):
    """A section of a school with the ids of its learners, ascending."""

    school: Id
    members: list[Id]


class SchoolOutlineDocument(BaseModel):
    """A school, how many learners belong to it, and its sections by their ids."""

    school: Id
    learners: int
    sections: list[SectionOutlineDocument]


class OutlineDocument(BaseModel):
    """Schools by their ids, and the periods that rosters named, the latest first."""

    schools: list[SchoolOutlineDocument]
    periods: list[PeriodDocument]


class RosterRequest(Contract):
    """Rows of OneRoster 1.2's files, or any part of them: the columns listed, as the strings that stand there."""

    orgs: _file(OrgRow)  # type: ignore[valid-type]
    academicSessions: _file(AcademicSessionRow)  # type: ignore[valid-type]  # noqa: N815 - OneRoster's name
    courses: _file(CourseRow)  # type: ignore[valid-type]
    classes: _file(ClassRow)  # type: ignore[valid-type]
    users: _file(UserRow)  # type: ignore[valid-type]
    enrollments: _file(EnrollmentRow)  # type: ignore[valid-type]


def roster_routes(district: District, verifier: Verifier) -> APIRouter:
    """`POST|GET /v1/rosters`, `GET /v1/rosters/sections/{id}` and `POST /v1/rosters/ids`."""
    router = APIRouter(tags=["rosters"], route_class=StrictRoute, responses=PROBLEMS)
    caller = Depends(person(verifier))

    @router.post("/v1/rosters", response_model=ImportedDocument, summary="Import a roster")
    async def import_(
        request: RosterRequest, actor: Annotated[Caller, caller], idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Import rows of a roster. Only what differs from what is known is recorded; sent twice, nothing is added.

        A row that is refused leaves the others be. Names go into the vault, and into nothing else: what else tells who
        somebody is has no column here, and a row that brings it is refused.
        For administrators of the district.
        """
        checked_key(idempotency_key)
        files: dict[File, list[object]] = {
            "orgs": request.orgs,
            "academicSessions": request.academicSessions,
            "courses": request.courses,
            "classes": request.classes,
            "users": request.users,
            "enrollments": request.enrollments,
        }
        if sum(len(rows) for rows in files.values()) > MAX_ROWS:
            raise too_large(f"A request may bring at most {MAX_ROWS} rows; send the roster in parts.")
        rows = await asyncio.to_thread(read_rows, files)
        return json_response(_document(await import_roster(rows, actor.id, district)))

    @router.get("/v1/rosters", response_model=OutlineDocument, summary="Schools and sections")
    async def outline(reader: Annotated[Caller, caller]) -> Response:
        """What rosters came to: schools, their sections, who teaches them and how many learn there, and the periods.

        For administrators and auditors of the district; those of a school see theirs.
        """
        return json_response(_outline(await outline_roster(reader.id, district)))

    @router.get("/v1/rosters/sections/{id}", response_model=SectionMembersDocument, summary="Who is in a section")
    async def members(
        section: Annotated[Id, Path(alias="id", description="The section.")], reader: Annotated[Caller, caller]
    ) -> Response:
        """A section with its learners, by their ids. For administrators and auditors of its school or the district."""
        seen = await section_members(section, reader.id, district)
        document = {**_section(seen.outlined), "school": seen.outlined.section.school, "members": list(seen.learners)}
        return disclose(json_response(document), "roster", list(seen.learners))

    @router.post("/v1/rosters/ids", response_model=IdsDocument, summary="Pseudonymous ids")
    async def ids(request: IdsRequest, reader: Annotated[Caller, caller]) -> Response:
        """The ids that a roster's sourced ids become here. For administrators of the district."""
        if not await district.rights.is_administrator(reader.id, "district"):
            raise NotFound("roster")
        found = {name: roster_id(district.roster_key, request.kind, name) for name in request.sourced_ids}
        return json_response({"ids": found})

    return router


def _document(imported: Imported) -> dict[str, Any]:
    return {
        "appended": imported.appended,
        "unchanged": imported.unchanged,
        "refused": [_refused(row) for row in imported.refused],
        "positions": [
            {"ledger": shard.ledger, "shard": shard.number, "position": position}
            for shard, position in sorted(imported.positions.items())
        ],
    }


def _outline(outline: Outline) -> dict[str, Any]:
    schools = sorted({*outline.learners, *(one.section.school for one in outline.sections)})
    periods = sorted(outline.periods.items(), key=lambda item: (-(item[1].begins_at or 0), item[0]))
    return {
        "schools": [
            {
                "school": school,
                "learners": outline.learners.get(school, 0),
                "sections": [_section(one) for one in outline.sections if one.section.school == school],
            }
            for school in schools
        ],
        "periods": [{"id": id_, **_within(period.begins_at, period.ends_at)} for id_, period in periods],
    }


def _section(one: OutlinedSection) -> dict[str, Any]:
    return {
        "section": one.id,
        "course": one.section.course,
        **_within(one.section.begins_at, one.section.ends_at),
        "teachers": list(one.teachers),
        "learners": one.learners,
    }


def _within(begins: Instant | None, ends: Instant | None) -> dict[str, str]:
    told = {"begins_at": begins, "ends_at": ends}
    return {name: instant_text(at) for name, at in told.items() if at is not None}


def _refused(row: RefusedRow) -> dict[str, Any]:
    document = {**problem_of(row.refusal).document(), "file": row.file, "index": row.index}
    return document if row.sourced_id is None else {**document, "sourcedId": row.sourced_id}
